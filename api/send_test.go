package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestSend_whatIsSentHowOften(t *testing.T) {
	t.Parallel()
	get := func(ctx context.Context, c *Client) error { return second(c.Project("p").Exports.Get(ctx, "x")) }
	remove := func(ctx context.Context, c *Client) error { return c.Project("p").Imports.Delete(ctx, "x") }
	create := func(ctx context.Context, c *Client) error {
		return second(c.Project("p").Exports.Create(ctx, Selection{}))
	}
	upload := func(ctx context.Context, c *Client) error {
		return second(c.Project("p").Imports.Create(ctx, FromReader(bytes.NewReader(make([]byte, mib)), mib, "")))
	}
	pipe := func(ctx context.Context, c *Client) error {
		return second(c.Project("p").Imports.Create(ctx, FromReader(&source{left: mib, size: mib}, mib, "")))
	}
	short := func(ctx context.Context, c *Client) error { // its source can be rewound, and is short every time
		return second(c.Project("p").Imports.Create(ctx, FromReader(bytes.NewReader(make([]byte, mib)), 2*mib, "")))
	}
	const lost = "not known whether"
	for name, tc := range map[string]struct {
		call  func(context.Context, *Client) error
		steps []http.HandlerFunc
		sent  int
		want  string // in the error; "" for none
	}{
		"get after a gateway's error":                {get, steps(says(502), says(503), says(504), says(429), pending), 5, ""},
		"get after a reset":                          {get, steps(reset, reset, pending), 3, ""},
		"get after a cut response":                   {get, steps(cut, cut, pending), 3, ""},
		"get without end":                            {get, steps(says(503)), 5, "503 Service Unavailable: not now (after 5 attempts)"},
		"get, reset without end":                     {get, steps(reset), 5, "(after 5 attempts)"},
		"get that is refused":                        {get, steps(gone), 1, "404 Not Found: not now"},
		"get of a server error":                      {get, steps(says(500)), 1, "500"},
		"delete after a reset":                       {remove, steps(reset, says(204)), 2, ""},
		"delete that a reset hid":                    {remove, steps(reset, gone), 2, ""},
		"delete that a gateway hid":                  {remove, steps(says(504), says(429), gone), 3, ""},
		"delete of what was never there":             {remove, steps(gone), 1, "404"},
		"delete that was not taken":                  {remove, steps(says(429), says(503, "Retry-After", "1"), gone), 3, "404"},
		"create after a limit":                       {create, steps(says(429), says(503, "Retry-After", "1"), pending), 3, ""},
		"create after a busy gateway":                {create, steps(says(503), pending), 1, lost},
		"create after a bad gateway":                 {create, steps(says(502), pending), 1, lost},
		"create after a slow gateway":                {create, steps(says(504), pending), 1, lost},
		"create after a reset":                       {create, steps(reset, pending), 1, lost},
		"create after a cut response":                {create, steps(cut, pending), 1, lost},
		"create with a response that cannot be used": {create, steps(reply(200, "text/html", "<html>"), pending), 1, lost},
		"create that is refused":                     {create, steps(says(400), pending), 1, "400"},
		"create after a limit, then a reset":         {create, steps(says(429), reset, pending), 2, lost},
		"upload after a limit":                       {upload, steps(says(429), says(503, "Retry-After", "1"), pending), 3, ""},
		"upload broken before its end":               {upload, steps(early, pending), 2, ""},
		"upload refused by an early gateway":         {upload, steps(reply(502, "text/html", ""), pending), 2, ""},
		"upload after a reset":                       {upload, steps(reset, pending), 1, lost},
		"upload of a source that is short":           {short, steps(pending), 1, "it ends after 1048576 of 2097152 bytes"},
		"upload of a pipe after a limit":             {pipe, steps(says(429), pending), 1, "429"},
		"upload of a pipe broken half-way":           {pipe, steps(early, pending), 1, "POST /projects/p/imports: "},
		"upload of a pipe broken after it":           {pipe, steps(reset, pending), 1, lost},
		"upload of a pipe, whole, then a 503":        {pipe, steps(says(503), pending), 1, lost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scripted(t, tc.steps, func(t *testing.T, c *Client, s *script) {
				err := tc.call(t.Context(), c)
				if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error is %v, want %q", err, tc.want)
				}
				if unknown := errors.Is(err, ErrUnknownOutcome); unknown != (tc.want == lost) {
					t.Errorf("%v is of type %T", err, err)
				}
				if s.count() != tc.sent {
					t.Errorf("sent %d times, want %d", s.count(), tc.sent)
				}
			})
		})
	}
}

func TestSend_nothingIsSentAgainWhereRetryIsOff(t *testing.T) {
	t.Parallel()
	scripted(t, steps(says(503), pending), func(t *testing.T, c *Client, s *script) {
		once, err := c.With(WithRetry(RetryPolicy{MaxAttempts: 1}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := once.Project("p").Exports.Get(t.Context(), "x"); err == nil || strings.Contains(err.Error(), "attempts") || s.count() != 1 {
			t.Errorf("sent %d times: %v", s.count(), err)
		}
	})
}

func TestSend_aCreateThatIsCancelledUnderWayHasAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h := taken(func(http.ResponseWriter, *http.Request) { cancel() })
	scripted(t, steps(func(w http.ResponseWriter, r *http.Request) { h(w, r); <-r.Context().Done() }), func(t *testing.T, c *Client, s *script) {
		_, err := c.Project("p").Exports.Create(ctx, Selection{})
		if !errors.Is(err, ErrUnknownOutcome) || !errors.Is(err, context.Canceled) || s.count() != 1 {
			t.Errorf("sent %d times: %v", s.count(), err)
		}
	})
}

func TestSend_connectionsThatFailAreTriedAgainByEveryMethod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dials atomic.Int32
		tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			dials.Add(1)
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}}
		c, err := NewClient(WithToken("x"), WithEnv(nil), WithHTTPClient(&http.Client{Transport: tr}))
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func() error{
			"create": func() error { return second(c.Project("p").Exports.Create(t.Context(), Selection{})) },
			"upload": func() error {
				return second(c.Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader("PK"), 2, "")))
			},
			"get":      func() error { return second(c.Project("p").Imports.Get(t.Context(), "x")) },
			"confirm":  func() error { return second(c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{})) },
			"download": func() error { return second(c.Project("p").Imports.Download(t.Context(), "x")) },
			"delete":   func() error { return c.Project("p").Imports.Delete(t.Context(), "x") },
		} {
			err := call()
			if n := dials.Swap(0); n != 5 || err == nil || !strings.Contains(err.Error(), "connection refused (after 5 attempts)") {
				t.Errorf("%s: %d dials, %v", name, n, err)
			}
		}
	})
}

func TestSend_theLogHasEveryAttemptAndNoSecret(t *testing.T) {
	t.Parallel()
	scripted(t, steps(says(503, "Retry-After", "1"), pending), func(t *testing.T, c *Client, _ *script) {
		var out bytes.Buffer
		c, err := c.With(WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Project(testToken).Imports.Create(t.Context(), FromLink("https://example.com/a.zip?sig=s3cr3t")); err != nil {
			t.Fatal(err)
		}
		log := out.String()
		for _, want := range []string{"path=/projects/[token]/imports", "attempt=1", "503 Service Unavailable", `msg="sending again"`, "attempt=2", "status=201"} {
			if !strings.Contains(log, want) {
				t.Errorf("no %s in\n%s", want, log)
			}
		}
		if strings.Contains(log, testToken) || strings.Contains(log, "s3cr3t") {
			t.Errorf("a secret is in\n%s", log)
		}
	})
}

func TestSend_aClientCanBeUsedAndDerivedConcurrently(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%3 == 0 {
			says(429)(w, r)
			return
		}
		pending(w, r)
	}
	watched(t, h, func(t *testing.T, c *Client) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				c, err := c.With(WithRetry(RetryPolicy{MaxAttempts: 20}))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := c.Project("p").Exports.Get(t.Context(), "x"); err != nil {
					t.Error(err)
				}
				if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader("PK"), 2, "")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}
