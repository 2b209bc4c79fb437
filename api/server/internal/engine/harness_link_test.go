package engine_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func response(r *http.Request, status int, body io.Reader) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), Request: r, ContentLength: -1}
}

const signed = "https://archives.example/a.zip?signature=abc"

// imported returns an import from a link when it has been scanned.
func imported(t *testing.T, e *engine.Engine, link string) store.Import {
	t.Helper()
	imp, err := e.CreateImport(t.Context(), "p", "", engine.Source{Link: link}, false)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	if err := e.Store.View(t.Context(), func(tx store.Tx) error {
		imp, err = tx.Import("p", imp.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return imp
}
