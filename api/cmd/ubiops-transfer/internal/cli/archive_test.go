package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

// ending is stdin that gives a part of an archive, and then ends the context.
type ending struct {
	io.Reader
	end context.CancelFunc
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		e.end()
	}
	return n, err
}

// Whatever an archive command is doing ends with the context, and nothing is left.
func TestArchiveCommandsEndWithTheContext(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	if _, err := run(t, "archive", "unpack", officialTemplate, folder); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"inspect", officialTemplate}, {"inspect", folder}, {"inspect", "-"}, {"lint", "-"},
		{"verify", officialTemplate}, {"verify", folder}, {"verify", "-"}, {"diff", "-", folder}, {"diff", folder, officialTemplate},
		{"unpack", "-", "new"}, {"unpack", folder, "new"}, {"pack", folder, "new"}, {"pack", folder, "-"},
	} {
		dir := t.TempDir()
		if last := len(args) - 1; args[last] == "new" {
			args[last] = filepath.Join(dir, "new")
		}
		ctx, cancel := context.WithCancel(t.Context())
		if args[1] != "-" {
			cancel()
		}
		err := cli.Run(ctx, append([]string{"archive"}, args...), noEnv, &ending{strings.NewReader("PK"), cancel}, io.Discard, io.Discard)
		if !errors.Is(err, context.Canceled) || cli.ExitCode(err) != 130 {
			t.Errorf("%v: error %v", args, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%v leaves %v, error %v", args, left, err)
		}
	}
}

// A file that appears while the archive is written is not replaced.
func TestPackReplacesNothingThatCameMeanwhile(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	if _, err := run(t, "archive", "unpack", officialTemplate, folder); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new.zip")
	if err := os.WriteFile(filepath.Join(folder, ".env"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := cli.Run(t.Context(), []string{"archive", "pack", folder, path}, noEnv, strings.NewReader(""), io.Discard, writer(func([]byte) error {
		return os.WriteFile(path, []byte("mine"), 0o600) // at the warning, which comes before the archive
	}))
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, []byte("mine")) {
		t.Errorf("it has %.20q, error %v", kept, err)
	}
}

type writer func([]byte) error

func (w writer) Write(p []byte) (int, error) { return len(p), w(p) }

// A large package is not read to its end.
func TestPackEndsWithinALargeFile(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	if _, err := run(t, "archive", "unpack", officialTemplate, folder); err != nil {
		t.Fatal(err)
	}
	pkg := "deployments/deployment_deployment-2/versions/deployment_deployment-2_version_v1.zip" // the last one
	if err := os.Truncate(filepath.Join(folder, pkg), 512<<20); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	written := 0
	stdout := writer(func(p []byte) error {
		if written += len(p); written > 16<<20 { // of the package
			cancel()
		}
		return nil
	})
	err := cli.Run(ctx, []string{"archive", "pack", folder, "-"}, noEnv, strings.NewReader(""), stdout, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after %d bytes", err, written)
	}
}
