package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// input is an archive that a user has named. Reading it ends with the context.
type input struct {
	*archive.Archive
	found []*archive.Finding // warnings, all of them
	tree  fs.FS              // nil if it is a ZIP file
	zip   io.ReaderAt        // nil if it is a folder
	size  int64              // of the ZIP file
	close []func() error
}

// openArchive opens a ZIP file, a folder, or "-" for a ZIP file on stdin. The
// caller closes what it returns, with an error too.
func (s *session) openArchive(ctx context.Context, name string) (*input, error) {
	o := &input{}
	if name == "-" {
		return o, o.spool(ctx, func(w io.Writer) error {
			_, err := io.Copy(w, stoppableReader{ctx, s.stdin})
			return err
		})
	}
	file, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return o, err
	}
	o.close = append(o.close, file.Close)
	info, err := file.Stat()
	if err != nil {
		return o, err
	}
	if !info.IsDir() {
		return o, o.openZip(ctx, file, info.Size())
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return o, err
	}
	o.close = append(o.close, root.Close)
	o.tree = stoppableFS{ctx, root.FS()}
	if o.Archive, err = archive.OpenFS(o.tree); err != nil {
		return o, err
	}
	o.found = o.Warnings()
	if slices.ContainsFunc(o.found, isPackageFolder) { // which nothing but Pack reads
		return o, o.pack(ctx)
	}
	return o, nil
}

func isPackageFolder(f *archive.Finding) bool {
	return f.Code == archive.CodeIgnored && strings.HasSuffix(f.Path, ".package")
}

// Close closes everything and removes temporary files.
func (o *input) Close() error {
	var err error
	for _, close := range slices.Backward(o.close) {
		err = errors.Join(err, close())
	}
	return err
}

func (o *input) openZip(ctx context.Context, file *os.File, size int64) (err error) {
	o.zip, o.size = stoppableReaderAt{ctx, file}, size
	if o.Archive, err = archive.Open(o.zip, size); err == nil {
		o.found = o.Warnings()
	}
	return err
}

// asZip makes a ZIP file of a folder.
func (o *input) asZip(ctx context.Context) error {
	if o.zip != nil {
		return nil
	}
	found, tree := o.found, o.Archive
	err := o.spool(ctx, func(w io.Writer) error { return archive.Rewrite(w, tree) })
	o.found = found
	return err
}

// pack makes the ZIP file that [archive.Pack] makes of a folder.
func (o *input) pack(ctx context.Context) error {
	var found []*archive.Finding
	err := o.spool(ctx, func(w io.Writer) error {
		return archive.Pack(w, o.tree, archive.OnWarning(func(f *archive.Finding) { found = append(found, f) }))
	})
	o.found = append(found, o.found...)
	return err
}

// spool opens the ZIP file that write writes, from a temporary file.
func (o *input) spool(ctx context.Context, write func(io.Writer) error) error {
	file, err := os.CreateTemp("", "ubiops-transfer-*.zip")
	if err != nil {
		return err
	}
	o.close = append(o.close, func() error { return errors.Join(file.Close(), os.Remove(file.Name())) })
	if err := write(file); err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	return o.openZip(ctx, file, size)
}
