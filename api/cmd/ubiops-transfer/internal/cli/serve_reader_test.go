package cli_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// Whoever guesses tokens uses up their own requests, not those of other readers.
func TestTheServerKnowsWhichReaderSignsIn(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 10)
	s := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen <- req.RemoteAddr + req.Header.Get("X-Reader")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
	})
	handler, end := cli.Reviews(t.Context(), s, "http://127.0.0.1:8080/v2.1", plan.Fail)
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/review/sign-in", strings.NewReader("project=shop&token=planted-token"))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.RemoteAddr = "192.0.2.7:1234"
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, q)
	if got := <-seen; w.Code != http.StatusForbidden || got != q.RemoteAddr {
		t.Errorf("%d, and the server sees %q", w.Code, got)
	}
}
