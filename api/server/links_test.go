package server_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func links(f transport) server.Options {
	return server.Options{Links: &http.Client{Transport: f}, MaxArchive: 1 << 20}
}

func answers(status int, body io.Reader) transport {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(body), Request: r}, nil
	}
}

const link = "https://archives.example/a.zip?signature=abc"

func TestLinks_importFromALink(t *testing.T) {
	t.Parallel()
	data := zipOf(t, content)
	h := start(t, links(answers(http.StatusOK, bytes.NewReader(data))))
	c := h.client("p")
	created, err := c.Project("p").Imports.Create(t.Context(), api.FromLink(link))
	if err != nil {
		t.Fatal(err)
	}
	if !created.Size.IsNull() {
		t.Errorf("size %d before the archive has arrived", created.Size.Or(0))
	}
	waiting := waitImport(t, c, "p", created.ID, models.ImportStatusConfirmation)
	if waiting.Size.Or(0) != int64(len(data)) || len(waiting.Deployments) != 1 {
		t.Errorf("waiting %+v", waiting)
	}
}

func TestLinks_thatFailTheImport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		opts server.Options
		link string
		want string
	}{
		{"status", links(answers(http.StatusForbidden, strings.NewReader("no"))), link, "Forbidden"},
		{"too large", links(answers(http.StatusOK, io.LimitReader(zeros{}, 2<<20))), link, "more than 1048576 bytes"},
		{"breaks off", links(answers(http.StatusOK, io.MultiReader(strings.NewReader("PK"), broken{}))), link, "broke off after 2 bytes"},
		{"private address behind a name", server.Options{}, "http://localhost/a.zip?signature=abc", "localhost cannot be reached: the address is not public"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, test.opts).client("p")
			created, err := c.Project("p").Imports.Create(t.Context(), api.FromLink(test.link))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Project("p").Imports.WaitScanned(t.Context(), created.ID)
			if !errors.Is(err, api.ErrJobFailed) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "signature") {
				t.Errorf("the message shows the link's query: %v", err)
			}
		})
	}
}

// While the link does not answer, the import is in the status scanning.
func TestLinks_whatAnImportAllowsWhileItIsScanning(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	h := start(t, links(func(r *http.Request) (*http.Response, error) {
		close(asked)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}))
	c := h.client("p")
	created, err := c.Project("p").Imports.Create(t.Context(), api.FromLink(link))
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	_, err = c.Project("p").Imports.Download(t.Context(), created.ID)
	wantStatus(t, err, http.StatusConflict, "scanning")
	_, err = c.Project("p").Imports.Confirm(t.Context(), created.ID, models.ImportUpdate{})
	wantStatus(t, err, http.StatusConflict, "scanning")
	list, err := c.Project("p").Imports.List(t.Context(), api.ImportsIn(models.ImportStatusScanning))
	if err != nil || len(list) != 1 {
		t.Errorf("scanning %+v, %v", list, err)
	}
	if err := c.Project("p").Imports.Delete(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	_, err = c.Project("p").Imports.Get(t.Context(), created.ID)
	wantStatus(t, err, http.StatusNotFound)
}

// With five workers four links can be fetched at once, two of them for one project.
func TestAProjectWithManyLinksLeavesPlacesToOthers(t *testing.T) {
	t.Parallel()
	fetching := make(chan string, 10)
	opts := links(func(r *http.Request) (*http.Response, error) {
		fetching <- r.URL.Host
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	opts.Workers = 5
	h := start(t, opts)
	h.project("q")
	for _, project := range []string{"p", "p", "p", "p", "q"} {
		if _, err := h.client(project).Project(project).Imports.Create(t.Context(), api.FromLink("https://"+project+".example/a.zip")); err != nil {
			t.Fatal(err)
		}
	}
	of := map[string]int{}
	for range 3 {
		select {
		case host := <-fetching:
			of[host]++
		case <-time.After(time.Minute):
			t.Fatalf("only these are fetched: %v", of)
		}
	}
	if of["p.example"] != 2 || of["q.example"] != 1 {
		t.Errorf("these are fetched: %v", of)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut off") }
