package api

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// File is an archive that DownloadFile has taken into a file.
//
// DownloadFile writes to the path that it is given. Where that is a directory
// that is there, or ends in a separator, it writes into that directory, to the
// name that the server suggests; see [Download]. The file is for its owner only.
//
// The archive grows in a partial file in the same directory, whose name begins
// with ".download-". It becomes the file, at once, when all of it has arrived, is
// on the disk, and is a sound ZIP: a directory of entries that are where it says;
// their contents are not read. So at the path there is either nothing new or the
// whole archive. A file that is there already is an error unless [Overwrite] is
// given.
//
// A connection that breaks, or is silent for a minute, is made again, and the
// rest asked for by range, until five attempts in a row have brought nothing
// new; a refused request is not repeated. Whatever the call then ends with, it
// removes the partial file, unless [KeepPartial] is given. A partial file that is
// there nevertheless, since it was kept or the process was killed, is used by the
// next call for the same host, project, job and path. Where only removing it fails
// there are both a File and an error.
//
// Bytes of two archives are never mixed. What is there is used only where the
// archive still has the same size, and its ETag is the same; a strong ETag lets
// the server decide (If-Range). A server without ETags is trusted to keep the
// archive of a job, which has been completed, as it is; then the size must be
// known. In any other case, and where the server knows no ranges, the download
// starts again. So it does, once, where the result of several parts is no ZIP.
//
// Two calls for one job and path do not disturb each other: the second one ends
// with [ErrDownloadInUse]. On systems without flock, Windows among them, both
// go on, in partial files of their own, and a later call does not find them.
type File struct {
	Path    string // where the archive is
	Name    string // what the server suggests to call it; see [Download]
	Size    int64  // in bytes
	SHA256  string // of all of it, in hexadecimal digits
	Resumed int64  // how many of the bytes were there from an earlier call
}

// Overwrite lets DownloadFile replace a file, or a symbolic link, that is there.
func Overwrite() DownloadOption {
	return func(c *downloadChoices) { c.overwrite = true }
}

// KeepPartial lets DownloadFile leave its partial file behind when it fails, so
// that a later call needs only the rest. An archive that is no ZIP is not kept.
func KeepPartial() DownloadOption {
	return func(c *downloadChoices) { c.keepPartial = true }
}

// target is where a download goes: a file in a directory.
type target struct{ dir, name string } // name is "" until the server suggests one

func targetOf(path string) (target, error) {
	if path == "" {
		return target{}, errors.New("the path of the file to download to is empty")
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		return target{dir: filepath.Clean(path)}, nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return target{dir: filepath.Clean(path)}, nil
	}
	return target{dir: filepath.Dir(path), name: filepath.Base(path)}, nil
}

func (t target) path() string { return filepath.Join(t.dir, t.name) }

// check fails where the file may not be written.
func (t target) check(overwrite bool) error {
	if !overwrite {
		return vacant(t.path())
	}
	info, err := os.Lstat(t.path())
	if err == nil && !info.Mode().IsRegular() && info.Mode().Type() != os.ModeSymlink {
		return fmt.Errorf("%s: neither a regular file nor a symbolic link", t.path())
	}
	return nil // whatever else there is, writing will tell
}

func (r *remoteArchive) downloadFile(ctx context.Context, path string, set downloadChoices) (*File, error) {
	to, err := targetOf(path)
	if err != nil {
		return nil, err
	}
	if to.name != "" {
		if err := to.check(set.overwrite); err != nil {
			return nil, err
		}
	}
	part, err := openPartial(to.dir, strings.TrimSuffix(r.client.raw.Server, "/"), r.kind, r.project, r.id, to.name)
	if err != nil {
		return nil, err
	}
	d := newFileDownload(r, part, to, set)
	file, err := d.run(ctx)
	if err == nil {
		return file, part.remove() // what is left beside the file
	}
	if set.keepPartial && d.useful() {
		return nil, errors.Join(err, part.keep())
	}
	return nil, errors.Join(err, part.remove())
}
