package api_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
)

// platform stands for the real one: a project with the sample, an empty one, and
// a folder. The links that the server follows lead to the sample.
func platform(opts ...api.Option) (source, target api.Project, folder string, done func()) {
	zip, err := sample.Archive()
	if err != nil {
		log.Fatal(err)
	}
	if folder, err = os.MkdirTemp("", "example"); err != nil {
		log.Fatal(err)
	}
	t := &exampleT{}
	s := apitest.New(t, apitest.WithProject("source", apitest.FromBytes(zip)), apitest.WithProject("target"),
		apitest.WithServer(server.Options{Links: &http.Client{Transport: anyLink{zip}}}))
	return s.Project("source", opts...), s.Project("target", opts...), folder, func() {
		t.end()
		if err := os.RemoveAll(folder); err != nil {
			log.Print(err)
		}
	}
}

// backup exports the source to a file.
func backup(source api.Project, folder string) string {
	file, err := source.Exports.RunToFile(context.Background(), api.Everything(), filepath.Join(folder, "backup.zip"))
	if err != nil {
		log.Fatal(err)
	}
	return file.Path
}

// environment stands for os.LookupEnv.
func environment(vars map[string]string) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

// exampleT stands for the test of an example.
type exampleT struct {
	testing.TB
	cleanup []func()
}

func (*exampleT) Helper()                           {}
func (*exampleT) Failed() bool                      { return false }
func (*exampleT) Errorf(format string, args ...any) { log.Printf(format, args...) }
func (*exampleT) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }
func (t *exampleT) Cleanup(f func())                { t.cleanup = append(t.cleanup, f) }
func (t *exampleT) end() {
	for i := len(t.cleanup) - 1; i >= 0; i-- {
		t.cleanup[i]()
	}
}

type anyLink struct{ zip []byte }

func (l anyLink) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, ContentLength: int64(len(l.zip)), Body: io.NopCloser(bytes.NewReader(l.zip)), Header: http.Header{}, Request: r}, nil
}

// secureHost is a host that is busy at first, and the certificate of its
// authority.
func secureHost() (host string, authority []byte, done func()) {
	asked := 0
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"error": "busy"}`)
			return
		}
		fmt.Fprint(w, `[]`)
	}))
	return srv.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), srv.Close
}

// logOptions leave out what differs from run to run.
var logOptions = &slog.HandlerOptions{
	Level: slog.LevelDebug,
	ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey, "took", "delay":
			return slog.Attr{}
		}
		return a
	},
}

// sequence stands for a host that sends one response after the other, "STATUS
// body" each, and repeats the last one.
func sequence(answers ...string) (client *api.Client, done func()) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			log.Print(err)
		}
		answer := answers[min(n, len(answers)-1)]
		n++
		var status int
		if _, err := fmt.Sscan(answer, &status); err != nil {
			log.Print(err)
		}
		_, body, _ := strings.Cut(answer, " ")
		w.Header().Set("X-Ratelimit-Reset", "0.01")
		w.Header().Set("X-Request-Id", fmt.Sprintf("r-%d", n))
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	client, err := api.NewClient(api.WithHost(srv.URL), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	return client, srv.Close
}
