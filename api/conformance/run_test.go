package conformance_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/server"
)

// at serves a handler and returns a client for it.
func at(t *testing.T, h http.Handler, token string) *api.Client {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	client, err := api.NewClient(api.WithEnv(nil), api.WithHost(web.URL+"/v2.1"), api.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// only lets GET through, and notes what else was asked.
type only struct {
	next   http.Handler
	mu     sync.Mutex
	others []string
}

func (o *only) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.others = append(o.others, r.Method)
	}
	o.next.ServeHTTP(w, r)
}

func TestNothingIsWrittenUnlessItIsAllowed(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	reads := &only{next: h}
	report, err := conformance.Run(t.Context(), at(t, reads, token), conformance.Options{Project: "demo"})
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	reads.mu.Lock()
	defer reads.mu.Unlock()
	if len(reads.others) > 0 || report.Count(conformance.Pass) < 10 || report.Count(conformance.Skip) == 0 {
		t.Errorf("it sent %v; %d passed", reads.others, report.Count(conformance.Pass))
	}
}

func TestChecksLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	client := at(t, h, token)
	own, err := client.Project("demo").Exports.Create(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	report, err := conformance.Run(t.Context(), client, conformance.Options{Project: "demo", Write: true, Poll: time.Millisecond})
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	exports, exportsErr := client.Project("demo").Exports.List(t.Context())
	imports, importsErr := client.Project("demo").Imports.List(t.Context())
	if exportsErr != nil || importsErr != nil || len(exports) != 1 || exports[0].ID != own.ID || len(imports) != 0 {
		t.Errorf("%v %v %v %v", exports, exportsErr, imports, importsErr)
	}
	all, err := client.Project("demo").Exports.Run(t.Context(), api.Everything())
	if err != nil || len(all.Deployments) != 0 {
		t.Errorf("without Create there are deployments: %v, %v", all, err)
	}
}

func TestWhatAKilledRunHasLeftIsSwept(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	keeps := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		h.ServeHTTP(w, r)
	})
	opts := conformance.Options{Project: "demo", Write: true, Poll: time.Millisecond, Only: []string{"exports/get", "imports/get", "exports/create", "imports/create"}}
	if _, err := conformance.Run(t.Context(), at(t, keeps, token), opts); err != nil {
		t.Fatal(err)
	}
	client := at(t, h, token)
	in := client.Project("demo")
	own, err := in.Exports.Create(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	gone, err := conformance.Sweep(t.Context(), client, "demo")
	if err != nil || len(gone) < 8 {
		t.Errorf("%d were swept: %v", len(gone), err)
	}
	exports, err := in.Exports.List(t.Context())
	if err != nil || slices.ContainsFunc(gone, func(s string) bool { return strings.HasSuffix(s, own.ID) }) {
		t.Errorf("%v %v", exports, err)
	}
	again, err := conformance.Sweep(t.Context(), client, "demo")
	if err != nil || len(again) != 0 {
		t.Errorf("%v %v", again, err)
	}
}

func TestAServerThatAcceptsNoTokenIsAnError(t *testing.T) {
	t.Parallel()
	h, _ := reference(t, server.Options{})
	if _, err := conformance.Run(t.Context(), at(t, h, "wrong"), conformance.Options{Project: "demo"}); !errors.Is(err, conformance.ErrUnauthorized) {
		t.Error(err)
	}
}

func TestAProjectThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	_, err := conformance.Run(t.Context(), at(t, h, token), conformance.Options{Project: "other"})
	if err == nil || !strings.Contains(err.Error(), `the project "other"`) {
		t.Error(err)
	}
}

func TestAHostThatDoesNotAnswerIsAnError(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.NotFoundHandler())
	web.Close()
	client, err := api.NewClient(api.WithEnv(nil), api.WithHost(web.URL), api.WithToken("any"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conformance.Run(t.Context(), client, conformance.Options{Project: "demo"}); err == nil || errors.Is(err, conformance.ErrUnauthorized) {
		t.Error(err)
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	client := at(t, http.NotFoundHandler(), "any")
	for want, opts := range map[string]conformance.Options{
		`the project "A b"`:              {Project: "A b"},
		`there is no check "exports/do"`: {Project: "demo", Only: []string{"exports/do"}},
		`there is no check "ports"`:      {Project: "demo", Without: []string{"ports"}},
		"Create means nothing":           {Project: "demo", Create: true},
		"negative":                       {Project: "demo", Wait: -1},
	} {
		if _, err := conformance.Run(t.Context(), client, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

func TestChecksAreChosenByName(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	report, err := conformance.Run(t.Context(), at(t, h, token), conformance.Options{
		Project: "demo", Write: true, Poll: time.Millisecond, Only: []string{"exports/download"}, Without: []string{"exports/download/early"},
	})
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	for _, r := range report.Results {
		chosen := strings.HasPrefix(r.Check, "exports/download") && r.Check != "exports/download/early"
		if chosen == (r.Outcome == conformance.Off) {
			t.Errorf("%s: %s", r.Check, r.Outcome)
		}
	}
	if !slices.Contains(conformance.Names(), "exports/download/range") {
		t.Error(conformance.Names())
	}
}

func TestARateLimitIsWaitedFor(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	var asked atomic.Int64
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%2 == 1 {
			answer(w, 429, http.Header{"Content-Type": {"application/json"}, "Retry-After": {"0"}}, []byte(`{"error": "too many"}`))
			return
		}
		h.ServeHTTP(w, r)
	})
	report, err := conformance.Run(t.Context(), at(t, limited, token), conformance.Options{Project: "demo"})
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
}

func TestAReportShowsNoTokenNoValueAndNoQueryOfALink(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	const link = "https://bucket.example/a.zip?signature=abc"
	tells := response("POST", "exports", func(rec *httptest.ResponseRecorder, r *http.Request) {
		rec.Code, rec.Body = 400, bytes.NewBufferString(`{"error": "`+r.Header.Get("Authorization")+" "+link+`", "detail": "{\"value\": \"mine\"}"}`)
	})(h)
	report := run(t, tells, token, conformance.Options{Only: []string{"exports/create"}, Wait: time.Second})
	var out bytes.Buffer
	for _, write := range []func() error{func() error { return report.WriteText(&out) }, func() error { return report.WriteJSON(&out) }, func() error { return report.WriteJUnit(&out) }} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	for _, secret := range []string{token, "signature=abc", "mine"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("it shows %q", secret)
		}
	}
	if !strings.Contains(out.String(), `curl -sS -i -X POST -H "Authorization: $UBIOPS_API_TOKEN"`) || !strings.Contains(out.String(), "https://bucket.example/a.zip?...") {
		t.Error(out.String())
	}
}

func TestWhatIsObservedDoesNotTellWhere(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	report := run(t, h, token, conformance.Options{Wait: time.Minute})
	var out bytes.Buffer
	if err := report.Anonymous().WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	if report.Count(conformance.Observed) < 20 || strings.Contains(out.String(), "demo") || strings.Contains(out.String(), "127.0.0.1") || regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}`).MatchString(out.String()) {
		t.Error(out.String())
	}
}

func TestASecondRunPassesTheSame(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	first, second := run(t, h, token, conformance.Options{}), run(t, h, token, conformance.Options{})
	if err := errors.Join(first.Err(), second.Err()); err != nil {
		t.Error(err)
	}
}
