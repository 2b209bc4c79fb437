package server_test

import (
	"bytes"
	"io"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestSave_whatIsSavedStaysUntilItIsWritten(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := start(t, server.Options{Storage: storage(t, data)})
	h.load("p", one("d", "v1"))
	var saved bytes.Buffer
	replace := sync.OnceFunc(func() {
		c := one("d", "v1")
		d := c.Deployments["d"]
		d.Versions = map[string]models.DeploymentVersion{"v1": {}}
		c.Deployments["d"] = d
		h.load("p", c)
	})
	if err := h.Save(t.Context(), "p", writerFunc(func(p []byte) (int, error) {
		replace()
		return saved.Write(p)
	})); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(saved.Bytes()), int64(saved.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if text := packageText(t, a); text != "a package" {
		t.Errorf("the package is %q", text)
	}
	if err := h.Save(t.Context(), "p", io.Discard); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(data, "blobs", "[0-9a-f]*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
