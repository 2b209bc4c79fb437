package durability_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// limitFiles lets the process have files of a size at most.
func limitFiles(t *testing.T, p *process, size uint64) {
	t.Helper()
	limit := unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}
	must(t, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil))
}

// A limit on the size of files stands for the full disk, which needs privileges:
// archives do not fit, the database does.
func TestWithoutSpaceNothingIsLost(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := serve(t, data)
	large := archiveOf(t, 16<<20)
	take := func(data []byte, skip bool) (*models.ImportList, error) {
		return p.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""), skipping(skip)...)
	}
	first, err := take(large, true)
	must(t, err)
	waitImport(t, p, first.ID)
	limitFiles(t, p, 8<<20)
	_, err = take(large, true)
	wantRefused(t, err, http.StatusInsufficientStorage, "no space")
	export := mustExport(t, p)
	small, err := take(archiveOf(t, 1<<20), false)
	must(t, err) // what fits is taken
	until(t, "the export was not tried", func() bool {
		for _, line := range p.lines("job ended") {
			if line.ID == export && line.End == "retried" {
				return true
			}
		}
		return false
	})
	limitFiles(t, p, unix.RLIM_INFINITY)
	waitExport(t, p, export)
	must(t, imported(t.Context(), p.client, small.ID, models.ImportStatusConfirmation))
	d, err := p.client.Project(project).Exports.Download(t.Context(), export)
	must(t, err)
	got, err := whole(d)
	must(t, err)
	must(t, archive.Verify(t.Context(), bytes.NewReader(got), int64(len(got))))
	if len(got) < 16<<20 {
		t.Errorf("the export has %d bytes", len(got))
	}
	stopClean(t, p, data)
}

// What is opened already can be used: the connection, and the database.
func TestTooManyOpenFilesAreAnsweredWithTryLater(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	data := numberedArchive(1)
	take := func() error {
		_, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""))
		return err
	}
	must(t, take())
	var before unix.Rlimit
	must(t, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, nil, &before))
	must(t, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: before.Max}, nil))
	err := take()
	wantRefused(t, err, http.StatusServiceUnavailable, "too many open files")
	if refused, ok := errors.AsType[*api.Error](err); ok && refused.RetryAfter <= 0 {
		t.Error("it does not say when to try again")
	}
	must(t, unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, &before, nil))
	must(t, take())
}

// archiveOf returns an archive with a package of about a size.
func archiveOf(t *testing.T, size int64) []byte {
	t.Helper()
	var code, out bytes.Buffer
	z := zip.NewWriter(&code)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "model.bin", Method: zip.Store})
	must(t, err)
	_, err = io.Copy(w, &synthetic{left: size})
	must(t, err)
	must(t, z.Close())
	content := archive.Content{Environments: map[string]models.Environment{"e": {
		BaseEnvironment: models.Value("python3-12"), Zip: models.Value(archive.EnvironmentPackagePath("e")),
	}}}
	must(t, archive.Write(&out, content, func(string) (io.ReadCloser, error) { return io.NopCloser(&code), nil }))
	return out.Bytes()
}
