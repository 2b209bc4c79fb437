package local_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWhatIsMissingFromADataFolderIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"secret.key", "blobs", "transfer.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			fill(t, data)
			path := filepath.Join(data, name)
			if err := os.Rename(path, path+"-away"); err != nil {
				t.Fatal(err)
			}
			if err := begin(data); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it was made again: %v", err)
			}
			if err := os.Rename(path+"-away", path); err != nil {
				t.Fatal(err)
			}
			wantFilled(t, data)
		})
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	data, other := t.TempDir(), t.TempDir()
	if err := errors.Join(begin(data), begin(other)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(other, "secret.key"), filepath.Join(data, "secret.key")); err != nil {
		t.Fatal(err)
	}
	if err := begin(data); err == nil || !strings.Contains(err.Error(), "the key is not the one") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(data, "secret.key"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := begin(data); err == nil || !strings.Contains(err.Error(), "secret.key does not contain 32 bytes") || strings.Contains(err.Error(), "rubbish") {
		t.Errorf("error %v", err)
	}
}

// Several first starts at once: one wins at a time, and all have the same key.
func TestFirstStartsAtOnceLeaveAFolderThatOpens(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			if err := begin(data); err != nil && !strings.Contains(err.Error(), "it is open already") {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	if err := begin(data); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(data, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, "secret.key") && name != "secret.key" {
			t.Errorf("%s is left", name)
		}
	}
}

// copyFiles copies the files of a database.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(from, "transfer.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// If a database does not name an archive, that proves nothing unless it is the
// one that knows the archives, in its latest state.
func TestADatabaseThatDoesNotKnowTheArchivesIsRefusedAndTheyStay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(t *testing.T, path, before, other string) // before and other are folders
		want string
	}{
		"emptied": {func(t *testing.T, path, _, _ string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}, "it is empty, but there are archives"},
		"without its -wal": {func(*testing.T, string, string, string) {}, ""}, // see below
		"an older one":     {func(t *testing.T, path, before, _ string) { copyFiles(t, before, filepath.Dir(path)) }, "older than the archives"},
		"another one": {func(t *testing.T, path, _, other string) {
			copyFiles(t, other, filepath.Dir(path))
			key, err := os.ReadFile(filepath.Join(other, "secret.key"))
			if err == nil {
				err = os.WriteFile(filepath.Join(filepath.Dir(path), "secret.key"), key, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "belong to another database"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, kept, before, other := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
			fill(t, other)
			fill(t, data)
			copyFiles(t, data, before)
			s := serve(t, data)
			load(t, s) // the same packages are new bytes, until they are found to be known
			if err := s.AddProject(t.Context(), "q"); err != nil {
				t.Fatal(err)
			}
			var zip bytes.Buffer
			content := archive.Content{Environments: map[string]models.Environment{"e": {Zip: models.Value("e.zip")}}}
			if err := archive.Write(&zip, content, func(string) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("another package")), nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Load(t.Context(), "q", bytes.NewReader(zip.Bytes()), int64(zip.Len())); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(data, "transfer.db")
			want := c.want
			if name == "without its -wal" { // as copied from under a server
				copyFiles(t, data, kept)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				text, err := os.ReadFile(filepath.Join(kept, "transfer.db"))
				if err == nil {
					err = os.WriteFile(path, text, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				want = "older than the archives"
			} else if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			copyFiles(t, data, kept)
			was := blobs(t, data)
			c.harm(t, path, before, other)
			for range 2 { // the first try makes nothing
				if err := begin(data); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "backup") {
					t.Errorf("error %v; want %q", err, want)
				}
			}
			if got := blobs(t, data); !slices.Equal(got, was) || len(was) < 2 {
				t.Errorf("archives %q; before %q", got, was)
			}
			if name == "an older one" { // as the user asked for
				if err := os.Remove(filepath.Join(data, "blobs", ".database")); err != nil {
					t.Fatal(err)
				}
				wantFilled(t, data)
			}
		})
	}
}

func TestAServerWhoseDatabaseAnotherOneHasOpenedChangesNothingMore(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := serve(t, data)
	load(t, first)
	if err := os.Remove(filepath.Join(data, "transfer.db.lock")); err != nil {
		t.Fatal(err)
	}
	second := serve(t, data)
	const want = "another server has opened the database"
	if err := first.AddProject(t.Context(), "q"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v", err)
	}
	if status, body := send(t, first, http.MethodGet, "/readyz", "", ""); status != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("database")) {
		t.Errorf("the first is ready: %d %s", status, body)
	}
	if err := second.AddProject(t.Context(), "q"); err != nil {
		t.Error(err)
	}
}

func TestADatabaseThatVanishesIsNotReady(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	path := filepath.Join(data, "transfer.db")
	wantNotReady := func(what string) {
		t.Helper()
		if status, body := send(t, s, http.MethodGet, "/readyz", "", ""); status != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("database")) {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if err := os.Rename(path, path+"-away"); err != nil {
		t.Fatal(err)
	}
	wantNotReady("gone")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantNotReady("replaced")
	if err := os.Rename(path+"-away", path); err != nil {
		t.Fatal(err)
	}
	if status, body := send(t, s, http.MethodGet, "/readyz", "", ""); status != http.StatusOK {
		t.Errorf("back: %d %s", status, body)
	}
}

func TestAStartThatIsRefusedLeavesTheReserveOfTheServerThatRuns(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	serve(t, data)
	if err := begin(data); err == nil || !strings.Contains(err.Error(), "open already") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "reserve")); err != nil {
		t.Error(err)
	}
}
