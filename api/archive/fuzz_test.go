package archive

import (
	"bytes"
	"io"
	"testing"
)

// fuzzLimits keep a fuzzing process small.
var fuzzLimits = Limits{Entries: 1000, DirectorySize: 1 << 20, TotalSize: 8 << 20, EntrySize: 4 << 20, DocumentSize: 16 << 10, DocumentsSize: 64 << 10, Depth: 32}

// Whatever is opened either is refused, or can be read, written, and read again
// as the same.
func FuzzOpen(f *testing.F) {
	f.Add(template(f))
	f.Add(small().zip(f))
	f.Add(storedZip(f, small().with("x/other", "")))
	f.Add(files{"info.yaml": "format_spec: v1.0", "environment_variables.yaml": "- {name: A, value: 1}", "services/a/b.yaml": "service_name: s\nx: 0x1"}.zip(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		a, err := openBytes(data, WithLimits(fuzzLimits))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without text")
			}
			return
		}
		for _, p := range a.Packages() {
			rc, err := a.OpenPackage(p.Path)
			if err != nil {
				continue
			}
			if n, err := io.Copy(io.Discard, rc); err == nil && n != p.Size {
				t.Errorf("%s has %d bytes, states %d", p.Path, n, p.Size)
			}
			if err := rc.Close(); err != nil {
				t.Error(err)
			}
		}
		var b bytes.Buffer
		if Write(&b, a.Content(), a.OpenPackage) != nil {
			return // a damaged package, or a name that is not a path
		}
		again, err := openBytes(b.Bytes())
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		changes, err := Diff(a, again)
		if err != nil || len(changes) > 0 {
			t.Fatalf("what was written differs: %v %v", changes, err)
		}
	})
}
