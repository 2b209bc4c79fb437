package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const (
	packages    = 200
	packageSize = 4 << 20
)

// memoryDir is a directory on a memory file system if there is one, so that
// the disk adds no noise.
func memoryDir(b *testing.B) string {
	b.Helper()
	const shm = "/dev/shm"
	if stat, err := os.Stat(shm); err != nil || !stat.IsDir() {
		return b.TempDir()
	}
	dir, err := os.MkdirTemp(shm, "archive-*") //nolint:usetesting // b.TempDir is on the disk
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			b.Error(err)
		}
	})
	return dir
}

// stated is a package whose size and checksum are known.
type stated struct {
	io.ReadCloser
	size int64
	sum  uint32
}

func (s stated) Stated() (int64, uint32) { return s.size, s.sum }

// into makes a file for fill.
func into(path string, fill func(*os.File) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Close())
}

// BenchmarkWriteStored compares 200 packages of 4 MiB, written as an archive,
// with the same bytes copied to a file. copy/write is the throughput of writing
// as a share of the throughput of copying, by io.Copy from the same readers; the
// goal is 0.9. Two stricter figures beside it show what checking the bytes
// costs: large copies with the buffer that Write has, kernel from file to file,
// in which no byte comes to user space.
//
// The packages are in memory or in files, with size and checksum known; in
// files without, whose checksums are filled in afterwards; and in an archive.
func BenchmarkWriteStored(b *testing.B) {
	dir := memoryDir(b)
	body := make([]byte, packageSize)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body) // never fails
	source, whole, destination := filepath.Join(dir, "package"), filepath.Join(dir, "whole"), filepath.Join(dir, "destination")
	if err := os.WriteFile(source, body, 0o600); err != nil {
		b.Fatal(err)
	}
	sum := crc32.ChecksumIEEE(body)
	file := func(string) (io.ReadCloser, error) { return os.Open(source) }
	known := func(string) (io.ReadCloser, error) {
		f, err := os.Open(source)
		return stated{f, packageSize, sum}, err
	}
	memory := func(string) (io.ReadCloser, error) {
		return stated{io.NopCloser(bytes.NewReader(body)), packageSize, sum}, nil
	}
	buffer := make([]byte, 512<<10)
	content := project()
	if err := into(whole, func(f *os.File) error { return archive.Write(f, content, known) }); err != nil {
		b.Fatal(err)
	}
	a := open(b, whole)
	for _, c := range []struct {
		name    string
		content archive.Content
		open    func(string) (io.ReadCloser, error)
		kernel  bool
	}{
		{"memory", content, memory, false}, {"known", content, known, true}, {"file", content, file, true}, {"archive", a.Content(), a.OpenPackage, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			ways := []ratio.Way{
				{Name: "write", Do: func() error {
					return into(destination, func(f *os.File) error { return archive.Write(f, c.content, c.open) })
				}},
				copying("copy", destination, c.content, c.open, func(f *os.File, from io.Reader) error {
					_, err := io.Copy(f, from)
					return err
				}),
				copying("large", destination, c.content, c.open, func(f *os.File, from io.Reader) error {
					_, err := io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{from}, buffer)
					return err
				}),
			}
			if c.kernel {
				ways = append(ways, copying("kernel", destination, c.content, file, func(f *os.File, from io.Reader) error {
					_, err := f.ReadFrom(from)
					return err
				}))
			}
			ratio.Run(b, 7, ways...)
		})
	}
}

func open(b *testing.B, name string) *archive.Archive {
	b.Helper()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	stat, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	a, err := archive.Open(file, stat.Size())
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// project has a version for each package.
func project() archive.Content {
	plain := models.DataStructurePlain
	d := models.Deployment{InputType: &plain, OutputType: &plain, Versions: map[string]models.DeploymentVersion{}}
	for i := range packages {
		version := fmt.Sprintf("v%03d", i)
		d.Versions[version] = models.DeploymentVersion{Zip: models.Value(version)}
	}
	return archive.Content{Deployments: map[string]models.Deployment{"d": d}}
}

// copying is a way that copies all packages into one file.
func copying(name, destination string, c archive.Content, open func(string) (io.ReadCloser, error), do func(*os.File, io.Reader) error) ratio.Way {
	return ratio.Way{Name: name, Do: func() error {
		return into(destination, func(f *os.File) error {
			return each(c, open, func(from io.Reader) error { return do(f, from) })
		})
	}}
}

// each hands all packages to do.
func each(c archive.Content, open func(string) (io.ReadCloser, error), do func(io.Reader) error) error {
	for _, v := range c.Deployments["d"].Versions {
		from, err := open(v.Zip.Or(""))
		if err != nil {
			return err
		}
		if err := errors.Join(do(from), from.Close()); err != nil {
			return err
		}
	}
	return nil
}
