package apitest_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/apitest"
)

// scope is a test within a benchmark, with its own end.
type scope struct {
	testing.TB
	cleanup []func()
}

func (s *scope) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }

// BenchmarkRoundTrip is a server with a seed of five packages, an export of them
// and its download, and an import that is scanned, confirmed and applied.
func BenchmarkRoundTrip(b *testing.B) {
	zip := sampleZIP(b)
	for b.Loop() {
		t := &scope{TB: b}
		s := apitest.New(t, apitest.WithProject("from", apitest.FromBytes(zip)), apitest.WithProject("to"))
		move(t, s, "from", "to")
		for _, f := range t.cleanup {
			f()
		}
	}
}

// BenchmarkNew is a server and nothing else.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		t := &scope{TB: b}
		apitest.New(t)
		for _, f := range t.cleanup {
			f()
		}
	}
}
