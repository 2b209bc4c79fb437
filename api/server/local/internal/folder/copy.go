package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// CopyTo gives another folder the blobs of these keys that it does not have: as
// links to the same files if that is possible, otherwise as copies. It returns
// the keys of those that do not exist.
func (f *Folder) CopyTo(ctx context.Context, to *Folder, keys []string) (missing []string, err error) {
	for _, key := range keys {
		err := errors.Join(ctx.Err(), store.CheckKey(key))
		if err == nil {
			err = f.copyTo(ctx, to, key)
		}
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, key)
		} else if err != nil {
			return missing, err
		}
	}
	return missing, nil
}

func (f *Folder) copyTo(ctx context.Context, to *Folder, key string) error {
	err := os.Link(f.file(key), to.file(key))
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	file, err := os.Open(f.file(key))
	if err != nil {
		return f.fault(key, err)
	}
	defer file.Close() //nolint:errcheck // only read
	_, err = to.write(ctx, key, func(w io.Writer) error {
		_, err := io.Copy(w, file)
		return err
	})
	return err
}
