package archive_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// manyVersions has 1,000 deployments of ten versions each.
func manyVersions() archive.Content {
	plain := models.DataStructurePlain
	c := archive.Content{Deployments: map[string]models.Deployment{}}
	for i := range 1000 {
		d := models.Deployment{InputType: &plain, OutputType: &plain, Versions: map[string]models.DeploymentVersion{}}
		for j := range 10 {
			d.Versions[fmt.Sprintf("v%d", j)] = models.DeploymentVersion{
				Description: models.Value("A version of many"), Environment: models.Value("python3-12"),
				InstanceType: models.Value("512mb"), MaximumInstances: models.Value(int64(5)),
				EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value("1")}},
			}
		}
		c.Deployments[fmt.Sprintf("deployment-%d", i)] = d
	}
	return c
}

// tenThousandVersions returns the project with a package of so many bytes for each
// version: documents first, as Write has them, or each package behind its
// document, as exports of the platform do.
func tenThousandVersions(tb testing.TB, interleaved bool, packageSize int) *sparseArchive {
	tb.Helper()
	var b bytes.Buffer
	if err := archive.Write(&b, manyVersions(), nil); err != nil {
		tb.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		tb.Fatal(err)
	}
	documents := map[string][]byte{}
	var names, packages []string
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		if documents[f.Name], err = io.ReadAll(rc); err != nil {
			tb.Fatal(err)
		}
		names = append(names, f.Name)
		if path.Base(path.Dir(f.Name)) != "versions" {
			continue
		}
		if name := strings.TrimSuffix(f.Name, ".yaml") + ".zip"; interleaved {
			names = append(names, name)
		} else {
			packages = append(packages, name)
		}
	}
	return layOut(tb, slices.Concat(names, packages), documents, packageSize)
}

var layouts = []struct {
	name        string
	interleaved bool
}{{"documents-first", false}, {"interleaved", true}}

// heap returns the bytes of objects on the heap, garbage included.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// collected returns the bytes of objects that are in use.
func collected() uint64 {
	runtime.GC()
	runtime.GC() // what pools hold goes in two rounds
	return heap()
}

// peakHeap returns the highest size of the heap while work runs, sampled.
func peakHeap(work func()) uint64 {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		highest := heap()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				highest = max(highest, heap())
			case <-done:
				peak <- max(highest, heap())
				return
			}
		}
	}()
	work()
	close(done)
	return <-peak
}

// Opening takes a handful of reads if documents are neighbours, and one
// for each if they are not. The memory is for what the documents say.
func BenchmarkOpenTenThousandVersions(b *testing.B) {
	for _, l := range layouts {
		b.Run(l.name, func(b *testing.B) {
			file := tenThousandVersions(b, l.interleaved, 1<<20)
			before := collected()
			var a *archive.Archive
			var peak, kept uint64
			for b.Loop() {
				b.StopTimer()
				a = nil
				runtime.GC()
				file.reads.Store(0)
				file.bytes.Store(0)
				b.StartTimer()
				peak = max(peak, peakHeap(func() {
					var err error
					if a, err = archive.Open(file, file.size); err != nil {
						b.Fatal(err)
					}
				}))
			}
			kept = collected()
			runtime.KeepAlive(a)
			b.ReportMetric(float64(file.reads.Load()), "reads/op")
			b.ReportMetric(mib(file.bytes.Load()), "MiB-read/op")
			b.ReportMetric(mib(file.size), "MiB-archive")
			b.ReportMetric(mib(peak-min(peak, before)), "MiB-peak-heap")
			b.ReportMetric(mib(kept-min(kept, before)), "MiB-kept")
		})
	}
}

func mib[T int64 | uint64](n T) float64 { return float64(n) / (1 << 20) }

// rangedArchive gives ranges, as an object store does.
type rangedArchive struct{ *sparseArchive }

func (r rangedArchive) OpenRange(off, n int64) (io.ReadCloser, error) {
	r.reads.Add(1)
	return io.NopCloser(&rangeBody{r.sparseArchive, off, off + n}), nil
}

// rangeBody is the body of one request.
type rangeBody struct {
	from     *sparseArchive
	off, end int64
}

func (r *rangeBody) Read(p []byte) (int, error) {
	if r.off == r.end {
		return 0, io.EOF
	}
	n, err := r.from.fill(p[:min(int64(len(p)), r.end-r.off)], r.off)
	r.off += int64(n)
	r.from.bytes.Add(int64(n))
	return n, err
}

// Reading all packages takes one range each, or a read for each MiB begun.
func BenchmarkReadTenThousandPackages(b *testing.B) {
	file := tenThousandVersions(b, true, 1<<20)
	for name, from := range map[string]io.ReaderAt{"read-at": file, "ranges": rangedArchive{file}} {
		b.Run(name, func(b *testing.B) {
			a, err := archive.Open(from, file.size)
			if err != nil {
				b.Fatal(err)
			}
			before := collected()
			var peak uint64
			b.SetBytes(int64(len(a.Packages()) * len(file.body)))
			for b.Loop() {
				file.reads.Store(0)
				peak = max(peak, peakHeap(func() {
					for _, p := range a.Packages() {
						if err := discard(a, p); err != nil {
							b.Fatal(err)
						}
					}
				}))
			}
			b.ReportMetric(float64(file.reads.Load())/float64(len(a.Packages())), "reads/package")
			b.ReportMetric(mib(peak-min(peak, before)), "MiB-peak-heap")
		})
	}
}

// discard reads a package to its end.
func discard(a *archive.Archive, p archive.Package) error {
	rc, err := a.OpenPackage(p.Path)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, rc)
	if err == nil && n != p.Size {
		err = fmt.Errorf("%s has %d bytes, want %d", p.Path, n, p.Size)
	}
	if closeErr := rc.Close(); err == nil {
		err = closeErr
	}
	return err
}

func TestArchivesOf50GiBAreReadInFewReads(t *testing.T) {
	t.Parallel()
	for _, l := range layouts {
		file := tenThousandVersions(t, l.interleaved, 5_400_000)
		if file.size < 50<<30 {
			t.Fatalf("%s: %d bytes", l.name, file.size)
		}
		a, err := archive.Open(file, file.size)
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		if n := file.reads.Load(); !l.interleaved && n > 6 || n > 10_010 {
			t.Errorf("%s: %d reads", l.name, n)
		}
		packages := a.Packages()
		if len(packages) != 10_000 || len(a.Content().Deployments) != 1000 {
			t.Fatalf("%s: %d packages, %d deployments", l.name, len(packages), len(a.Content().Deployments))
		}
		for _, p := range []archive.Package{packages[0], packages[5000], packages[9999]} {
			if err := discard(a, p); err != nil {
				t.Errorf("%s: %v", l.name, err)
			}
		}
	}
}
