package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"time"
)

// kind is what exports and imports have in common.
type kind struct {
	name     string   // exports or imports
	statuses []string // in their order; the last two are the ends
	ready    string   // the status in which the archive is there
}

var (
	exports = kind{"exports", []string{"pending", "processing", "completed", "failed"}, "completed"}
	imports = kind{"imports", []string{"pending", "scanning", "confirmation", "confirmation_pending", "processing", "completed", "failed"}, "confirmation"}
)

// job is an export or import, as far as checks look at it.
type job struct {
	ID           string  `json:"id"`
	Status       string  `json:"status"`
	ErrorMessage string  `json:"error_message"`
	CreationDate string  `json:"creation_date"`
	Size         *int64  `json:"size"`
	Description  *string `json:"description"`

	Deployments map[string]map[string]any `json:"deployments"`
	text        []byte
}

// job decodes a response that has to be a success.
func (p *probe) job(x *exchange) job {
	p.success(x)
	j := job{text: x.body}
	if err := json.Unmarshal(x.body, &j); err != nil {
		p.fail("the body cannot be read: %v", err)
	}
	return j
}

func (p *probe) success(x *exchange) {
	if x.status/100 != 2 {
		p.fail("it answers %d: %.200s", x.status, x.body)
	}
	if x.cut != nil {
		p.fail("the body breaks off after %d bytes", len(x.body))
	}
}

// refused fails unless a request was refused, with one of the codes if any are
// given.
func (p *probe) refused(x *exchange, codes ...int) {
	if x.status/100 != 4 || len(codes) > 0 && !slices.Contains(codes, x.status) {
		p.fail("it answers %d, not %s", x.status, wanted(codes))
	}
}

func wanted(codes []int) string {
	if len(codes) == 0 {
		return "4xx"
	}
	return fmt.Sprint(codes[0])
}

func (p *probe) list(k kind, query string) []job {
	x := p.send(http.MethodGet, "/"+k.name+query, nil)
	p.success(x)
	var all []job
	if err := json.Unmarshal(x.body, &all); err != nil {
		p.fail("the body cannot be read: %v", err)
	}
	return all
}

func (p *probe) get(k kind, id string) job {
	return p.job(p.send(http.MethodGet, "/"+k.name+"/"+id, nil))
}

// has reports whether a list has an id.
func has(jobs []job, id string) bool {
	return slices.ContainsFunc(jobs, func(j job) bool { return j.ID == id })
}

// asJSON is a request with a JSON body.
func asJSON(body string) *request {
	return &request{body: []byte(body), contentType: "application/json", shown: "-H 'Content-Type: application/json' -d '" + body + "'"}
}

// newExport creates an export, which is deleted after the check.
func (p *probe) newExport(query, body string) job {
	return p.keep(exports, p.send(http.MethodPost, "/exports"+query, asJSON(body)))
}

// form is a request with fields and, if it is not nil, an archive.
func form(archive []byte, fields ...[2]string) *request {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	shown := ""
	for _, f := range fields {
		_ = w.WriteField(f[0], f[1]) // to memory
		shown += fmt.Sprintf(" -F %s=%s", f[0], f[1])
	}
	if archive != nil {
		part, _ := w.CreateFormFile("file", marker+"archive.zip") // to memory
		_, _ = part.Write(archive)
		shown += " -F file=@archive.zip"
	}
	_ = w.Close() // to memory
	return &request{body: b.Bytes(), contentType: w.FormDataContentType(), shown: shown}
}

// newImport creates an import, which is deleted after the check.
func (p *probe) newImport(archive []byte, fields ...[2]string) job {
	return p.keep(imports, p.send(http.MethodPost, "/imports", form(archive, fields...)))
}

// newJob creates an export or import that means nothing.
func (p *probe) newJob(k kind) job {
	if k.name == exports.name {
		return p.newExport("", p.described())
	}
	return p.newImport(p.archive())
}

// described is an export of nothing that can be found again.
func (p *probe) described() string { return `{"description":"` + p.mark + `"}` }

// keep deletes what a request has made after the check.
func (p *probe) keep(k kind, x *exchange) job {
	j := p.job(x)
	p.undo = append(p.undo, func(ctx context.Context) error { return p.remove(ctx, k, j.ID) })
	return j
}

// remove deletes an export or import, unless it is gone.
func (p *probe) remove(ctx context.Context, k kind, id string) error {
	after := &probe{suite: p.suite, ctx: ctx}
	x, err := after.try(http.MethodDelete, "/"+k.name+"/"+id, nil)
	if err == nil && x.status/100 != 2 && x.status != http.StatusNotFound {
		err = fmt.Errorf("it answers %d", x.status)
	}
	if err != nil {
		return fmt.Errorf("%s/%s is left behind: %w", k.name, id, err)
	}
	return nil
}

// wait reads an export or import until it has one of the statuses, or has failed.
// It never goes back.
func (p *probe) wait(k kind, j job, until ...string) job {
	began, delay := time.Now(), p.opts.Poll
	for {
		next := p.get(k, j.ID)
		if slices.Index(k.statuses, next.Status) < slices.Index(k.statuses, j.Status) {
			p.fail("the status goes from %s back to %s", j.Status, next.Status)
		}
		j = next
		switch {
		case slices.Contains(until, j.Status):
			return j
		case j.Status == "failed" || j.Status == "completed":
			p.fail("it ended in the status %s instead of %s: %s", j.Status, until[0], j.ErrorMessage)
		case time.Since(began) > p.opts.Wait:
			p.fail("it is still in the status %s after %v", j.Status, p.opts.Wait)
		}
		if err := sleep(p.ctx, delay); err != nil {
			p.fail("it was still in the status %s when the time was over", j.Status)
		}
		delay = min(2*delay, 20*p.opts.Poll)
	}
}
