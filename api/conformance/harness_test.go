package conformance_test

import (
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

// reference is a server with a project and a token that may write.
func reference(t *testing.T, opts server.Options) (h http.Handler, token string) {
	t.Helper()
	s, err := server.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.AddProject(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	if token, err = s.AddToken(t.Context(), "demo", "conformance", true); err != nil {
		t.Fatal(err)
	}
	return s, token
}
