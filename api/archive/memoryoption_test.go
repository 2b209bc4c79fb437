package archive_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

func TestMemoryIsAskedForBeforeDocumentsAreRead(t *testing.T) {
	t.Parallel()
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	var asked int64
	open := func(answer error) error {
		_, err := archive.Open(bytes.NewReader(zip), int64(len(zip)), archive.WithMemory(func(bytes int64) error {
			asked = bytes
			return answer
		}))
		return err
	}
	if err := open(nil); err != nil || asked < 2<<10 {
		t.Errorf("%v; asked for %d bytes", err, asked)
	}
	if refused := errors.New("not now"); !errors.Is(open(refused), refused) {
		t.Error("the archive was opened without memory")
	}
}
