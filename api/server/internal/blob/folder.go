package blob

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gocloud.dev/blob/fileblob"
)

// OpenFolder returns blobs in a folder, which is made if it does not exist.
// Only the user that runs the process can read what is made.
func OpenFolder(path string) (*Bucket, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the blob folder %s: %w", path, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the blob folder %s: %w", dir, err)
	}
	// The temporary directory may be on another file system, and the MD5 that
	// goes into the metadata costs three quarters of the speed.
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{
		NoTempDir: true, Metadata: fileblob.MetadataDontWrite, DirFileMode: 0o700,
	})
	if err != nil {
		return nil, fmt.Errorf("the blob folder %s: %w", dir, err)
	}
	return &Bucket{bucket: bucket, dir: dir}, nil
}

// checkFolder gives an error when the folder is not there, which fileblob
// either takes for an empty one or makes again. The error is no
// [fs.ErrNotExist]: nobody knows then whether a blob exists.
func (b *Bucket) checkFolder() error {
	if b.dir == "" {
		return nil
	}
	info, err := os.Stat(b.dir)
	return b.folderFault(info, err)
}

func (b *Bucket) folderFault(info fs.FileInfo, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: the blob folder %s is not there", ErrUnreachable, b.dir)
	case err != nil:
		return fmt.Errorf("%w: the blob folder %s: %w", ErrUnreachable, b.dir, err)
	case !info.IsDir():
		return fmt.Errorf("%w: the blob folder %s is not a directory", ErrUnreachable, b.dir)
	}
	return nil
}

// openFolder opens the folder itself.
func (b *Bucket) openFolder() (*os.File, error) {
	d, err := os.Open(b.dir)
	if err != nil {
		return nil, b.folderFault(nil, err)
	}
	info, err := d.Stat()
	if err = b.folderFault(info, err); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (b *Bucket) pingFolder() error {
	d, err := b.openFolder()
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	if _, err := d.Readdirnames(1); err != nil && !errors.Is(err, io.EOF) {
		return b.folderFault(nil, err)
	}
	return nil
}
