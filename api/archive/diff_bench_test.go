package archive

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// project is 1,000 deployments with five versions each, all with a package;
// if changed is set, nine deployments have one other package.
func project(b *testing.B, changed bool) []byte {
	c := large()
	for name, d := range c.Deployments {
		for _, version := range []string{"v5", "v6", "v7", "v8", "v9"} {
			delete(d.Versions, version)
		}
		if v := d.Versions["v0"]; changed && strings.HasSuffix(name, "00") {
			v.Zip = models.Value("other")
			d.Versions["v0"] = v
		}
	}
	bodies := map[string]string{
		"p":     string(files{"deployment.py": strings.Repeat("a line of code\n", 100), "requirements.txt": "numpy"}.zip(b)),
		"other": string(files{"deployment.py": strings.Repeat("a line of Code\n", 100), "requirements.txt": "numpy"}.zip(b)),
	}
	return write(b, c, from(bodies))
}

// BenchmarkDiff compares two archives of 5,000 packages.
func BenchmarkDiff(b *testing.B) {
	for _, changed := range []bool{false, true} {
		b.Run(map[bool]string{false: "same", true: "nine-packages-differ"}[changed], func(b *testing.B) {
			old, updated := project(b, false), project(b, changed)
			reads := &countingReader{Reader: bytes.NewReader(old)}
			before, err := Open(reads, int64(len(old)))
			if err != nil {
				b.Fatal(err)
			}
			after := mustOpen(b, updated)
			reads.n = 0
			b.ReportAllocs()
			for b.Loop() {
				changes, err := Diff(before, after)
				if want := map[bool]int{true: 9}[changed]; err != nil || len(changes) != want {
					b.Fatalf("%d changes, want %d: %v", len(changes), want, err)
				}
			}
			b.ReportMetric(float64(reads.n)/float64(b.N), "reads-of-one/op")
		})
	}
}

// BenchmarkDiffOfALargePackage shows by its bytes per operation that nothing
// of the size of a package, here 64 MiB, is held in memory.
func BenchmarkDiffOfALargePackage(b *testing.B) {
	body := func(last byte) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		w, err := z.CreateHeader(&zip.FileHeader{Name: "model.bin", Method: zip.Store})
		if err == nil {
			_, err = io.Copy(w, io.MultiReader(io.NewSectionReader(zeros{}, 0, 64<<20), bytes.NewReader([]byte{last})))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
		return out.Bytes()
	}
	for _, stored := range []bool{true, false} {
		b.Run(map[bool]string{true: "stored", false: "compressed"}[stored], func(b *testing.B) {
			limits := WithLimits(Limits{Ratio: 1 << 20})
			before, after := mustOpen(b, withPackage(b, body(1), stored), limits), mustOpen(b, withPackage(b, body(2), stored), limits)
			b.SetBytes(2 * 64 << 20)
			b.ReportAllocs()
			for b.Loop() {
				if changes, err := Diff(before, after); err != nil || len(changes) != 1 || len(changes[0].Files) != 1 {
					b.Fatal(changes, err)
				}
			}
		})
	}
}
