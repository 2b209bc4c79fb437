package server

import (
	"context"
	"net/http"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Metrics counts what a server does, and shows it: its handler answers GET
// /metrics. Its methods are called concurrently. Their arguments have few values,
// whatever clients send: operations of the contract, kinds of jobs and how
// they end. See [Server.Stats] for what there is at one moment.
type Metrics interface {
	http.Handler
	// Request is called when a request is over.
	Request(e middleware.Exchange)
	// Job is called when an attempt of a job is over: an export, scan or apply that
	// is done, failed, retried, dropped or interrupted.
	Job(kind, end string, took time.Duration)
}

// Stats are counts of what there is.
type Stats struct {
	Exports  map[models.ExportStatus]int
	Imports  map[models.ImportStatus]int
	Jobs     int // waiting or running
	Requests int // being served
	Damaged  int // downloads refused or broken off since the start because the archive has changed on its disk

	// Memory is what large requests and jobs use of [Options.Memory], in bytes.
	Memory int64
}

// Stats counts what there is at this moment.
func (s *Server) Stats(ctx context.Context) (Stats, error) {
	rows, err := s.store.Stats(ctx)
	return Stats{Exports: rows.Exports, Imports: rows.Imports, Jobs: rows.Jobs, Requests: int(s.inFlight.Load()),
		Damaged: int(s.damaged.Load()), Memory: s.forRequests.Used() + s.forJobs.Used()}, err
}
