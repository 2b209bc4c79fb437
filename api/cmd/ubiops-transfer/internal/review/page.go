package review

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/plan"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var style []byte

//go:embed script.js
var script []byte

var templates = template.Must(template.New("").Parse(pageHTML))

func splitLines(text string) []string { return strings.Split(text, "\n") }

// sendTimeout is how long a reader may take for the next piece of a page.
const sendTimeout = time.Minute

// writer writes parts of a page until one fails. A part is made by add, which may be
// called with a lock, and written by send, which waits for the reader.
type writer struct {
	w     http.ResponseWriter
	text  bytes.Buffer // to send
	n     int
	steps bool // were begun
	err   error
}

func (w *writer) add(name string, data any) {
	if w.err == nil {
		w.err = templates.ExecuteTemplate(&w.text, name, data)
	}
}

func (w *writer) send() {
	if w.err != nil {
		return
	}
	if w.n == 0 {
		w.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	limitSending(w.w)
	var n int64
	n, w.err = w.text.WriteTo(w.w)
	w.n += int(n)
}

// flush sends what was added, also what is buffered further on.
func (w *writer) flush() {
	if w.send(); w.err == nil {
		w.err = http.NewResponseController(w.w).Flush()
	}
}

// limitSending gives the reader some time. Whatever else is served on the connection
// has a limit of its own.
func limitSending(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendTimeout)) // if it has one
}

// waitSending takes the limit away while there is nothing to send: where requests share
// a connection, it would end the response.
func waitSending(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // if it has one
}

// fail answers with a page that says why there is nothing else.
func fail(w http.ResponseWriter, status int, title string, details ...string) {
	failed(w, status, title, result{Details: details})
}

func failed(w http.ResponseWriter, status int, title string, is result) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	out := writer{w: w, n: 1}
	out.add("head", page{Title: title, Colour: "grey", Heading: title})
	out.add("result", is)
	out.add("foot", nil)
	out.send()
}

// asset serves what pages load, and reports whether it was that.
// They can be kept: the last page may come when nothing is served any more.
func asset(w http.ResponseWriter, name string) bool {
	kind, data := "text/css", style
	switch name {
	case "style.css":
	case "script.js":
		kind, data = "text/javascript", script
	default:
		return false
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=86400")
	limitSending(w)
	_, _ = w.Write(data) // the reader has gone
	return true
}

// ServeHTTP serves the pages of the review, at paths relative to its own, to a reader
// who was let in.
func (r *Review) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch name := strings.TrimPrefix(req.URL.Path, "/"); {
	case req.Method == http.MethodGet && asset(w, name):
	case req.Method == http.MethodGet && name == "plan.json":
		r.file(w, name, "application/json", planText)
	case req.Method == http.MethodGet && name == confirmationFile:
		r.file(w, name, "application/yaml", r.Confirmation)
	case req.Method == http.MethodGet && name == "":
		r.show(w, req)
	case req.Method == http.MethodPost && name == "":
		r.decide(w, req)
	default:
		fail(w, http.StatusNotFound, "There is no such page")
	}
}

// show writes the page, in whatever state the review is.
func (r *Review) show(w http.ResponseWriter, req *http.Request) {
	if r.busy() {
		r.follow(w, req)
		return
	}
	out := writer{w: w}
	if err := r.add(&out, readLook(req.URL.Query()), "head", "review", "foot"); err != nil {
		fail(w, http.StatusInternalServerError, "The plan cannot be shown", err.Error())
		return
	}
	out.send()
}

// add adds parts of the page of a look.
func (r *Review) add(out *writer, l look, parts ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.open >= len(r.objects) {
		l.open = -1
	}
	p, err := r.page(l)
	if err != nil {
		return err
	}
	for _, part := range parts {
		out.add(part, p)
	}
	return nil
}

// head fills in what all pages of the review have.
func (r *Review) head(p *page) {
	p.Project, p.Host, p.Colour = legible(r.whole.Project, 200), legible(r.whole.Host, 200), r.Colour
	p.Heading = "Import into " + p.Project
	p.Title = p.Heading + " on " + p.Host
	if p.Colour == "" {
		p.Colour = colourOf(r.whole.Host + " " + r.whole.Project)
	}
}

// decide takes a form.
func (r *Review) decide(w http.ResponseWriter, req *http.Request) {
	if !r.reading.TryLock() { // each takes memory
		fail(w, http.StatusTooManyRequests, "Another form of this page is on its way", "Nothing was changed. Try again.")
		return
	}
	err := readForm(w, req, maxForm)
	r.reading.Unlock()
	if err != nil {
		fail(w, http.StatusBadRequest, "The form cannot be read", err.Error())
		return
	}
	if !r.fromPage(req) {
		fail(w, http.StatusForbidden, "This form is not from this page", "Nothing was changed. The review may have been opened again: load the page again.")
		return
	}
	do := req.PostForm.Get("do")
	switch do {
	case "cancel":
		r.cancel()
	case "stop":
		r.stop()
	}
	if r.busy() {
		r.follow(w, req)
		return
	}
	if do == "stop" { // what it has come too late for
		r.back(w, req)
		return
	}
	seen, err := r.update(req.Context(), req.PostForm)
	if err != nil {
		fail(w, http.StatusInternalServerError, "This cannot be planned", err.Error())
		return
	}
	switch do { // what is begun does not end with the request
	case "confirm":
		r.start(seen) //nolint:contextcheck // see above
	case "packages":
		r.compare() //nolint:contextcheck // see above
	case "reject":
		r.reject() //nolint:contextcheck // see above
	}
	if r.busy() {
		r.follow(w, req)
		return
	}
	r.back(w, req)
}

// back leads to the page that a form is from.
func (r *Review) back(w http.ResponseWriter, req *http.Request) {
	query, err := url.ParseQuery(req.PostForm.Get("look"))
	if err != nil {
		query = nil
	}
	w.Header().Set("Location", "./?"+readLook(query).query()) // http.Redirect would take the path for all of it
	w.WriteHeader(http.StatusSeeOther)
}

// confirmationFile is the name of the file with what is confirmed of an import.
const confirmationFile = "confirmation.yaml"

// file serves the plan or the confirmation as a file. It holds no value.
func (r *Review) file(w http.ResponseWriter, name, kind string, write func(p *plan.Plan) ([]byte, error)) {
	r.mu.Lock()
	chosen := r.chosen // which nobody changes
	r.mu.Unlock()
	if chosen == nil || write == nil {
		fail(w, http.StatusNotFound, "Nothing is chosen")
		return
	}
	text, err := write(chosen)
	if err != nil {
		fail(w, http.StatusInternalServerError, "The file cannot be written", err.Error())
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	for piece := range slices.Chunk(text, 64<<10) {
		limitSending(w)
		if _, err := w.Write(piece); err != nil {
			return // the reader has gone
		}
	}
}

func planText(p *plan.Plan) ([]byte, error) {
	var text bytes.Buffer
	err := p.Write(&text)
	return text.Bytes(), err
}
