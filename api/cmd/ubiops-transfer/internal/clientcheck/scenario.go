package clientcheck

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// scenario is something that goes wrong, or otherwise than usual, and that a client
// has to get along with.
type scenario struct {
	name       string
	operations []apitest.Operation // that it is for, one by one
	arrange    func(op apitest.Operation) []apitest.Option
	mayStop    bool // if an error is as good an end as any
	// met reports whether a run has come to it; unmet says why not.
	met   func(r *run, op apitest.Operation) bool
	unmet string
	// wrong says what a run did wrong, or nothing.
	wrong func(r *run, op apitest.Operation) string
}

func scenarios() []scenario {
	downloads := []apitest.Operation{apitest.ExportsDownload, apitest.ImportsDownload}
	all := []scenario{
		{name: "lost-response", operations: operations, arrange: once(apitest.ResetAfter()), mayStop: true},
		{name: "429", operations: operations, arrange: once(apitest.Answer(http.StatusTooManyRequests, limited, `{"error": "Too many requests"}`)), wrong: impatient},
		{name: "cut", operations: downloads, arrange: once(apitest.CutResponse(1000)), mayStop: true, wrong: tookCut},
		{name: "file-name", operations: downloads, arrange: misnamed, mayStop: true, wrong: escaped},
		{
			name: "slow", operations: []apitest.Operation{apitest.AnyOperation},
			arrange: func(apitest.Operation) []apitest.Option { return []apitest.Option{apitest.JobsByTime(slowStatus)} },
			met:     func(*run, apitest.Operation) bool { return true },
		},
		{
			name: "late-status", operations: []apitest.Operation{apitest.ImportsUpdate}, arrange: lateStatus, wrong: tookLate,
			met:   func(r *run, _ apitest.Operation) bool { return readsAfterUpdate(r) > 0 },
			unmet: "the command never reads an import that it has confirmed",
		},
	}
	for i := range all {
		s := &all[i]
		s.unmet = cmp.Or(s.unmet, "this time the command did not come to it")
		if s.met == nil {
			s.met = func(r *run, op apitest.Operation) bool { return faulted(r, op) >= 0 }
		}
		if s.wrong == nil {
			s.wrong = func(*run, apitest.Operation) string { return "" }
		}
	}
	return all
}

// once lets the first request of an operation meet a fault.
func once(fault apitest.Fault) func(apitest.Operation) []apitest.Option {
	return func(op apitest.Operation) []apitest.Option {
		return []apitest.Option{apitest.WithFault(op, apitest.First(1), fault)}
	}
}

// faulted is the position of the request of an operation that met a fault, or -1.
func faulted(r *run, op apitest.Operation) int {
	for i, request := range r.of(op) {
		if request.Fault != "" {
			return i
		}
	}
	return -1
}

// slowStatus is how long each status of an export or import lasts.
const slowStatus = 300 * time.Millisecond

const limitedFor = time.Second

// limited is what a server that limits its rate says, in every form.
var limited = http.Header{
	"Retry-After":       {"1"},
	"X-Ratelimit-Limit": {"300"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1"},
}

// impatient says that a client did not wait as long as it was told.
func impatient(r *run, op apitest.Operation) string {
	requests := r.of(op)
	i := faulted(r, op)
	if i+1 == len(requests) {
		return ""
	}
	if waited := requests[i+1].Time.Sub(requests[i].Time); waited < limitedFor {
		return fmt.Sprintf("it asks again after %v, though it was told to wait %v", waited.Round(time.Millisecond), limitedFor)
	}
	return ""
}

// tookCut says that a client did not see that an archive was incomplete.
func tookCut(r *run, op apitest.Operation) string {
	if r.code == 0 && !r.did(op) {
		return "it takes a download that was cut for whole"
	}
	return ""
}

// escapedName is what a download is called if the server means harm.
func escapedName(op apitest.Operation) string { return "ubiops-transfer-" + string(op) + ".zip" }

// escaped says that a client that works in the temporary folder, or in its working
// directory, has written the download beside that.
func escaped(r *run, op apitest.Operation) string {
	name := escapedName(op)
	beside := slices.ContainsFunc(r.beside, func(entry os.DirEntry) bool { return entry.Name() == name })
	if os.Remove(filepath.Join("..", name)) == nil || beside {
		return "it writes the download outside of its folder, because the server calls it ../" + name
	}
	return ""
}

// misnamed gives the first download a name that leads out of a folder.
func misnamed(op apitest.Operation) []apitest.Option {
	return once(apitest.Around("file name", func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&misnamedDownload{w, escapedName(op)}, r)
		})
	}))(op)
}

type misnamedDownload struct {
	http.ResponseWriter
	name string
}

// Unwrap is for [http.ResponseController].
func (m *misnamedDownload) Unwrap() http.ResponseWriter { return m.ResponseWriter }

func (m *misnamedDownload) WriteHeader(status int) {
	m.Header().Set("Content-Disposition", `attachment; filename="../`+m.name+`"`)
	m.ResponseWriter.WriteHeader(status)
}

// lateReads is how often an import is read in the status confirmation although it
// is confirmed.
const lateReads = 2

// lateStatus lets the first reads of an import that is confirmed say that it is not.
func lateStatus(apitest.Operation) []apitest.Option {
	var mu sync.Mutex
	late := map[string]int{} // reads to come, by path
	around := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			n, confirmed := late[r.URL.Path]
			switch {
			case r.Method == http.MethodPatch && !confirmed:
				late[r.URL.Path] = lateReads
			case r.Method == http.MethodGet && n > 0:
				late[r.URL.Path]--
			}
			mu.Unlock()
			if r.Method != http.MethodGet || n == 0 {
				next.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			body := answer.Body.Bytes()
			var detail models.ImportDetail
			if json.Unmarshal(body, &detail) == nil { // else it is an error, and stays one
				detail.Status = models.ImportStatusConfirmation
				body, _ = json.Marshal(&detail) // it was JSON before
			}
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			w.Header().Del("Content-Length")
			w.WriteHeader(answer.Code)
			_, _ = bytes.NewReader(body).WriteTo(w) // the journal says if the client has gone
		})
	}
	fault := apitest.Around("late status", around)
	return []apitest.Option{
		apitest.WithFault(apitest.ImportsUpdate, apitest.Every(), fault),
		apitest.WithFault(apitest.ImportsGet, apitest.Every(), fault),
	}
}

// readsAfterUpdate counts the reads of an import after the first confirmation.
func readsAfterUpdate(r *run) int {
	confirmed, n := "", 0
	for _, request := range r.requests {
		switch {
		case confirmed == "" && request.Operation == apitest.ImportsUpdate && request.Status/100 == 2:
			confirmed = request.Path
		case request.Operation == apitest.ImportsGet && request.Path == confirmed:
			n++
		}
	}
	return n
}

// tookLate says that a client did not see that a status was out of date.
func tookLate(r *run, _ apitest.Operation) string {
	updates := r.of(apitest.ImportsUpdate)
	switch n := readsAfterUpdate(r); {
	case len(updates) > 1 && updates[1].Path == updates[0].Path:
		return "it confirms again, because a read still says confirmation"
	case n <= lateReads && r.code == 0:
		return "it takes the status confirmation, which a read still says after the PATCH, for the end"
	}
	return ""
}
