// Package local keeps what a server has on one machine: a database of SQLite and a
// folder of archives and packages, beside each other in one data folder. Jobs run
// in the process.
//
//	storage, err := local.Open(ctx, "data", local.Options{})
//	...
//	s, err := server.New(server.Options{Storage: storage})
//
// [Backup] copies the folder while the server goes on.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

// What lies in a data folder.
const (
	databaseFile = "transfer.db"
	keyFile      = "secret.key"
	blobFolder   = "blobs"
	reserveFile  = "reserve"
)

// Options are the options of [Open]. The zero value has the defaults.
type Options struct {
	// Log gets what goes wrong in the background; nil drops it.
	Log *slog.Logger
}

// home is a database and the folder beside it.
type home struct {
	store.Store // a database
	blobs       *blobs
	shrink      func(context.Context) error // the database
}

var _ store.Home = (*home)(nil)

// Blobs implements [store.Home].
func (h *home) Blobs() store.Blobs { return h.blobs }

// Open opens a data folder for [server.Options], and makes it if it is not there:
// the database, the key of what that keeps secret, and the archives. Only one
// server at a time can use it.
//
// It refuses a folder of which something is missing, and a database that is not
// the one of its archives, or an older state of it: then the archives would seem
// to have no owner.
func Open(ctx context.Context, data string, opts Options) (server.Storage, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	h, err := open(ctx, data, opts)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", data, err)
	}
	return h, nil
}

// open makes the database last: if there is one, the rest has to be there too, and
// if there is none, there must not be a blob either. What was lost, or is not
// mounted, is not made again.
func open(ctx context.Context, data string, opts Options) (*home, error) {
	file, archives := filepath.Join(data, databaseFile), filepath.Join(data, blobFolder)
	info, missing := os.Stat(file)
	first := errors.Is(missing, fs.ErrNotExist)
	if missing != nil && !first {
		return nil, missing
	}
	if !first {
		if _, err := os.Stat(archives); err != nil {
			return nil, err
		}
	}
	files, err := folder.Open(archives)
	if err != nil {
		return nil, err
	}
	if first {
		if empty, err := files.Empty(ctx); err != nil {
			return nil, err
		} else if !empty {
			return nil, fmt.Errorf("the database is missing, and %s holds its blobs: %w", archives, missing)
		}
	}
	keeper, err := openKeeper(filepath.Join(data, keyFile), first || info.Size() == 0)
	if err != nil {
		return nil, err
	}
	space := &reserve{path: filepath.Join(data, reserveFile)}
	db, err := sqlite.Open(ctx, sqlite.Options{
		Path: file, OnLock: func() { space.release() }, // the disk may be full
		Options: database.Options{
			Keeper: keeper, Log: opts.Log,
			Accept: func(is database.Identity) error { return belongs(ctx, is, files) },
			OnChange: func(is database.Identity) {
				if err := files.SetMark(folder.Mark{Database: is.ID, Changes: is.Changes}); err != nil {
					opts.Log.WarnContext(ctx, "the archives are not marked", "error", err)
				}
			},
		},
	})
	if err != nil {
		return nil, err
	}
	is, err := db.Identity(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := files.Begin(folder.Mark{Database: is.ID, Changes: is.Changes}); err != nil { // the disk may be full
		opts.Log.WarnContext(ctx, "the first sweep leaves what is young", "error", err)
	}
	if err := errors.Join(db.Shrink(ctx), space.fill()); err != nil {
		opts.Log.WarnContext(ctx, "there is no space for more archives", "error", err)
	}
	return &home{db, &blobs{files, space}, db.Shrink}, nil
}

// belongs reports whether a database knows the blobs, so that one that it does not
// know has no owner.
func belongs(ctx context.Context, is database.Identity, files *folder.Folder) error {
	const restore = "; bring back the database that belongs to them, with its files -wal and -shm, or a backup of the whole data folder"
	mark, err := files.Mark()
	if err != nil {
		return err
	}
	if is.New {
		empty, err := files.Empty(ctx)
		if err == nil && !empty {
			err = errors.New("it is empty, but there are archives" + restore)
		}
		return err
	}
	switch {
	case mark.Database == "": // from a version that did not mark them
	case mark.Database != is.ID:
		return errors.New("the archives belong to another database" + restore)
	case mark.Changes > is.Changes:
		return fmt.Errorf("it is older than the archives: it has learned of archives %d times, and they say %d"+restore, is.Changes, mark.Changes)
	}
	return nil
}
