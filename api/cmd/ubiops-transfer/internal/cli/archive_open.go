package cli

import (
	"context"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// input is an archive that a user has named.
type input struct {
	*archive.Archive
	found []*archive.Finding // warnings
	tree  fs.FS              // the folder, or
	zip   *os.File
	file  plan.File // of zip, once it was read
	resources
}

// withArchive opens a ZIP file, a folder, or "-" for a ZIP file on stdin, and calls
// use, also with the error if that fails.
func (s *session) withArchive(ctx context.Context, name string, use func(*input, error) error) (err error) {
	in := &input{resources: resources{ctx: ctx}}
	defer func() { err = in.close(err) }()
	if name != "-" {
		return use(in, in.open(name))
	}
	return use(in, in.spool(func(w io.Writer) error {
		_, err := unlessDone(ctx, func() (int64, error) { return io.Copy(w, s.stdin) })
		return err
	}))
}

func (in *input) open(name string) error {
	file, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	in.add(file)
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return in.openZip(file, info.Size())
	}
	if in.tree, err = in.folder(name); err != nil {
		return err
	}
	if in.Archive, err = archive.OpenFS(in.tree); err != nil {
		return err
	}
	in.found = in.Warnings()
	for _, f := range in.found {
		if f.Code == archive.CodeIgnored && strings.HasSuffix(f.Path, ".package") {
			return in.pack() // which alone reads packages that are folders
		}
	}
	return nil
}

// pack makes a ZIP file of a folder.
func (in *input) pack() error {
	var found []*archive.Finding
	err := in.spool(func(w io.Writer) error {
		return archive.Pack(w, in.tree, archive.OnWarning(func(f *archive.Finding) { found = append(found, f) }))
	})
	in.found = append(found, in.found...)
	return err
}

func (in *input) openZip(file *os.File, size int64) (err error) {
	in.zip, in.file = file, plan.File{}
	if in.Archive, err = archive.Open(file, size); err == nil {
		in.found = in.Warnings()
	}
	return err
}

// spool opens the ZIP file that write writes, from a temporary file.
func (in *input) spool(write func(io.Writer) error) error {
	file, err := os.CreateTemp("", "ubiops-transfer-*.zip")
	if err != nil {
		return err
	}
	in.closes = append(in.closes, func() error { return os.Remove(file.Name()) })
	in.add(file)
	if err := write(file); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return in.openZip(file, info.Size())
}
