package local_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// exported creates an export and returns its id.
func exported(t *testing.T, s *server.Server, token string) string {
	t.Helper()
	status, body := send(t, s, http.MethodPost, "/projects/p/exports?all=true", token, "{}")
	_, id, _ := strings.Cut(string(body), `"id":"`)
	id, _, ok := strings.Cut(id, `"`)
	if status != http.StatusCreated || !ok {
		t.Errorf("%d %s", status, body)
	}
	return id
}

func TestABackupOfARunningServerHasAllThatWasCompleted(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	load(t, s)
	token, err := s.AddToken(t.Context(), "p", "tester", true)
	if err != nil {
		t.Fatal(err)
	}
	before := exported(t, s, token)
	settle(t, s, "p")

	// Meanwhile archives come and go.
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for id := exported(t, s, token); ; {
				select {
				case <-stop:
					return
				default:
				}
				next := exported(t, s, token)
				if status, body := send(t, s, http.MethodDelete, "/projects/p/exports/"+id, token, ""); status != http.StatusNoContent {
					t.Errorf("%d %s", status, body)
				}
				id = next
			}
		})
	}
	var copies []string
	for range 5 {
		exported(t, s, token)
		to := filepath.Join(t.TempDir(), "backup")
		if err := local.Backup(t.Context(), data, to); err != nil {
			t.Error(err)
		}
		copies = append(copies, to)
	}
	close(stop)
	writers.Wait()
	if status, body := send(t, s, http.MethodGet, "/readyz", "", ""); status != http.StatusOK {
		t.Errorf("the server is not ready: %d %s", status, body)
	}
	exported(t, s, token) // it may still change its database
	settle(t, s, "p")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}

	for _, to := range copies {
		restored := serve(t, to)
		jobs := settle(t, restored, "p")
		if jobs[0].ID != before {
			t.Errorf("the first export is %+v", jobs[0])
		}
		for _, job := range jobs {
			status, zip := send(t, restored, http.MethodGet, "/projects/p/exports/"+job.ID+"/download", token, "")
			if job.Status != "completed" || status != http.StatusOK || len(zip) == 0 {
				t.Errorf("%+v, its download %d", job, status)
			}
		}
		if err := restored.Close(); err != nil {
			t.Fatal(err)
		}
		wantFilled(t, to)
	}
}

func TestABackupOfAStoppedServerOpensAndABackupIsNeverHalf(t *testing.T) {
	t.Parallel()
	data, dir := t.TempDir(), t.TempDir()
	fill(t, data)
	to := filepath.Join(dir, "backup")
	if err := local.Backup(t.Context(), data, to); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{"": 0o700, "blobs": 0o700, "secret.key": 0o600, "transfer.db": 0o600} {
		if info, err := os.Stat(filepath.Join(to, path)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, error %v", path, info, err)
		}
	}
	if err := local.Backup(t.Context(), data, to); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), to) {
		t.Errorf("error %v", err)
	}
	wantFilled(t, to)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := local.Backup(ctx, data, filepath.Join(dir, "other")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	nothing := filepath.Join(dir, "nothing")
	if err := local.Backup(t.Context(), nothing, filepath.Join(dir, "other")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), nothing) {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left are %v, error %v", left, err)
	}
}

func TestABackupWithoutALostArchiveSaysSo(t *testing.T) {
	t.Parallel()
	data, to := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	fill(t, data)
	lost := blobs(t, data)[0]
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	if err := local.Backup(t.Context(), data, to); err == nil || !strings.Contains(err.Error(), filepath.Base(lost)) {
		t.Errorf("error %v", err)
	}
	if kept, all := blobs(t, to), blobs(t, data); len(kept) != len(all) || len(kept) == 0 {
		t.Errorf("%d of %d blobs are there", len(kept), len(all))
	}
	if err := begin(to); err != nil {
		t.Error(err)
	}
}

func TestABackupIsOnTheDiskBeforeItHasItsName(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	load(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	to := filepath.Join(parent, "backup")
	synced := map[string]bool{}
	record := func(path string) error {
		if _, err := os.Lstat(to); (err == nil) != (path == parent) {
			t.Errorf("%s is written when the backup is there: %t", path, err == nil)
		}
		synced[path] = true
		return nil
	}
	if err := local.BackupWith(t.Context(), data, to, record); err != nil {
		t.Fatal(err)
	}
	want := 1 // the parent
	if err := filepath.WalkDir(to, func(string, fs.DirEntry, error) error { want++; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(synced) != want || want < 6 || !synced[parent] {
		t.Errorf("%d files and folders are there; these were written to the disk: %v", want, synced)
	}
	// Without that there is no backup.
	full := errors.New("no")
	if err := local.BackupWith(t.Context(), data, filepath.Join(parent, "other"), func(string) error { return full }); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
}
