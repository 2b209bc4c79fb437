package conformance

import (
	"bytes"
	"net/http"

	"github.com/google/uuid"
)

// nothing is a confirmation that names every dictionary, and nothing in them.
const nothing = `{"deployments": {}, "pipelines": {}, "environment_variables": {}, "environments": {}, "services": {}}`

func importChecks() []check {
	of := func(what, operation string, run func(*probe), needs ...string) check {
		return check{name: "imports/" + what, operation: "imports_" + operation, write: true, needs: needs, run: run}
	}
	const created, settled, offered, confirmed = "imports/create", "imports/settle", "imports/scan/offer", "imports/confirm"
	return []check{
		of("create/no-source", "create", func(p *probe) { p.noImport(form(nil, [2]string{"skip_confirmation", "false"})) }),
		of("create/two-sources", "create", func(p *probe) {
			p.noImport(form(p.archive(), [2]string{"export_id", uuid.NewString()}))
		}, created),
		of("create/cut", "create", func(p *probe) {
			r := form(p.archive())
			r.body = r.body[:bytes.LastIndex(r.body, []byte("\r\n--"))]
			p.noImport(r)
		}, created),
		of("create/unknown-export", "create", func(p *probe) {
			x := p.noImport(form(nil, [2]string{"export_id", uuid.NewString()}))
			p.observe("an import from an export that does not exist: %d", x.status)
		}),
		of("create/from-export", "create", func(p *probe) {
			from := p.wait(exports, p.newExport("", p.described()), "completed")
			p.wait(imports, p.keep(imports, p.send(http.MethodPost, "/imports", form(nil, [2]string{"export_id", from.ID}))), "confirmation")
		}, "exports/settle"),
		of("create/python-booleans", "create", func(p *probe) {
			p.wait(imports, p.newImport(p.archive(), [2]string{"skip_confirmation", "False"}), "confirmation")
		}, settled),
		of("create/not-a-zip", "create", func(p *probe) {
			x := p.send(http.MethodPost, "/imports", form([]byte("not a ZIP file")))
			status := "refused"
			if x.status/100 == 2 {
				status = p.wait(imports, p.keep(imports, x), "confirmation", "failed").Status
			}
			p.observe("an archive that is not a ZIP file: %s", status)
		}, settled),

		of("scan/offer", "get", func(p *probe) { p.offered(p.scanned(p.archive())) }, settled),
		of("scan/secret", "get", func(p *probe) {
			j := p.scanned(p.archive())
			if bytes.Contains(j.text, []byte(p.secret)) {
				p.fail("it shows the value of a variable that is secret")
			}
		}, offered),
		of("scan/unknown-member", "get", func(p *probe) {
			d := p.offered(p.scanned(p.archiveWith(unknownName + ": kept\n")))
			if d[unknownName] != "kept" {
				p.fail("a member of the archive that the contract does not name is lost")
			}
		}, offered),

		of("confirm", "update", (*probe).confirm, settled),
		of("confirm/twice", "update", func(p *probe) {
			j := p.scanned(p.archive())
			p.job(p.patch(j, nothing))
			x := p.patch(j, nothing)
			p.refused(x)
			p.observe("a second confirmation: %d", x.status)
		}, confirmed),
		of("confirm/malformed", "update", func(p *probe) {
			j := p.scanned(p.archive())
			for _, body := range []string{`[]`, `{"deployments": ["one"]}`, `{"deployments": `} {
				p.refused(p.patch(j, body))
			}
			if now := p.get(imports, j.ID); now.Status != "confirmation" {
				p.fail("no confirmation was accepted, and the status is %s", now.Status)
			}
		}, confirmed),
		of("confirm/unknown", "update", func(p *probe) {
			p.refused(p.patch(job{ID: uuid.NewString()}, nothing), http.StatusNotFound)
		}),
		of("confirm/each", "update", func(p *probe) {
			first, second := p.scanned(p.archive()), p.scanned(p.archive())
			p.job(p.patch(second, nothing))
			if now := p.get(imports, first.ID); now.Status != "confirmation" {
				p.fail("another import was confirmed, and the status is %s", now.Status)
			}
		}, confirmed),
	}
}

// noImport sends a form that has to be refused, and leaves nothing.
func (p *probe) noImport(r *request) *exchange {
	x := p.send(http.MethodPost, "/imports", r)
	if x.status/100 == 2 {
		p.keep(imports, x)
	}
	p.refused(x)
	return x
}

// scanned is a new import that waits for its confirmation.
func (p *probe) scanned(archive []byte) job {
	return p.wait(imports, p.newImport(archive), "confirmation")
}

func (p *probe) patch(j job, body string) *exchange {
	return p.send(http.MethodPatch, "/imports/"+j.ID, asJSON(body))
}

// offered is the deployment of the archive as an import shows it.
func (p *probe) offered(j job) map[string]any {
	if bytes.Contains(j.text, []byte(`"pipelines"`)) || bytes.Contains(j.text, []byte(`"deployments"`)) {
		d, ok := j.Deployments[p.deploymentName("")]
		if !ok {
			p.fail("the archive has a deployment that the import does not offer")
		}
		versions, _ := d["versions"].(map[string]any)
		if _, ok := versions["v1"].(map[string]any); !ok {
			p.fail("the archive has a version that the import does not offer")
		}
		return d
	}
	p.skip("it does not say what an archive offers")
	return nil
}

// confirm confirms an import so that nothing is created.
func (p *probe) confirm() {
	j := p.scanned(p.archive())
	x := p.patch(j, nothing)
	got := p.job(x)
	p.observe("success of imports_update: %d", x.status)
	if got.ID != j.ID {
		p.fail("confirming %s answers with %s", j.ID, got.ID)
	}
	if j = p.wait(imports, j, "completed"); j.ErrorMessage != "" {
		p.fail("it is completed and has the error_message %q", j.ErrorMessage)
	}
}
