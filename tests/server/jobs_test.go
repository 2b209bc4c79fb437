package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

// exporting carries out an export of everything. What is measured is the job: the
// request before it, which fixes what is exported, and the time until a worker
// takes it are not.
func (h *host) exporting(ctx context.Context, name string) ratio.Way {
	id := ""
	return ratio.Way{Name: name,
		Prepare: func() error {
			if id != "" {
				if err := h.Project("p").Exports.Delete(ctx, id); err != nil {
					return err
				}
			}
			export, err := h.Project("p").Exports.Create(ctx, api.Everything())
			if err != nil {
				return err
			}
			id = export.ID
			h.jobs.wait()
			return nil
		},
		Do: h.jobs.run,
	}
}

// hostWith is a host with so many versions in its project, whose packages have
// a size in bytes.
func hostWith(b *testing.B, dir, name string, versions, size int) *host {
	b.Helper()
	path := filepath.Join(dir, name+".zip")
	writeArchive(b, path, versions, size)
	h := start(b, filepath.Join(dir, name))
	if err := errors.Join(h.load(b.Context(), path), os.Remove(path)); err != nil {
		b.Fatal(err)
	}
	return h
}

// BenchmarkExport compares the job of exporting 1,000 (200) versions with
// packages of 1 MiB with copying the packages to one file. copy/export is the
// share of the latter's throughput; the goal is 0.7. By io.Copy the kernel
// copies from file to file; readwrite copies through memory, as it has to be
// done to check what is copied.
func BenchmarkExport(b *testing.B) {
	dir := memoryDir(b)
	h := hostWith(b, dir, "data", size(1000, 200), mib)
	packages, err := filepath.Glob(filepath.Join(h.data, "blobs", "[0-9a-f]*"))
	if err != nil || len(packages) != size(1000, 200) {
		b.Fatalf("%d packages: %v", len(packages), err)
	}
	copied, buffer := filepath.Join(dir, "copy"), make([]byte, 512<<10)
	copying := func(name string, one func(to io.Writer, from io.Reader) (int64, error)) ratio.Way {
		return ratio.Way{Name: name,
			Prepare: func() error { return os.RemoveAll(copied) },
			Do:      func() error { return copyAll(copied, packages, one) },
		}
	}
	ratio.Run(b, rounds, h.exporting(b.Context(), "export"), copying("copy", io.Copy),
		copying("readwrite", func(to io.Writer, from io.Reader) (int64, error) {
			return io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, buffer)
		}))
}

func copyAll(to string, from []string, one func(io.Writer, io.Reader) (int64, error)) error {
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	for _, path := range from {
		in, openErr := os.Open(path)
		if openErr != nil {
			return errors.Join(openErr, file.Close())
		}
		_, err = one(file, in)
		if err = errors.Join(err, in.Close()); err != nil {
			break
		}
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// BenchmarkExportGrowth compares exports of 100 and 1,000 (20 and 200) versions
// with packages of 1 MiB.
func BenchmarkExportGrowth(b *testing.B) {
	dir := memoryDir(b)
	n := size(100, 20)
	ratio.Run(b, rounds,
		hostWith(b, dir, "one", n, mib).exporting(b.Context(), "n"),
		hostWith(b, dir, "ten", 10*n, mib).exporting(b.Context(), "10n"))
}

// importing carries out one job of an import, of an archive in a file: that
// which scans it or that which applies it. Each import has a server of its own,
// so that no package is there already and the database is empty.
func importing(b *testing.B, dir, name, archive string, apply bool) ratio.Way {
	b.Helper()
	var h *host
	data := filepath.Join(dir, name)
	over := func() error {
		if h == nil {
			return nil
		}
		err := errors.Join(h.close(), os.RemoveAll(data))
		h = nil
		return err
	}
	b.Cleanup(func() {
		if err := over(); err != nil {
			b.Error(err)
		}
	})
	return ratio.Way{Name: name,
		Prepare: func() error {
			err := over()
			if err != nil {
				return err
			}
			if h, err = tryStart(b, data); err != nil {
				return err
			}
			var opts []api.CreateImportOption
			if apply {
				opts = append(opts, api.SkipConfirmation())
			}
			if _, err := h.Project("p").Imports.Create(b.Context(), api.FromFile(archive), opts...); err != nil {
				return err
			}
			if apply {
				if err := h.jobs.finish(); err != nil {
					return err
				}
			}
			h.jobs.wait()
			return nil
		},
		Do: func() error { return h.jobs.run() }, // of the host of this round
	}
}

// BenchmarkImport measures the scan of an archive of 10,000 (1,000) versions
// with packages of 1 KiB, and applying it to an empty project; n has a tenth of
// the versions.
func BenchmarkImport(b *testing.B) {
	dir := memoryDir(b)
	n := size(1000, 100)
	one, ten := filepath.Join(dir, "one.zip"), filepath.Join(dir, "ten.zip")
	writeArchive(b, one, n, 1<<10)
	writeArchive(b, ten, 10*n, 1<<10)
	for _, job := range []string{"scan", "apply"} {
		b.Run(fmt.Sprintf("%s/%d", job, 10*n), func(b *testing.B) {
			ratio.Run(b, rounds,
				importing(b, dir, "n", one, job == "apply"),
				importing(b, dir, "10n", ten, job == "apply"))
		})
	}
}
