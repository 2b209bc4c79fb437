package local_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"

	"net/http/httptest"
	"time"
)

// begin opens data and closes it.
func begin(data string) error {
	s, err := local.Open(context.Background(), data, local.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// fill puts the sample into the project p of data, by a server.
func fill(t *testing.T, data string) {
	t.Helper()
	s := serve(t, data)
	load(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *server.Server) {
	t.Helper()
	zip, err := sample.Archive()
	if err == nil {
		err = s.AddProject(t.Context(), "p")
	}
	if errors.Is(err, server.ErrProjectExists) {
		err = nil
	}
	if err == nil {
		err = s.Load(t.Context(), "p", bytes.NewReader(zip), int64(len(zip)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wantFilled checks that data has what fill put there.
func wantFilled(t *testing.T, data string) {
	t.Helper()
	s := serve(t, data)
	zip := saved(t, s, "p")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(want), int64(len(want)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := archive.Open(bytes.NewReader(zip), int64(len(zip)))
	if err != nil {
		t.Fatal(err)
	}
	if changes, err := archive.Diff(a, b); err != nil || len(changes) > 0 {
		t.Errorf("differences %v, error %v", changes, err)
	}
}

// blobs are the files of the archives.
func blobs(t *testing.T, data string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "blobs", "[0-9a-f]*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func serve(t *testing.T, data string) *server.Server {
	t.Helper()
	storage, err := local.Open(t.Context(), data, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Storage: storage})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func send(t *testing.T, s *server.Server, method, path, token, body string) (int, []byte) {
	t.Helper()
	if path != "/readyz" {
		path = server.BaseURL + path
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Token "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// settle waits until no export or import of a project advances by itself.
func settle(t *testing.T, s *server.Server, project string) []server.Job {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		jobs, err := s.Jobs(t.Context(), project)
		if err != nil {
			t.Fatal(err)
		}
		going := 0
		for _, job := range jobs {
			switch job.Status {
			case "completed", "failed", "confirmation":
			default:
				going++
			}
		}
		if going == 0 {
			return jobs
		}
		if time.Now().After(deadline) {
			t.Fatalf("they go on: %+v", jobs)
		}
	}
}

func saved(t *testing.T, s *server.Server, project string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := s.Save(t.Context(), project, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
