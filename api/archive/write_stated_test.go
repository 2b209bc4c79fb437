package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// announced is a package reader that says what comes.
type announced struct {
	io.Reader
	size int64
	sum  uint32
}

func (a announced) Stated() (int64, uint32) { return a.size, a.sum }
func (announced) Close() error              { return nil }

// onePackage has one version with the package "p".
func onePackage() Content {
	plain := models.DataStructurePlain
	return Content{Deployments: map[string]models.Deployment{"ü": {
		InputType: &plain, OutputType: &plain,
		Versions: map[string]models.DeploymentVersion{"v": {Zip: models.Value("p")}},
	}}}
}

func TestWrite_theWayAPackageIsReadDoesNotChangeTheBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, zipcheck.SpoolMemory, zipcheck.SpoolMemory + 1, 3 * zipcheck.SpoolMemory} {
		body := bytes.Repeat([]byte("x"), size)
		name := filepath.Join(t.TempDir(), "p")
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
		pipe := func() io.ReadCloser {
			r, w, err := os.Pipe() // a file that cannot seek
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				_, _ = w.Write(body)
				_ = w.Close()
			}()
			return r
		}
		ways := map[string]func(string) (io.ReadCloser, error){
			"stated": func(string) (io.ReadCloser, error) {
				return announced{bytes.NewReader(body), int64(size), crc32.ChecksumIEEE(body)}, nil
			},
			"file": func(string) (io.ReadCloser, error) { return os.Open(name) },
			"pipe": func(string) (io.ReadCloser, error) { return pipe(), nil },
			"stream": func(string) (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(bytes.NewReader(body), int64(size))), nil
			},
		}
		first := write(t, onePackage(), ways["stated"])
		ways["archive"] = mustOpen(t, first).OpenPackage
		for way, open := range ways {
			c := onePackage()
			if way == "archive" {
				c = mustOpen(t, first).Content()
			}
			if !bytes.Equal(write(t, c, open), first) {
				t.Errorf("%d bytes from a %s give another archive", size, way)
			}
		}
	}
}

func TestWrite_aPackageThatIsNotWhatItStatesIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size int64
		sum  uint32
		want string
	}{
		{3, crc32.ChecksumIEEE([]byte("body")), "more than the announced 3 bytes"},
		{5, crc32.ChecksumIEEE([]byte("body")), "5 bytes with CRC-32"},
		{4, 1, "4 bytes with CRC-32 00000001 were announced"},
		{-1, 0, "-1 bytes"},
	} {
		err := Write(io.Discard, onePackage(), func(string) (io.ReadCloser, error) {
			return announced{strings.NewReader("body"), test.size, test.sum}, nil
		})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `package "p" of version "v"`) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestWrite_aPackageThatCannotBeReadLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	failing := io.MultiReader(bytes.NewReader(make([]byte, 2*zipcheck.SpoolMemory)), iotest.ErrReader(fs.ErrInvalid))
	err := Write(io.Discard, onePackage(), func(string) (io.ReadCloser, error) { return io.NopCloser(failing), nil })
	if !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestWrite_headersAreCompleteAndSayTheSameTwice(t *testing.T) {
	t.Parallel()
	data := write(t, onePackage(), from(map[string]string{"p": "body"}))
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		local := data[at-int64(len(f.Name))-localHeaderLen:][:localHeaderLen]
		le := binary.LittleEndian
		if le.Uint32(local[14:]) != f.CRC32 || le.Uint32(local[18:]) != f.CompressedSize || le.Uint16(local[6:]) != f.Flags || len(f.Extra) != 0 {
			t.Errorf("%s: local header %x, directory %+v", f.Name, local, f.FileHeader)
		}
		if f.Flags != map[bool]uint16{true: 1 << 11}[strings.Contains(f.Name, "ü")] || f.NonUTF8 || f.ReaderVersion != 20 {
			t.Errorf("%s: flags %x, version %d", f.Name, f.Flags, f.ReaderVersion)
		}
		if got := f.Modified.UTC().Format("2006-01-02 15:04:05"); got != "1980-01-01 00:00:00" || f.Mode() != 0o644 {
			t.Errorf("%s: time %s, mode %v", f.Name, got, f.Mode())
		}
	}
}
