package ratio

import "testing"

var sink []*[64]byte

func allocate(n int) func() error {
	return func() error {
		sink = sink[:0]
		for range n {
			sink = append(sink, new([64]byte))
		}
		return nil
	}
}

// Not parallel: what other tests allocate would count.
func TestAllocationsAreComparedByWay(t *testing.T) {
	result := testing.Benchmark(func(b *testing.B) {
		RunAllocs(b, 7, Way{Name: "one", Do: allocate(10_000)}, Way{Name: "two", Do: allocate(20_000)})
	})
	for metric, want := range map[string]float64{
		"one-allocs": 10_000, "two-allocs": 20_000, "two/one-allocs": 2, "one-KB": 640, "two-KB": 1280, "two/one-KB": 2,
	} {
		if got := result.Extra[metric]; got < 0.98*want || got > 1.02*want {
			t.Errorf("%s is %v, want about %v", metric, got, want)
		}
	}
	if result.Extra["one-ms"] <= 0 || result.Extra["two/one"] <= 0 {
		t.Errorf("the times are missing: %v", result.Extra)
	}
}
