package middleware_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const (
	id       = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
	requests = 500
	update   = `{"deployments":{"deployment-1":{"description":"","labels":{"a":"b"},"default_version":"v1","versions":` +
		`{"v1":{"environment":"python3-8","maximum_instances":5,"environment_variables":{"A":{"value":"x","secret":true}}}}}}}`
)

type fixed struct{ server.StrictUnimplemented }

func (fixed) ExportsGet(_ context.Context, r server.ExportsGetRequestObject) (server.ExportsGetResponseObject, error) {
	return server.ExportsGet200JSONResponse{Body: models.ExportDetail{
		ID: r.ExportID, Status: models.ExportStatusCompleted, CreationDate: models.Time{Time: time.Unix(0, 0).UTC()}, Size: models.Value(int64(5)),
		Deployments: map[string]models.DeploymentSelection{"deployment-1": {}},
	}}, nil
}

func (fixed) ImportsUpdate(_ context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
	return server.ImportsUpdate200JSONResponse{Body: models.ImportDetail{
		ID: r.ImportID, Status: models.ImportStatusProcessing, CreationDate: models.Time{Time: time.Unix(0, 0).UTC()}, Deployments: r.Body.Deployments,
	}}, nil
}

func handlers(b *testing.B) (bare, guarded http.Handler) {
	b.Helper()
	bare = server.HandlerWithOptions(server.NewStrictHandler(fixed{}, nil), server.StdHTTPServerOptions{BaseURL: "/v2.1"})
	guarded, err := middleware.NewStrict(fixed{}, middleware.Options{
		Authenticate: func(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	return bare, guarded
}

// serve sends requests to h without a network.
func serve(ctx context.Context, h http.Handler, method, path, body string, times int) error {
	for range times {
		r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Token 0123456789abcdef")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return fmt.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	return nil
}

// BenchmarkMiddleware compares 500 requests through the middleware with 500
// through the bare generated handler, in memory and over loopback. The former
// routes a request, checks its token, parameters and body; the latter takes
// everything.
func BenchmarkMiddleware(b *testing.B) {
	bare, guarded := handlers(b)
	for _, c := range []struct{ name, method, path, body string }{
		{"GET", "GET", "/v2.1/projects/demo/exports/" + id, ""},
		{"PATCH", "PATCH", "/v2.1/projects/demo/imports/" + id, update},
	} {
		b.Run(c.name+"/memory", func(b *testing.B) {
			one := func(h http.Handler) float64 {
				return testing.AllocsPerRun(100, func() {
					if err := serve(b.Context(), h, c.method, c.path, c.body, 1); err != nil {
						b.Fatal(err)
					}
				})
			}
			added := one(guarded) - one(bare)
			ratio.Run(b, 21,
				ratio.Way{Name: "bare", Do: func() error { return serve(b.Context(), bare, c.method, c.path, c.body, requests) }},
				ratio.Way{Name: "middleware", Do: func() error { return serve(b.Context(), guarded, c.method, c.path, c.body, requests) }},
			)
			b.ReportMetric(added, "added-allocs/request")
		})
		b.Run(c.name+"/loopback", func(b *testing.B) {
			way := func(name string, h http.Handler) ratio.Way {
				s := httptest.NewServer(h)
				b.Cleanup(s.Close)
				return ratio.Way{Name: name, Do: func() error { return fetch(b.Context(), s, c.method, c.path, c.body) }}
			}
			ratio.Run(b, 11, way("bare", bare), way("middleware", guarded))
		})
	}
}

// fetch sends requests over loopback, one after another.
func fetch(ctx context.Context, s *httptest.Server, method, path, body string) error {
	for range requests {
		r, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Token 0123456789abcdef")
		resp, err := s.Client().Do(r)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if cerr := resp.Body.Close(); err == nil {
			err = cerr
		}
		if err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s %s: %d, %w", method, path, resp.StatusCode, err)
		}
	}
	return nil
}
