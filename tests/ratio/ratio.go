// Package ratio compares the speed of ways to do the same work, in one run.
package ratio

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// A Way is one of the ways to do the work.
type Way struct {
	Name    string
	Prepare func() error // comes before each Do and is not measured; may be nil
	Do      func() error
}

// Run does the work in each way in turn, round by round, so that a machine
// that slows down slows down all of them, and reports each way's median
// duration as NAME-ms and, for all but the first, the median of the ratios to
// the first of the same round as NAME/FIRST.
//
// The ns/op of a benchmark that calls it has no meaning.
func Run(b *testing.B, rounds int, ways ...Way) {
	b.Helper()
	figures := measure(b, rounds, ways)
	report(b, ways, figures[duration], 1/float64(time.Millisecond), "-ms", "")
	b.ReportMetric(0, "ns/op") // takes the meaningless figure out of the output
}

// RunAllocs is Run, and reports in the same way what was allocated: how many
// objects, with the suffix -allocs, and how many bytes, with -KB. Everything in
// the process counts, so a server has to be in another one.
func RunAllocs(b *testing.B, rounds int, ways ...Way) {
	b.Helper()
	figures := measure(b, rounds, ways)
	report(b, ways, figures[duration], 1/float64(time.Millisecond), "-ms", "")
	report(b, ways, figures[objects], 1, "-allocs", "-allocs")
	report(b, ways, figures[size], 1e-3, "-KB", "-KB")
	b.ReportMetric(0, "ns/op")
}

// What is measured of each way in each round.
const (
	duration = iota
	objects
	size
	kinds
)

// measure returns the figures by kind, way and round.
func measure(b *testing.B, rounds int, ways []Way) (figures [kinds][][]float64) {
	b.Helper()
	for kind := range figures {
		figures[kind] = make([][]float64, len(ways))
	}
	for round := range max(rounds, 7) + 1 {
		for i, way := range ways {
			if way.Prepare != nil {
				if err := way.Prepare(); err != nil {
					b.Fatalf("preparing %s: %v", way.Name, err)
				}
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			if err := way.Do(); err != nil {
				b.Fatalf("%s: %v", way.Name, err)
			}
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if round == 0 { // it warms up
				continue
			}
			for kind, figure := range [kinds]float64{
				duration: float64(took),
				objects:  float64(after.Mallocs - before.Mallocs),
				size:     float64(after.TotalAlloc - before.TotalAlloc),
			} {
				figures[kind][i] = append(figures[kind][i], figure)
			}
		}
	}
	return figures
}

func report(b *testing.B, ways []Way, figures [][]float64, scale float64, unit, ofRatio string) {
	b.Helper()
	for i, way := range ways {
		b.ReportMetric(median(figures[i])*scale, way.Name+unit)
		if i == 0 {
			continue
		}
		ratios := make([]float64, len(figures[i]))
		for k := range ratios {
			ratios[k] = figures[i][k] / figures[0][k]
		}
		b.ReportMetric(median(ratios), way.Name+"/"+ways[0].Name+ofRatio)
	}
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
