package database

import (
	"bytes"
	"testing"
)

func TestWhatIsSealedOpensWithItsKeyAsItWasOnly(t *testing.T) {
	t.Parallel()
	keeper, err := NewKeeper([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewKeeper([32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("a document")
	sealed := keeper.seal(text)
	if got, err := keeper.open(sealed); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%q, error %v", got, err)
	}
	if again := keeper.seal(text); bytes.Equal(again, sealed) {
		t.Error("the same text is sealed to the same bytes")
	}
	if got, err := other.open(sealed); err == nil {
		t.Errorf("another key opens it: %q", got)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if got, err := keeper.open(changed); err == nil {
			t.Errorf("with byte %d changed it opens: %q", i, got)
		}
		if got, err := keeper.open(sealed[:i]); err == nil {
			t.Errorf("the first %d bytes open: %q", i, got)
		}
	}
}
