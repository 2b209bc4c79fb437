package durability_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestLinksThatDoNotKeepTheirWordFailTheirImportOnly(t *testing.T) {
	t.Parallel()
	whole := numberedArchive(1)
	over := make(chan struct{})
	links := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/good" {
			_, _ = w.Write(whole)
			return
		}
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		misbehave(r.URL.Path, buffered.Writer, whole)
		if r.URL.Path == "/stalls" {
			<-over
		}
	}))
	t.Cleanup(links.Close)
	t.Cleanup(func() { close(over) })
	data := t.TempDir()
	p := serve(t, data, "--allow-link-host", "127.0.0.1", "--link-timeout", "2s", "--max-archive", fmt.Sprint(2*len(whole)))
	want := map[string]string{
		"/stalls":             "2s",
		"/says-too-much":      "the limit is",
		"/is-too-large":       "more than",
		"/has-less-than-said": "broke off after",
		"/has-more-than-said": "", // it gets exactly the announced bytes
		"/ends-in-a-chunk":    "broke off after",
		"/good":               "",
	}
	ids := map[string]string{}
	for path := range want {
		row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromLink(links.URL+path+"?signature=mine"), api.SkipConfirmation())
		must(t, err)
		ids[path] = row.ID
	}
	newLoad(t).settled(t, p.client)
	for path, words := range want {
		row, err := p.client.Project(project).Imports.Get(t.Context(), ids[path])
		must(t, err)
		status := models.ImportStatusFailed
		if words == "" {
			status = models.ImportStatusCompleted
		}
		if row.Status != status || !strings.Contains(row.ErrorMessage, words) || strings.Contains(row.ErrorMessage, "mine") {
			t.Errorf("%s is %s: %q", path, row.Status, row.ErrorMessage)
		}
	}
	newLoad(t).checkProject(t, p.client)
	stopClean(t, p, data)
}

func misbehave(path string, w *bufio.Writer, whole []byte) {
	defer w.Flush() //nolint:errcheck // the other side may have had enough
	say := func(length int) {
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", length)
	}
	switch path {
	case "/stalls":
		say(len(whole))
		_, _ = w.Write(whole[:100])
	case "/says-too-much":
		say(3 * len(whole))
	case "/is-too-large":
		fmt.Fprint(w, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
		for range 3 {
			_, _ = w.Write(whole)
		}
	case "/has-less-than-said":
		say(len(whole) + 1)
		_, _ = w.Write(whole)
	case "/has-more-than-said":
		say(len(whole))
		_, _ = w.Write(whole)
		fmt.Fprint(w, "more")
	case "/ends-in-a-chunk":
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", len(whole))
		_, _ = w.Write(whole[:len(whole)/2])
	}
}
