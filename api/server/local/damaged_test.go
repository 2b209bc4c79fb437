package local_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const mib = 1 << 20

// largeArchive has a package of 3 MiB.
func largeArchive(t *testing.T) []byte {
	t.Helper()
	body := make([]byte, 3*mib)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(body) // which does not fail
	var zip bytes.Buffer
	err := archive.Write(&zip, archive.Content{Environments: map[string]models.Environment{"env": {
		BaseEnvironment: models.Value("python3-12"), Zip: models.Value("package"),
	}}}, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil })
	if err != nil {
		t.Fatal(err)
	}
	return zip.Bytes()
}

// change changes the blob of largeArchive.
func change(t *testing.T, data string, do func(file *os.File) error) {
	t.Helper()
	for _, name := range blobs(t, data) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() < 3*mib {
			continue
		}
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := do(file); err != nil {
			t.Fatal(err)
		}
	}
}

// flipped changes one bit.
func flipped(at int64) func(*os.File) error {
	return func(file *os.File) error {
		var b [1]byte
		if _, err := file.ReadAt(b[:], at); err != nil {
			return err
		}
		b[0] ^= 1
		_, err := file.WriteAt(b[:], at)
		return err
	}
}

func TestAnArchiveThatHasChangedOnItsDiskIsAFailedDownloadOrImport(t *testing.T) {
	t.Parallel()
	data, ctx := t.TempDir(), t.Context()
	storage, err := local.Open(ctx, data, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var book bytes.Buffer
	s, err := server.New(server.Options{Storage: storage, Log: slog.New(slog.NewTextHandler(&book, nil))})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	closeAll := func() error { web.Close(); return s.Close() }
	defer closeAll() //nolint:errcheck // checked below, unless something else has failed
	if err := s.AddProject(ctx, "p"); err != nil {
		t.Fatal(err)
	}
	token, err := s.AddToken(ctx, "p", "tester", true)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewClient(api.WithHost(web.URL+server.BaseURL), api.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	zip := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(zip, largeArchive(t), 0o600); err != nil {
		t.Fatal(err)
	}
	created, err := client.Project("p").Imports.Create(ctx, api.FromFile(zip))
	if err != nil {
		t.Fatal(err)
	}
	settle(t, s, "p")
	url := web.URL + server.BaseURL + "/projects/p/imports/" + created.ID + "/download"

	if status, n, err := received(ctx, url, token, ""); status != http.StatusOK || n < 3*mib || err != nil {
		t.Fatalf("%d, %d bytes, error %v", status, n, err)
	}
	change(t, data, flipped(2*mib+5))
	for _, c := range []struct {
		bytes string
		read  int64 // at most
		fails bool
	}{
		{"", 2 * mib, true},
		{"bytes=2097157-", 0, true},
		{"bytes=1048576-", mib, true},
		{"bytes=0-1048575", mib, false},
		{"bytes=2621440-2621449", 10, false},
	} {
		if _, n, err := received(ctx, url, token, c.bytes); n > c.read || (err != nil) != c.fails {
			t.Errorf("range %q: %d bytes, error %v", c.bytes, n, err)
		}
	}
	if _, err := client.Project("p").Imports.Confirm(ctx, created.ID, models.ImportUpdate{
		Environments: map[string]models.Environment{"env": {}},
	}); err != nil {
		t.Fatal(err)
	}
	if jobs := settle(t, s, "p"); jobs[0].Status != "failed" {
		t.Errorf("the import is %+v", jobs[0])
	}
	detail, err := client.Project("p").Imports.Get(ctx, created.ID)
	if err != nil || detail.ErrorMessage != "What the server has stored is damaged" {
		t.Errorf("%q, error %v", detail.ErrorMessage, err)
	}
	change(t, data, func(file *os.File) error { return file.Truncate(3 * mib) })
	if status, _, _ := received(ctx, url, token, ""); status != http.StatusInternalServerError {
		t.Errorf("status %d of what was cut short", status)
	}
	stats, err := s.Stats(ctx)
	if err != nil || stats.Damaged != 4 {
		t.Errorf("%d were counted, error %v", stats.Damaged, err)
	}
	if err := closeAll(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(book.String(), "level=ERROR"); n != 4 || !strings.Contains(book.String(), "bytes 2097152 to 2359296") {
		t.Errorf("%d lines of errors in the log:\n%s", n, book.String())
	}
}

// received returns the status and how many bytes came.
func received(ctx context.Context, url, token, bytes string) (status int, n int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, 0, err
	}
	req.Close = true // or net/http would try again on another connection
	req.Header.Set("Authorization", "Token "+token)
	if bytes != "" {
		req.Header.Set("Range", bytes)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	n, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, n, err
}
