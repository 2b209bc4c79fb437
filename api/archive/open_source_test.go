package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// laidOut builds a ZIP file of stored entries in the given order.
func laidOut(t testing.TB, entries ...[2]string) []byte {
	t.Helper()
	return zipOf(t, entries, zipStored)
}

func TestOpen_readsNeighbouringDocumentsTogether(t *testing.T) {
	t.Parallel()
	const versions = 50
	document := func(i int) [2]string {
		return [2]string{fmt.Sprintf("deployments/a/versions/%d.yaml", i), fmt.Sprintf("version_name: v%d\n", i)}
	}
	body := strings.Repeat("p", 100<<10) // too large to be read along
	start := [][2]string{{"info.yaml", ""}, {"deployments/a/a.yaml", "deployment_name: a\n" + pipes}}
	start[0][1] = "format_spec: v1.0\n"

	together, apart := start, start
	var packages [][2]string
	for i := range versions {
		p := [2]string{fmt.Sprintf("deployments/a/versions/%d.zip", i), body}
		together = append(together[:len(together):len(together)], document(i))
		apart = append(apart[:len(apart):len(apart)], document(i), p)
		packages = append(packages, p)
	}
	together = append(together, packages...)
	for what, test := range map[string]struct {
		entries [][2]string
		reads   int
	}{
		"next to each other":      {together, 2},         // the directory, the documents
		"interleaved":             {apart, versions + 1}, // the first documents are neighbours
		"small files in between":  {append([][2]string{{"x", "1"}}, start...), 2},
		"in the opposite order":   {[][2]string{start[1], {"gap", strings.Repeat("g", zipcheck.RunGap/2)}, start[0]}, 2},
		"with too large a gap":    {[][2]string{start[1], {"gap", strings.Repeat("g", zipcheck.RunGap)}, start[0]}, 3},
		"with too much for a run": {append(largeDocuments(), start...), 3},
	} {
		data := laidOut(t, test.entries...)
		reads := &countingReader{Reader: bytes.NewReader(data)}
		a, err := Open(reads, int64(len(data)))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if reads.n != test.reads {
			t.Errorf("documents %s: %d reads, want %d", what, reads.n, test.reads)
		}
		if d := a.Content().Deployments["a"]; len(d.Versions) != len(a.Packages()) {
			t.Errorf("%s: %d versions, %d packages", what, len(d.Versions), len(a.Packages()))
		}
	}
}

// largeDocuments returns documents that take more than one run.
func largeDocuments() (all [][2]string) {
	for i := range 5 {
		all = append(all, [2]string{fmt.Sprintf("services/%d/s.yaml", i), fmt.Sprintf("service_name: s%d\n#%s\n", i, strings.Repeat(" ", zipcheck.RunSize/5))})
	}
	return all
}

func TestOpenPackage_readsInLargePieces(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("0123456789abcdef", 3<<20/16)
	for what, data := range map[string][]byte{
		"stored":   storedZip(t, small().with("x/deployments/a/versions/c.zip", body)),
		"deflated": small().with("x/deployments/a/versions/c.zip", body).zip(t),
	} {
		reads := &countingReader{Reader: bytes.NewReader(data)}
		a, err := Open(reads, int64(len(data)), WithLimits(Limits{Ratio: 1 << 20}))
		if err != nil {
			t.Fatal(err)
		}
		reads.n = 0
		if readPackage(t, a, "deployments/a/versions/c.zip") != body {
			t.Errorf("%s: other bytes", what)
		}
		if reads.n > 4 {
			t.Errorf("%s: %d reads for 3 MiB", what, reads.n)
		}
	}
}

// rangedReader is a reader that gives ranges.
type rangedReader struct {
	*countingReader
	open   func(io.Reader) io.Reader
	err    error
	ranges int
	closed int
}

func (r *rangedReader) OpenRange(off, n int64) (io.ReadCloser, error) {
	r.ranges++
	body := io.Reader(io.NewSectionReader(r.Reader, off, n))
	if r.open != nil {
		body = r.open(body)
	}
	return struct {
		io.Reader
		io.Closer
	}{body, closer(func() { r.closed++ })}, r.err
}

type closer func()

func (c closer) Close() error { c(); return nil }

func TestOpenPackage_takesOneRangeIfTheReaderGivesRanges(t *testing.T) {
	t.Parallel()
	data := small().zip(t)
	r := &rangedReader{countingReader: &countingReader{Reader: bytes.NewReader(data)}}
	a, err := Open(r, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r.n = 0
	if got := readPackage(t, a, "deployments/a/versions/c.zip"); got != "the package" {
		t.Errorf("read %q", got)
	}
	if r.n != 0 || r.ranges != 1 || r.closed != 1 {
		t.Errorf("%d reads, %d ranges, %d closed", r.n, r.ranges, r.closed)
	}
}

func TestOpenPackage_tellsFaultsOfTheReaderFromThoseOfTheArchive(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	for what, test := range map[string]struct {
		open func(io.Reader) io.Reader
		err  error
		want error
	}{
		"no range":             {nil, gone, gone},
		"fails at once":        {func(io.Reader) io.Reader { return iotest.ErrReader(gone) }, nil, gone},
		"fails in the middle":  {func(r io.Reader) io.Reader { return io.MultiReader(io.LimitReader(r, 90), iotest.ErrReader(gone)) }, nil, gone},
		"ends in the header":   {func(r io.Reader) io.Reader { return io.LimitReader(r, 20) }, nil, io.ErrUnexpectedEOF},
		"ends in the middle":   {func(r io.Reader) io.Reader { return io.LimitReader(r, 90) }, nil, io.ErrUnexpectedEOF},
		"one byte at a time":   {iotest.OneByteReader, nil, nil},
		"end and data at once": {iotest.DataErrReader, nil, nil},
	} {
		for method, data := range map[string][]byte{
			"stored":   storedZip(t, small().with("x/deployments/a/versions/c.zip", strings.Repeat("abc", 100))),
			"deflated": small().with("x/deployments/a/versions/c.zip", strings.Repeat("abcdefghijklmnopq", 100)).zip(t),
		} {
			r := &rangedReader{countingReader: &countingReader{Reader: bytes.NewReader(data)}, open: test.open, err: test.err}
			a, err := Open(r, int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			rc, err := a.OpenPackage("deployments/a/versions/c.zip")
			if err == nil {
				_, err = io.Copy(io.Discard, rc)
				if err := rc.Close(); err != nil {
					t.Error(err)
				}
			}
			if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, test.want) {
				t.Errorf("%s, %s: %v", what, method, err)
			}
			if test.err == nil && r.closed != r.ranges {
				t.Errorf("%s, %s: opened %d, closed %d", what, method, r.ranges, r.closed)
			}
		}
	}
}
