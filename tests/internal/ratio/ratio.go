// Package ratio compares the speed of ways to do the same work, in one run.
package ratio

import (
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
// A benchmark that calls it says nothing by its own ns/op.
func Run(b *testing.B, rounds int, ways ...Way) {
	b.Helper()
	rounds = max(rounds, 7)
	times := make([][]float64, len(ways))
	for round := range rounds + 1 {
		for i, way := range ways {
			if way.Prepare != nil {
				if err := way.Prepare(); err != nil {
					b.Fatalf("preparing %s: %v", way.Name, err)
				}
			}
			start := time.Now()
			if err := way.Do(); err != nil {
				b.Fatalf("%s: %v", way.Name, err)
			}
			if round > 0 { // the first round warms up
				times[i] = append(times[i], float64(time.Since(start)))
			}
		}
	}
	for i, way := range ways {
		b.ReportMetric(median(times[i])/float64(time.Millisecond), way.Name+"-ms")
		if i == 0 {
			continue
		}
		ratios := make([]float64, len(times[i]))
		for k := range ratios {
			ratios[k] = times[i][k] / times[0][k]
		}
		b.ReportMetric(median(ratios), way.Name+"/"+ways[0].Name)
	}
	b.ReportMetric(0, "ns/op") // takes the meaningless figure out of the output
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
