package archive

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// What is rewritten can be opened, has the same other files, and is rewritten
// as the same bytes.
func FuzzRewrite(f *testing.F) {
	f.Add(template(f))
	f.Add(strange().zip(f))
	f.Add(strange().shuffled(f, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		a, err := openBytes(data, WithLimits(fuzzLimits))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := Rewrite(&first, a); err != nil {
			if strings.HasPrefix(err.Error(), "writing an archive: ") {
				return // damaged bytes, or a file that would become another
			}
			t.Fatal(err)
		}
		b, err := openBytes(first.Bytes())
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if b.Root() != a.Root() || !slices.Equal(a.Others(), b.Others()) {
			t.Fatalf("%q %q, was %q %q", b.Root(), b.Others(), a.Root(), a.Others())
		}
		if err := Rewrite(&second, b); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("rewritten twice, the bytes differ: %v", err)
		}
	})
}
