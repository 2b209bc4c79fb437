package serve

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
)

const namespace = "ubiops_transfer"

// metrics is a [server.Metrics] for Prometheus. Labels have few values, whatever
// clients send: operations of the contract, classes of status, kinds of jobs.
type metrics struct {
	http.Handler
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	jobs     *prometheus.HistogramVec
}

var _ server.Metrics = (*metrics)(nil)

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds",
			Help:    "Requests and how long they took, by operation and class of status.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10), // to 4 minutes
		}, []string{"operation", "status"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "received_bytes_total", Help: "Bytes of the bodies of requests.",
		}, []string{"operation"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "sent_bytes_total", Help: "Bytes of the bodies of responses.",
		}, []string{"operation"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_duration_seconds",
			Help:    "Jobs and how long they took, by kind and outcome.",
			Buckets: prometheus.ExponentialBuckets(0.01, 4, 10), // to 44 minutes
		}, []string{"kind", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.received, m.sent, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.Handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
	return m
}

// watch adds what the server has at the moment when metrics are read.
func (m *metrics) watch(stats func(context.Context) (server.Stats, error)) {
	m.registry.MustRegister(&stateCollector{stats})
}

// Request implements [server.Metrics].
func (m *metrics) Request(e middleware.Exchange) {
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

// Job implements [server.Metrics].
func (m *metrics) Job(kind, end string, took time.Duration) {
	m.jobs.WithLabelValues(kind, end).Observe(took.Seconds())
}
