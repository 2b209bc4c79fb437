package conformance

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
)

// Test checks a server: target is an [http.Handler], a base URL, or an
// [*api.Client]. Each check is a subtest, which fails or is skipped with the
// reason. A handler is served on loopback, and checked with Write and Create.
func Test(t *testing.T, target any, opts Options) {
	t.Helper()
	client, ok := target.(*api.Client)
	if !ok {
		base, _ := target.(string)
		if h, isHandler := target.(http.Handler); isHandler {
			base = serve(t, h) + cmp.Or(opts.Base, "/v2.1")
			opts.Write, opts.Create, opts.Poll = true, true, cmp.Or(opts.Poll, 2*time.Millisecond)
		} else if base == "" {
			t.Fatalf("conformance: the target is a %T, not a handler, a URL or a client", target)
		}
		var err error
		if client, err = api.NewClient(api.WithEnv(nil), api.WithHost(base), api.WithToken(opts.Token)); err != nil {
			t.Fatalf("conformance: %v", err)
		}
	}
	report, err := Run(t.Context(), client, opts)
	if err == nil && report.Count(Fail)+report.Count(Error) == 0 {
		err = report.Err()
	}
	if report != nil {
		for _, result := range report.Results {
			if result.Outcome == Observed {
				t.Logf("%s: %s", result.Check, result.Message)
				continue
			}
			t.Run(result.Check, func(t *testing.T) { show(t, result) })
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func show(t *testing.T, r Result) {
	t.Helper()
	switch r.Outcome {
	case Fail, Error:
		t.Errorf("%s\n%s", r.Message, r.Curl)
	case Skip, Off:
		t.Skip(r.Message)
	case Pass, Observed:
	}
}

// serve serves a handler until the test ends, and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("conformance: %v", err)
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(t.Context()) }}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	t.Cleanup(func() {
		err := web.Close()
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		if err != nil {
			t.Errorf("conformance: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}
