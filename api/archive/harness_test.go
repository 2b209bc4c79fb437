package archive

import (
	"os"
	"strconv"
	"testing"
)

// casesVariable set to "all" makes the tests of generated cases eight times as long.
const casesVariable = "ARCHIVE_CASES"

// allCases reports whether a test takes every case, rather than some of each kind.
func allCases() bool { return os.Getenv(casesVariable) == "all" }

// eachSeed runs a test for generated cases, as many at a time as there are
// processors, and waits for all. An eighth of all suffices unless all are asked for.
func eachSeed(t *testing.T, all uint64, run func(t *testing.T, seed uint64)) {
	t.Helper()
	if !allCases() {
		all = (all + 7) / 8
	}
	t.Run("seed", func(t *testing.T) {
		for seed := range all {
			t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				run(t, seed)
			})
		}
	})
}

// Lengths, flags and numbers of the ZIP format.
const (
	localHeaderLen = 30
	headerLen      = 46 // in the directory
	endLen         = 22
	locatorLen     = 20
	end64Len       = 56
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
	zip64Extra     = 1
)
