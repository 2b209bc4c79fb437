package local_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

// A disk that has changed a bit of an archive is found before the client has all
// of it.
func TestAnArchiveWithAFlippedBitIsABrokenDownload(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	load(t, s)
	token, err := s.AddToken(t.Context(), "p", "me", true)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	before := blobs(t, data)
	send(t, s, "POST", "/projects/p/exports?all=true", token, "{}")
	id := settle(t, s, "p")[0].ID
	file := slices.DeleteFunc(blobs(t, data), func(name string) bool { return slices.Contains(before, name) })[0]
	url := web.URL + server.BaseURL + "/projects/p/exports/" + id + "/download"
	whole, err := fetch(t, url, token)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, int64(len(whole) / 2), int64(len(whole) - 1)} {
		flip(t, file, at)
		if got, err := fetch(t, url, token); err == nil || len(got) >= len(whole) {
			t.Errorf("bit of byte %d: %d of %d bytes, %v", at, len(got), len(whole), err)
		}
		flip(t, file, at)
	}
	if got, err := fetch(t, url, token); err != nil || len(got) != len(whole) {
		t.Errorf("mended: %d bytes, %v", len(got), err)
	}
}

func fetch(t *testing.T, url, token string) ([]byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// flip changes a bit of a byte of a file, or changes it back.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b := make([]byte, 1)
	if _, err := file.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 16
	if _, err := file.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}
