package serve

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var (
	exportsDesc = prometheus.NewDesc(namespace+"_exports", "Exports by status.", []string{"status"}, nil)
	importsDesc = prometheus.NewDesc(namespace+"_imports", "Imports by status.", []string{"status"}, nil)
	queuedDesc  = prometheus.NewDesc(namespace+"_jobs_queued", "Jobs that wait for a worker.", nil, nil)
	memoryDesc  = prometheus.NewDesc(namespace+"_memory_reserved_bytes", "Memory that large requests and jobs have reserved, by estimates.", nil, nil)
	damageDesc  = prometheus.NewDesc(namespace+"_damaged_downloads_total", "Downloads of archives that have changed on their disk.", nil, nil)
	flightDesc  = prometheus.NewDesc(namespace+"_requests_in_flight", "Requests that are being served, this one included.", nil, nil)
)

// stateCollector asks the server what it has whenever metrics are read.
type stateCollector struct {
	stats func(context.Context) (server.Stats, error)
}

// Describe names the metrics.
func (*stateCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- exportsDesc
	descs <- importsDesc
	descs <- queuedDesc
	descs <- flightDesc
	descs <- memoryDesc
	descs <- damageDesc
}

// Collect reads them. If they cannot be read they are missing, and
// the other metrics are there.
func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	stats, err := c.stats(ctx)
	send := func(desc *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), labels...)
	}
	send(flightDesc, stats.Requests)
	send(memoryDesc, int(stats.Memory))
	out <- prometheus.MustNewConstMetric(damageDesc, prometheus.CounterValue, float64(stats.Damaged))
	if err != nil {
		out <- prometheus.NewInvalidMetric(queuedDesc, err)
		return
	}
	for _, status := range []models.ExportStatus{
		models.ExportStatusPending, models.ExportStatusProcessing, models.ExportStatusCompleted, models.ExportStatusFailed,
	} {
		send(exportsDesc, stats.Exports[status], string(status))
	}
	for _, status := range []models.ImportStatus{
		models.ImportStatusPending, models.ImportStatusScanning, models.ImportStatusConfirmation,
		models.ImportStatusConfirmationPending, models.ImportStatusProcessing, models.ImportStatusCompleted, models.ImportStatusFailed,
	} {
		send(importsDesc, stats.Imports[status], string(status))
	}
	send(queuedDesc, stats.Jobs)
}
