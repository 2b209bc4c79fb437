package server_test

import (
	"context"
	"fmt"
	"log/slog"
)

// jobs is a log that reports jobs, and holds each until it may begin.
type jobs struct {
	started, proceed chan struct{}
	ended            chan string // how
	over             chan struct{}
}

func newJobs() *jobs {
	return &jobs{make(chan struct{}), make(chan struct{}), make(chan string), make(chan struct{})}
}

func (j *jobs) Enabled(context.Context, slog.Level) bool { return true }
func (j *jobs) WithAttrs([]slog.Attr) slog.Handler       { return j }
func (j *jobs) WithGroup(string) slog.Handler            { return j }

func (j *jobs) Handle(_ context.Context, r slog.Record) error {
	switch r.Message {
	case "job started":
		select {
		case j.started <- struct{}{}:
		case <-j.over:
			return nil
		}
		select {
		case <-j.proceed:
		case <-j.over:
		}
	case "job ended":
		end := ""
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "end" {
				end = a.Value.String()
			}
			return true
		})
		select {
		case j.ended <- end:
		case <-j.over:
		}
	}
	return nil
}

// wait waits for a job to start, and holds it there.
func (j *jobs) wait() { <-j.started }

// run lets the job that waits run to its end.
func (j *jobs) run() error {
	j.proceed <- struct{}{}
	if end := <-j.ended; end != "done" {
		return fmt.Errorf("the job ended as %s", end)
	}
	return nil
}

// finish waits for a job and lets it run.
func (j *jobs) finish() error {
	j.wait()
	return j.run()
}
