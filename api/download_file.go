package api

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// File is an archive that DownloadToFile or RunToFile has taken into a file.
//
// They write to the path that they are given. If that is a directory that
// exists, or ends in a separator, they write into that directory, to the name
// that the server suggests; see [Download]. The file is for its owner only.
//
// The archive grows in a partial file in the same directory, whose name begins
// with ".download-". It becomes the file, at once, when all of it has arrived, is
// on the disk, and is a valid ZIP: a directory of entries that are where it says;
// their contents are not read. So at the path there is either nothing new or the
// whole archive. A file that exists already is an error unless [Overwrite] is
// given.
//
// A connection that breaks, or is silent for a minute, is made again, and the
// rest asked for by range, until five attempts in a row have brought nothing
// new; a refused request is not repeated. However the call then ends, it removes
// the partial file, unless [KeepPartial] is given. A partial file that exists
// nevertheless, since it was kept or the process was killed, is used by the next
// call for the same host, project, job and path. If only removing it fails, there
// are both a File and an error.
//
// Bytes of two archives are never mixed. What exists is used only if the archive
// still has the same size, and its ETag is the same; a strong ETag lets the
// server decide (If-Range). A server without ETags is trusted to keep the archive
// of a job, which has been completed, as it is; then the size must be known. In
// any other case, and if the server knows no ranges, the download starts again.
// It also does, once, if the result of several parts is not a ZIP.
//
// Two calls for one job and path do not disturb each other: the second one ends
// with [ErrDownloadInUse]. On systems without flock, Windows among them, both
// continue, in partial files of their own, which a later call does not find.
type File struct {
	ID      string // of the export or import that the archive belongs to
	Path    string // where the archive is
	Name    string // what the server suggests to call it; see [Download]
	Size    int64  // in bytes
	SHA256  string // of all of it, in hexadecimal digits
	Resumed int64  // how many of the bytes were there from an earlier call
}

// destination is where a download goes: a file in a directory.
type destination struct {
	dir, name string // name is "" until the server suggests one
	overwrite bool
}

// destinationOf finds everything that can be wrong with a path before anything is
// sent.
func destinationOf(path string, set choices) (destination, error) {
	to := destination{overwrite: set.overwrite}
	if path == "" {
		return to, errors.New("the path of the file to download to is empty")
	}
	if to.dir = filepath.Clean(path); !os.IsPathSeparator(path[len(path)-1]) {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			to.dir, to.name = filepath.Dir(path), filepath.Base(path)
		}
	}
	info, err := os.Stat(to.dir)
	if err != nil {
		return to, err
	}
	if !info.IsDir() {
		return to, fmt.Errorf("%s: not a directory", to.dir)
	}
	if to.name == "" {
		return to, nil
	}
	return to, to.check()
}

func (d destination) path() string { return filepath.Join(d.dir, d.name) }

// check fails if the file may not be written.
func (d destination) check() error {
	if !d.overwrite {
		return vacant(d.path())
	}
	info, err := os.Lstat(d.path())
	if err == nil && !info.Mode().IsRegular() && info.Mode().Type() != os.ModeSymlink {
		return fmt.Errorf("%s: neither a regular file nor a symbolic link", d.path())
	}
	return nil // whatever else there is, writing will tell
}

// toFile takes the archive, whose size is -1 if it is not known, into a file.
func (r remoteArchive) toFile(ctx context.Context, to destination, size int64, set choices) (*File, error) {
	part, err := openPartial(to.dir, strings.TrimSuffix(r.send.server, "/"), r.job, r.project, r.id, to.name)
	if err != nil {
		return nil, err
	}
	d := newFileDownload(r, part, to, size, set)
	file, err := d.run(ctx)
	if err == nil {
		return file, part.remove() // what is left beside the file
	}
	if set.keepPartial && d.useful() {
		return nil, errors.Join(err, part.keep())
	}
	return nil, errors.Join(err, part.remove())
}
