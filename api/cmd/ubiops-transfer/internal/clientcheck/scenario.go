package clientcheck

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	mayStop    bool                                      // if an error is as good an end as any
	met        func(r *run, op apitest.Operation) bool   // whether a run has come to it
	wrong      func(r *run, op apitest.Operation) string // what a run did wrong, or nothing
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
			met: func(r *run, _ apitest.Operation) bool { return readsAfterUpdate(r) > 0 },
		},
	}
	for i := range all {
		s := &all[i]
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

const misnamedFault = "file name"

// misnamed gives the first download a name that leads out of a folder.
func misnamed(op apitest.Operation) []apitest.Option {
	return once(edited(misnamedFault, func(_ *http.Request, response *httptest.ResponseRecorder) {
		response.Header().Set("Content-Disposition", `attachment; filename="../`+escapedName(op)+`"`)
	}))(op)
}

// edited is a fault that changes the response.
func edited(name string, edit func(r *http.Request, response *httptest.ResponseRecorder)) apitest.Fault {
	return apitest.Around(name, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			response := httptest.NewRecorder()
			next.ServeHTTP(response, r)
			edit(r, response)
			maps.Copy(w.Header(), response.Header())
			w.Header().Set("Content-Length", strconv.Itoa(response.Body.Len()))
			w.WriteHeader(response.Code)
			_, _ = response.Body.WriteTo(w) // the client may have gone
		})
	})
}

// lateReads is how often an import is read in the status confirmation although it
// is confirmed.
const lateReads = 2

// lateStatus lets the first reads of an import that is confirmed say that it is not.
func lateStatus(apitest.Operation) []apitest.Option {
	var mu sync.Mutex
	late := map[string]int{} // reads to come, by path
	fault := edited("late status", func(r *http.Request, response *httptest.ResponseRecorder) {
		mu.Lock()
		defer mu.Unlock()
		n, confirmed := late[r.URL.Path]
		var detail models.ImportDetail
		switch {
		case response.Code != http.StatusOK || json.Unmarshal(response.Body.Bytes(), &detail) != nil:
		case r.Method == http.MethodPatch && !confirmed:
			late[r.URL.Path] = lateReads
		case r.Method == http.MethodGet && n > 0:
			late[r.URL.Path]--
			detail.Status = models.ImportStatusConfirmation
			response.Body.Reset()
			_ = json.MarshalWrite(response.Body, &detail) // it was JSON before
		}
	})
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
