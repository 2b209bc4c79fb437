//go:build unix

package cluster

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// BenchmarkJobStart is the time from the commit of a job to its start.
func BenchmarkJobStart(b *testing.B) {
	s := services(b)
	h := s.open(b, s.database(b), s.location())
	ctx, cancel := context.WithCancel(b.Context())
	started, done := make(chan time.Time), make(chan error)
	go func() {
		done <- h.Work(ctx, 4, func(context.Context, store.Job) error {
			started <- time.Now()
			return nil
		})
	}()
	var waits []time.Duration
	for b.Loop() {
		if _, err := h.Update(ctx, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, ID: "1"}) }); err != nil {
			b.Fatal(err)
		}
		inserted := time.Now()
		waits = append(waits, max(0, (<-started).Sub(inserted)))
		time.Sleep(20 * time.Millisecond) // a job seldom comes right after another
	}
	cancel()
	must(b, <-done)
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkSmallGet compares the detail of an export with a handler that does nothing
// but read the same row.
func BenchmarkSmallGet(b *testing.B) {
	s := services(b)
	h := s.open(b, s.database(b), s.location())
	const id = "01a21c62-d68c-795d-8def-b5deec8149af"
	_, err := h.Update(b.Context(), func(tx store.Tx) error {
		if err := tx.AddProject("p"); err != nil {
			return err
		}
		return tx.PutExport(store.Export{Project: "p", ID: id, Status: "completed", Created: time.Now()})
	})
	must(b, err)
	srv, err := server.New(server.Options{Storage: struct{ *home }{h}})
	must(b, err)
	token, err := srv.AddToken(b.Context(), "p", "bench", false)
	must(b, err)
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var export store.Export
		err := h.Look(r.Context(), func(tx store.Tx) (err error) {
			export, err = tx.Export("p", id)
			return err
		})
		if err == nil {
			err = json.NewEncoder(w).Encode(map[string]any{"id": export.ID, "status": export.Status, "creation_date": export.Created})
		}
		if err != nil {
			b.Error(err)
		}
	})
	for name, handler := range map[string]http.Handler{"server": srv, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			web := httptest.NewServer(handler)
			defer web.Close()
			for b.Loop() {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, web.URL+server.BaseURL+"/projects/p/exports/"+id, nil)
				must(b, err)
				req.Header.Set("Authorization", "Token "+token)
				resp, err := web.Client().Do(req)
				must(b, err)
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp.Status)
				}
				must(b, resp.Body.Close())
			}
		})
	}
}
