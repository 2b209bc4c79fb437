package durability_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// upload sends the archive of a number, to be applied at once.
func upload(t *testing.T, p *process, n int) (string, error) {
	t.Helper()
	data := numberedArchive(n)
	row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""), api.SkipConfirmation())
	if err != nil {
		return "", err
	}
	return row.ID, nil
}

func mustUpload(t *testing.T, p *process, n int) string {
	t.Helper()
	id, err := upload(t, p, n)
	must(t, err)
	return id
}

func mustExport(t *testing.T, p *process) string {
	t.Helper()
	row, err := p.client.Project(project).Exports.Create(t.Context(), api.Everything())
	must(t, err)
	return row.ID
}

func waitImport(t *testing.T, p *process, id string) {
	t.Helper()
	must(t, imported(t.Context(), p.client, id, models.ImportStatusCompleted))
}

func waitExport(t *testing.T, p *process, id string) {
	t.Helper()
	must(t, exported(t.Context(), p.client, id))
}

// wantRefused wants a response with a status and words that say why.
func wantRefused(t *testing.T, err error, status int, words string) {
	t.Helper()
	refused, ok := errors.AsType[*api.Error](err)
	if !ok || refused.StatusCode != status || !strings.Contains(refused.Message, words) {
		t.Errorf("error %v; want %d with %q", err, status, words)
	}
}

// stopClean ends the server when it has swept, and checks what it leaves.
func stopClean(t *testing.T, p *process, data string) {
	t.Helper()
	swept(t, data)
	p.terminate(t)
	p.stopped(t, 30*time.Second)
	checkBlobs(t, data)
}

func TestArchivesThatCannotBeReachedAreAnErrorUntilTheyCan(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := serve(t, data)
	first := mustUpload(t, p, 1)
	waitImport(t, p, first)
	export := mustExport(t, p)
	waitExport(t, p, export)

	folder := filepath.Join(data, "state", "blobs")
	must(t, os.Rename(folder, folder+"-away"))
	if status, body := p.ready(t); status != http.StatusServiceUnavailable || !strings.Contains(body, "archives") {
		t.Errorf("/readyz: %d %s", status, body)
	}
	const words = "archives cannot be reached"
	_, err := upload(t, p, 2)
	wantRefused(t, err, http.StatusServiceUnavailable, words)
	_, err = p.client.Project(project).Exports.Download(t.Context(), export)
	wantRefused(t, err, http.StatusServiceUnavailable, words)
	_, err = p.client.Project(project).Imports.Download(t.Context(), first)
	wantRefused(t, err, http.StatusServiceUnavailable, words)
	second := mustExport(t, p) // waits for its time
	copied, err := p.client.Project(project).Imports.Create(t.Context(), api.FromExport(export), api.SkipConfirmation())
	must(t, err)
	must(t, p.client.Project(project).Imports.Delete(t.Context(), first)) // its bytes are left for the sweep
	until(t, "no job was tried again", func() bool {
		tried := 0
		for _, line := range p.lines("job ended") {
			if line.End == "retried" {
				tried++
			}
		}
		return tried >= 2
	})
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder was made again")
	}

	must(t, os.Rename(folder+"-away", folder))
	if status, body := p.ready(t); status != http.StatusOK {
		t.Errorf("/readyz afterwards: %d %s", status, body)
	}
	waitExport(t, p, second)
	waitImport(t, p, copied.ID)
	waitImport(t, p, mustUpload(t, p, 2))
	must(t, checkExport(t.Context(), p.client, export))
	newLoad(t).checkProject(t, p.client)
	p.terminate(t)
	p.stopped(t, 30*time.Second)
	stopClean(t, serve(t, data), data)
}

func TestALockedDatabaseIsBusyUntilItIsFree(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := serve(t, data)
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(data, "state", "transfer.db"), RawQuery: "_txlock=immediate&_pragma=busy_timeout(30000)"}
	db, err := sql.Open("sqlite", name.String())
	must(t, err)
	defer db.Close()
	waitImport(t, p, mustUpload(t, p, 1))
	export := mustExport(t, p)
	imported := mustUpload(t, p, 2)
	tx, err := db.BeginTx(t.Context(), nil) // before or while they are carried out
	must(t, err)
	_, err = p.client.Project(project).Exports.Create(t.Context(), api.Selection{})
	wantRefused(t, err, http.StatusServiceUnavailable, "database is busy")
	if _, err := p.client.Project(project).Exports.List(t.Context()); err != nil { // a reader does not wait
		t.Error(err)
	}
	_, err = upload(t, p, 3)
	wantRefused(t, err, http.StatusServiceUnavailable, "database is busy")
	must(t, tx.Rollback())
	waitExport(t, p, export)
	waitImport(t, p, imported)
	waitImport(t, p, mustUpload(t, p, 3))
	newLoad(t).checkProject(t, p.client)
	stopClean(t, p, data)
}

// A download whose bytes have gone is broken off: it does not end cleanly.
func TestADownloadThatBreaksIsNeverEndedCleanly(t *testing.T) {
	t.Parallel()
	const size = 64 << 20 // more than connections hold
	data := t.TempDir()
	p := serve(t, data)
	row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(&synthetic{left: size}, size, ""))
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/projects/"+project+"/imports/"+row.ID+"/download", nil)
	must(t, err)
	request.Header.Set("Authorization", "Token "+token)
	resp, err := http.DefaultClient.Do(request)
	must(t, err)
	defer resp.Body.Close()
	_, err = io.CopyN(io.Discard, resp.Body, 1<<20)
	must(t, err)
	blobs, err := filepath.Glob(filepath.Join(data, "state", "blobs", "[0-9a-f]*"))
	must(t, err)
	if len(blobs) != 1 {
		t.Fatalf("blobs %v", blobs)
	}
	must(t, os.Truncate(blobs[0], size/2))
	n, err := io.Copy(io.Discard, resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || n >= size-1<<20 {
		t.Errorf("after %d more bytes: %v", n, err)
	}
	until(t, "the log does not tell of it", func() bool {
		for _, line := range p.lines("request") {
			if line.Level == "WARN" && strings.Contains(line.text, "cut short") {
				return true
			}
		}
		return false
	})
	if status, _ := p.ready(t); status != http.StatusOK {
		t.Errorf("/readyz: %d", status)
	}
}

// synthetic is generated bytes.
type synthetic struct{ left int64 }

func (s *synthetic) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), s.left)
	s.left -= n
	for i := range p[:n] {
		p[i] = byte(i)
	}
	return int(n), nil
}
