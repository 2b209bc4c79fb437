package attacks_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// An attack is how much of everything one client sends at once, with the token of
// one project and without a token.
type attack struct {
	connections int // that stay idle
	bodies      int // of JSON, of each shape
	bodySize    int // bytes
	uploads     int // small archives of much YAML
	documents   int // in each, of 1 MB
	reads       int // of an import of such an archive, at once
	slow        int // bodies that stop half-way
}

var (
	small = attack{connections: 100, bodies: 1, bodySize: 4 << 20, uploads: 2, documents: 4, reads: 4, slow: 5}
	whole = attack{connections: 1000, bodies: 6, bodySize: 15 << 20, uploads: 4, documents: 33, reads: 12, slow: 30}
)

// shapes of JSON bodies: too many values to be taken, and as many as are.
func (a attack) shapes() []string {
	n := a.bodySize
	var names, some strings.Builder
	for i := 0; names.Len() < n; i++ {
		fmt.Fprintf(&names, `,"%x":{}`, i)
	}
	for i := range n / 100 {
		fmt.Fprintf(&some, `,"%x":{"versions":{"v":{}}}`, i)
	}
	return []string{
		`{"x":[` + strings.Repeat("{},", n/3) + `0]}`,
		`{"x":[` + strings.Repeat("0,", n/2) + `0]}`,
		`{"deployments":{` + names.String()[1:] + `}}`,
		`{"deployments":{` + some.String()[1:] + `}}`,
		`{"description":"` + strings.Repeat("x", n-100) + `"}`,
	}
}

func (a attack) archive(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	add := func(name, text string) {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		must(t, err)
	}
	add("info.yaml", "format_spec: v1.0\n")
	for i := range a.documents {
		add(fmt.Sprintf("deployments/d%d/d%d.yaml", i, i),
			fmt.Sprintf("deployment_name: d%d\ninput_type: plain\noutput_type: plain\nx: [%s0]\n", i, strings.Repeat("0,", 499_000)))
	}
	must(t, w.Close())
	return file.Bytes()
}

// run sends one round of everything, and returns when all of it was answered.
func (a attack) run(ctx context.Context, t *testing.T, s *server) {
	t.Helper()
	var all sync.WaitGroup
	defer all.Wait()
	for range a.connections {
		a.hold(ctx, &all, s, "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
	}
	for range a.slow {
		a.hold(ctx, &all, s, "POST /v2.1/projects/greedy/exports HTTP/1.1\r\nHost: h\r\nAuthorization: Token "+greedyToken+
			"\r\nContent-Type: application/json\r\nContent-Length: "+fmt.Sprint(a.bodySize)+"\r\n\r\n{\"x\":\""+strings.Repeat("x", 300<<10))
	}
	greedy := s.client(greedyToken, "127.0.0.1")
	for _, body := range a.shapes() {
		for range a.bodies {
			all.Go(func() { greedy.send(ctx, "POST", "/projects/greedy/exports", "application/json", []byte(body)) })
		}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	file, err := w.CreateFormFile("file", "a.zip")
	if err == nil {
		_, err = file.Write(a.archive(t))
	}
	must(t, err)
	must(t, w.Close())
	ids := make(chan string, a.uploads)
	for range a.uploads {
		all.Go(func() {
			_, answer := greedy.send(ctx, "POST", "/projects/greedy/imports", w.FormDataContentType(), form.Bytes())
			ids <- member(answer, "id")
		})
	}
	all.Go(func() {
		id := <-ids
		greedy.await(ctx, "/projects/greedy/imports/"+id, "confirmation")
		var reads sync.WaitGroup
		for range a.reads {
			reads.Go(func() { greedy.send(ctx, "GET", "/projects/greedy/imports/"+id, "", nil) })
		}
		reads.Wait()
		greedy.send(ctx, "PATCH", "/projects/greedy/imports/"+id, "application/json", []byte(`{}`))
	})
}

// hold keeps a connection open until ctx ends.
func (a attack) hold(ctx context.Context, all *sync.WaitGroup, s *server, request string) {
	all.Go(func() {
		conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", s.address)
		if err != nil {
			return
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, request); err != nil {
			return
		}
		done := context.AfterFunc(ctx, func() { _ = conn.Close() })
		defer done()
		_, _ = io.Copy(io.Discard, conn)
	})
}

// TestOneClientThatTakesAllLeavesEnoughToOthers is short in its small form, and
// only then asserts how long the others wait.
func TestOneClientThatTakesAllLeavesEnoughToOthers(t *testing.T) {
	runs, a, limit := rounds(t), whole, 512
	if runs == 0 {
		runs, a = 1, small
	}
	for run := range runs {
		s := serve(t)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		ended := make(chan struct{})
		attacking, give := context.WithCancel(ctx)
		go func() {
			defer close(ended)
			a.run(attacking, t, s)
		}()
		m := s.measure(ctx, t, ended, give)
		stop()
		t.Logf("run %d: %v", run+1, m)
		if m.peak > limit {
			t.Errorf("the process took %d MiB", m.peak)
		}
		if a == whole && (m.p99() > time.Second || m.slowestExport > 2*time.Second) {
			t.Error("the other project waited too long")
		}
		s.stop()
	}
}

func (c *client) send(ctx context.Context, method, path, kind string, body []byte) (status int, answer []byte) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Authorization", "Token "+c.token)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	answer, _ = io.ReadAll(io.LimitReader(resp.Body, max(1<<20, c.most)))
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, answer
}
