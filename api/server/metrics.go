package server

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

const namespace = "ubiops_transfer"

// metrics serves what the server counts. Labels have few values, whatever
// clients send: operations of the contract, classes of status, kinds of jobs.
type metrics struct {
	http.Handler
	inFlight atomic.Int64
	requests *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	jobs     *prometheus.HistogramVec
}

func newMetrics(stats func(context.Context) (store.Stats, error)) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds",
			Help:    "Requests and how long they took, by operation and class of status.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10), // to 4 minutes
		}, []string{"operation", "status"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "received_bytes_total", Help: "Bytes of the bodies of requests.",
		}, []string{"operation"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "sent_bytes_total", Help: "Bytes of the bodies of answers.",
		}, []string{"operation"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_duration_seconds",
			Help:    "Jobs and how long they took, by kind and outcome.",
			Buckets: prometheus.ExponentialBuckets(0.01, 4, 10), // to 44 minutes
		}, []string{"kind", "outcome"}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.received, m.sent, m.jobs,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "requests_in_flight", Help: "Requests that are being served, this one included.",
		}, func() float64 { return float64(m.inFlight.Load()) }),
		&stateCollector{stats: stats},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.Handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
	return m
}

// request counts a request that is over.
func (m *metrics) request(e middleware.Exchange) {
	operation, status := e.Operation, "broken"
	if operation == "" {
		operation = "other"
	}
	if !e.Broken {
		status = strconv.Itoa(e.Status/100) + "xx"
	}
	m.requests.WithLabelValues(operation, status).Observe(e.Duration.Seconds())
	m.received.WithLabelValues(operation).Add(float64(e.Received))
	m.sent.WithLabelValues(operation).Add(float64(e.Sent))
}

// job counts a job that is over. Outcomes are the engine's.
func (m *metrics) job(kind store.JobKind, outcome engine.End, d time.Duration) {
	m.jobs.WithLabelValues(string(kind), string(outcome)).Observe(d.Seconds())
}
