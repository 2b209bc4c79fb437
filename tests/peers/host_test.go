package peers_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

const (
	repeating    = "repeating" // a project whose values occur many times
	distinct     = "distinct"  // one whose values are all different
	jobID        = "903ccd12-81d1-46e1-9ac9-000000000000"
	token        = "Token 0123456789abcdef0123456789abcdef01234567"
	hostVariable = "PEERS_HOST"
)

// TestMain makes this binary the host as well: in a process of its own, what
// the host allocates is not counted.
func TestMain(m *testing.M) {
	if os.Getenv(hostVariable) == "" {
		os.Exit(m.Run())
	}
	srv := httptest.NewServer(handler())
	fmt.Println(srv.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the process that has started this one ends it, or ends itself
	srv.Close()
}

// handler answers the reads that are compared, with bytes made before.
func handler() http.Handler {
	mux := http.NewServeMux()
	for path, answer := range map[string][]byte{
		repeating + "/exports":          exportsJSON(1000),
		repeating + "/exports/" + jobID: exportJSON(),
		repeating + "/imports/" + jobID: importJSON(1000, 5),
		distinct + "/exports":           distinctTexts(exportsJSON(1000)),
		distinct + "/imports/" + jobID:  distinctTexts(importJSON(1000, 5)),
	} {
		length := strconv.Itoa(len(answer))
		mux.HandleFunc("GET /v2.1/projects/"+path, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != token {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", length)
			w.Header().Set("X-Ratelimit-Limit", "300")
			w.Header().Set("X-Ratelimit-Remaining", "299")
			w.Header().Set("X-Ratelimit-Reset", "60")
			_, _ = w.Write(answer) // whoever reads notices
		})
	}
	return mux
}

// startHost returns the base URL of a host in a process of its own.
func startHost(tb testing.TB) string {
	tb.Helper()
	binary, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), binary)
	cmd.Env = append(os.Environ(), hostVariable+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Cancel = stdin.Close
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = stdin.Close() // the context may have closed it before
		_ = cmd.Wait()    // with the context's error then
	})
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(url) + "/v2.1"
}
