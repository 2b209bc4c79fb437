package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

// Backup copies a data folder to a new folder, which [Open] opens, as it is at one
// moment. A server, of this process or another, may use the data folder meanwhile
// and does not wait; it has to be of this version. On one file system the
// archives are not copied: both folders have the same files, which never change.
//
// The new folder appears when it is complete and on the disk, so that it survives
// a loss of power. If an archive is already lost, it appears without that archive
// and the error says so.
func Backup(ctx context.Context, data, to string) error {
	if err := backup(ctx, data, to, syncPath); err != nil {
		return fmt.Errorf("backup of the data folder %s: %w", data, err)
	}
	return nil
}

func backup(ctx context.Context, data, to string, sync func(path string) error) (err error) {
	for _, name := range []string{databaseFile, blobFolder} { // which are made otherwise
		if _, err := os.Stat(filepath.Join(data, name)); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	making, err := os.MkdirTemp(filepath.Dir(to), filepath.Base(to)+".*.tmp") // for its owner only
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(making)) }()
	lost, err := copyData(ctx, data, making)
	if err == nil {
		err = filepath.WalkDir(making, func(path string, _ fs.DirEntry, err error) error { return errors.Join(err, ctx.Err(), sync(path)) })
	}
	if err == nil {
		err = os.Rename(making, to)
	}
	if err == nil {
		err = sync(filepath.Dir(to))
	}
	if err == nil && len(lost) > 0 {
		err = fmt.Errorf("these archives or packages are lost: %s", strings.Join(lost, ", "))
	}
	return err
}

// syncPath writes a file or folder to the disk. Links are entries of a folder, so
// that has to be written as well as the files.
func syncPath(path string) error {
	file, err := os.Open(path) //nolint:gosec // where the user wants it
	if err != nil {
		return err
	}
	err = file.Sync()
	if errors.Is(err, errors.ErrUnsupported) { // of folders, by some file systems
		err = nil
	}
	return errors.Join(err, file.Close())
}

// copyData copies the database and then the blobs that it knows. The next copy
// of the database does not know a blob that was deleted meanwhile; one that it
// still knows is lost.
func copyData(ctx context.Context, data, to string) (lost []string, err error) {
	key, err := os.ReadFile(filepath.Join(data, keyFile)) //nolint:gosec // in the data folder
	if err == nil {
		err = os.WriteFile(filepath.Join(to, keyFile), key, 0o600) //nolint:gosec // where the user wants it
	}
	if err != nil {
		return nil, err
	}
	from, err := folder.Open(filepath.Join(data, blobFolder))
	if err != nil {
		return nil, err
	}
	copied, err := folder.Open(filepath.Join(to, blobFolder))
	if err != nil {
		return nil, err
	}
	for {
		is, keys, err := sqlite.Copy(ctx, filepath.Join(data, databaseFile), filepath.Join(to, databaseFile))
		if err != nil {
			return nil, err
		}
		missing, err := from.CopyTo(ctx, copied, keys)
		if err != nil {
			return nil, err
		}
		known := func(key string) bool { return slices.Contains(lost, key) }
		if again := slices.DeleteFunc(slices.Clone(missing), known); len(again) == 0 {
			return missing, copied.SetMark(folder.Mark{Database: is.ID, Changes: is.Changes})
		}
		lost = missing
		if err := os.Remove(filepath.Join(to, databaseFile)); err != nil {
			return nil, err
		}
	}
}
