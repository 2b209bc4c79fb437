package conformance

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// jobChecks are those that exports and imports have in common.
func jobChecks(k kind) []check {
	named := func(what, operation string, run func(*probe, kind)) check {
		return check{name: k.name + "/" + what, operation: k.name + "_" + operation, run: func(p *probe) { run(p, k) }}
	}
	writes := func(c check, needs ...string) check {
		c.write = true
		for _, name := range needs {
			c.needs = append(c.needs, k.name+"/"+name)
		}
		return c
	}
	return slices.Concat([]check{
		named("list", "list", func(p *probe, k kind) {
			p.list(k, "")
			p.observe("success of %s_list: %d", k.name, p.last.status)
		}),
		named("list/only-status", "list", (*probe).onlyStatus),
		named("list/unknown-status", "list", func(p *probe, k kind) {
			x := p.send(http.MethodGet, "/"+k.name+"?status=conformance", nil)
			p.observe("%s in a status that does not exist: %d", k.name, x.status)
		}),
		named("get/unknown", "get", func(p *probe, k kind) { p.unknown(k, http.MethodGet, "") }),
		named("get/bad-id", "get", func(p *probe, k kind) {
			x := p.send(http.MethodGet, "/"+k.name+"/not-a-uuid", nil)
			p.refused(x)
			p.observe("%s by an id that is not a UUID: %d", k.name, x.status)
		}),
		named("download/unknown", "download", func(p *probe, k kind) { p.unknown(k, http.MethodGet, "/download") }),

		writes(named("create", "create", (*probe).create)),
		writes(named("get", "get", (*probe).getCreated), "create"),
		writes(named("get/each", "get", (*probe).getEach), "create"),
		writes(named("list/created", "list", (*probe).listCreated), "create"),
		writes(named("list/filter", "list", (*probe).filter), "create"),
		writes(named("list/order", "list", (*probe).order), "create"),
		writes(named("delete", "delete", (*probe).deleteCreated), "create"),
		writes(named("delete/unknown", "delete", func(p *probe, k kind) { p.unknown(k, http.MethodDelete, "") })),
		writes(named("settle", "get", (*probe).settle), "create"),
	}, downloadChecks(k))
}

func (p *probe) unknown(k kind, method, below string) {
	p.refused(p.send(method, "/"+k.name+"/"+uuid.NewString()+below, nil), http.StatusNotFound)
}

// onlyStatus says little of a project that is empty, if nothing may be made.
func (p *probe) onlyStatus(k kind) {
	if p.opts.Write {
		p.newJob(k)
	}
	seen := 0
	for _, status := range k.statuses {
		for _, j := range p.list(k, "?status="+status) {
			if seen++; j.Status != status {
				p.fail("the list of status %s has one in the status %s", status, j.Status)
			}
		}
	}
	if seen == 0 {
		p.skip("the project has no %s", k.name)
	}
}

func (p *probe) create(k kind) {
	j := p.newJob(k)
	p.observe("success of %s_create: %d", k.name, p.last.status)
	if j.Status != "failed" && j.ErrorMessage != "" {
		p.fail("it has not failed and has the error_message %q", j.ErrorMessage)
	}
}

func date(p *probe, j job) time.Time {
	t, err := time.Parse(time.RFC3339, j.CreationDate)
	if err != nil {
		p.fail("the creation_date is not a time: %v", err)
	}
	return t
}

func (p *probe) getCreated(k kind) {
	j := p.newJob(k)
	got := p.get(k, j.ID)
	p.observe("success of %s_get: %d", k.name, p.last.status)
	if got.ID != j.ID || !date(p, got).Equal(date(p, j)) {
		p.fail("created were id %s and creation_date %s; read are %s and %s", j.ID, j.CreationDate, got.ID, got.CreationDate)
	}
}

func (p *probe) getEach(k kind) {
	for _, j := range []job{p.newJob(k), p.newJob(k)} {
		if got := p.get(k, j.ID); got.ID != j.ID {
			p.fail("asked for %s it answers with %s", j.ID, got.ID)
		}
	}
}

func (p *probe) listCreated(k kind) {
	first, second := p.newJob(k), p.newJob(k)
	if first.ID == second.ID {
		p.fail("two have the id %s", first.ID)
	}
	if all := p.list(k, ""); !has(all, first.ID) || !has(all, second.ID) {
		p.fail("two were created, and are not both in the list")
	}
}

func (p *probe) filter(k kind) {
	j := p.wait(k, p.newJob(k), k.ready)
	if !has(p.list(k, "?status="+j.Status), j.ID) {
		p.fail("it is not in the list of its status %s", j.Status)
	}
	if has(p.list(k, "?status=pending"), j.ID) {
		p.fail("it is in the list of the status pending, and its own is %s", j.Status)
	}
}

func (p *probe) order(k kind) {
	first, second := p.newJob(k), p.newJob(k)
	position := func(all []job, id string) int {
		return slices.IndexFunc(all, func(j job) bool { return j.ID == id })
	}
	all := p.list(k, "")
	order := "oldest first"
	if position(all, first.ID) > position(all, second.ID) {
		order = "newest first"
	}
	p.observe("order of %s, by two: %s", k.name, order)
}

func (p *probe) deleteCreated(k kind) {
	j := p.newJob(k)
	other := p.newJob(k)
	x := p.send(http.MethodDelete, "/"+k.name+"/"+j.ID, nil)
	p.success(x)
	p.observe("success of %s_delete: %d", k.name, x.status)
	if x = p.send(http.MethodGet, "/"+k.name+"/"+j.ID, nil); x.status != http.StatusNotFound {
		p.fail("it was deleted, and reading it answers %d", x.status)
	}
	if has(p.list(k, ""), j.ID) {
		p.fail("it was deleted, and is in the list")
	}
	p.get(k, other.ID)
	x = p.send(http.MethodDelete, "/"+k.name+"/"+j.ID, nil)
	p.observe("%s_delete of what is gone: %d", k.name, x.status)
}

// settle waits for the archive.
func (p *probe) settle(k kind) {
	j := p.newJob(k)
	j = p.wait(k, j, k.ready)
	if j.Size == nil {
		p.fail("its archive is there, and its size is null")
	}
	if j.ErrorMessage != "" {
		p.fail("it has not failed and has the error_message %q", j.ErrorMessage)
	}
	var absent []string
	for _, name := range []string{"deployments", "pipelines", "environment_variables", "environments", "services"} {
		if !strings.Contains(string(j.text), `"`+name+`"`) {
			absent = append(absent, name)
		}
	}
	p.observe("dictionaries that are absent from a detail of %s: %v", k.name, absent)
}
