package storetest

import (
	"errors"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var references = map[string]func(*testing.T, store.Store){
	"a blob is known as it was added": func(t *testing.T, s store.Store) {
		want := store.Blob{Key: "k", Size: 1 << 40, SHA256: "ab", CRC32: 1<<32 - 1}
		sameKeys(t, "unused", update(t, s, addProject, addBlob(t, want, "k"), putExport(store.Export{ID: "1", Blob: "k"})))
		view(t, s, func(tx store.Tx) error {
			got, err := tx.Blob("k")
			if got != want {
				t.Errorf("blob %+v, want %+v", got, want)
			}
			return err
		})
	},
	"a blob that nobody refers to is forgotten at once": func(t *testing.T, s store.Store) {
		sameKeys(t, "unused", update(t, s, addBlob(t, store.Blob{Key: "k", SHA256: "ab"}, "k")), "k")
		gone(t, s, "k")
	},
	"a reference to an unknown blob is refused": func(t *testing.T, s store.Store) {
		update(t, s, addProject)
		for what, change := range map[string]func(store.Tx) error{
			"export":      putExport(store.Export{ID: "1", Blob: "none"}),
			"snapshot":    putExport(store.Export{ID: "1", Snapshot: deployments(withPackages("none"))}),
			"import":      putImport(store.Import{ID: "1", Blob: "none"}),
			"version":     putContent(deployments(withPackages("none"))),
			"environment": putContent(environments("none")),
		} {
			if err := fails(t, s, change); errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: error %v", what, err)
			}
		}
		view(t, s, func(tx store.Tx) error {
			exports, err := tx.Exports(project, "")
			if len(exports) > 0 {
				t.Errorf("exports %+v", exports)
			}
			return err
		})
		// Paths in an archive are not keys.
		update(t, s, putImport(store.Import{ID: "1", Scanned: deployments(withPackages("path.zip")),
			Confirmed: deployments(withPackages("path.zip"))}))
	},
	"each kind of reference keeps a blob until it goes": func(t *testing.T, s store.Store) {
		update(t, s, addProject)
		for _, c := range []struct {
			name       string
			make, drop func(store.Tx) error
		}{
			{"export deleted", putExport(store.Export{ID: "1", Blob: "k"}), deleteExport("1")},
			{"export replaced", putExport(store.Export{ID: "1", Blob: "k"}), putExport(store.Export{ID: "1"})},
			{"snapshot deleted", putExport(store.Export{ID: "1", Snapshot: deployments(withPackages("k"))}), deleteExport("1")},
			{"snapshot dropped", putExport(store.Export{ID: "1", Snapshot: environments("k")}), putExport(store.Export{ID: "1"})},
			{"import deleted", putImport(store.Import{ID: "1", Blob: "k"}), deleteImport("1")},
			{"import replaced", putImport(store.Import{ID: "1", Blob: "k"}), putImport(store.Import{ID: "1"})},
			{"version replaced", putContent(deployments(withPackages("k"))), putContent(deployments(withPackages()))},
			{"environment replaced", putContent(environments("k")), putContent(environments(""))},
		} {
			sameKeys(t, c.name+": made", update(t, s, addBlob(t, store.Blob{Key: "k", SHA256: "ab"}, "k"), c.make))
			sameKeys(t, c.name+": made again", update(t, s, c.make))
			view(t, s, func(tx store.Tx) error { return second(tx.Blob("k")) })
			sameKeys(t, c.name+": dropped", update(t, s, c.drop), "k")
			gone(t, s, "k")
		}
	},
	"the last of several references frees a blob": func(t *testing.T, s store.Store) {
		pinned := store.Export{ID: "1", Snapshot: deployments(withPackages("k", "l"))}
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), addBlob(t, store.Blob{Key: "l"}, "l"),
			putContent(deployments(withPackages("k", "l"))), putExport(pinned), putImport(store.Import{ID: "2", Blob: "k"}))
		sameKeys(t, "version gone", update(t, s, putContent(deployments(withPackages("l")))))
		sameKeys(t, "import gone", update(t, s, deleteImport("2")))
		sameKeys(t, "snapshot gone", update(t, s, putExport(store.Export{ID: "1"})), "k")
		sameKeys(t, "all gone", update(t, s, putContent(deployments(withPackages()))), "l")
	},
	"a reference that moves within an update keeps the blob": func(t *testing.T, s store.Store) {
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putExport(store.Export{ID: "1", Blob: "k"}))
		sameKeys(t, "unused", update(t, s, deleteExport("1"), putImport(store.Import{ID: "2", Blob: "k"})))
		view(t, s, func(tx store.Tx) error { return second(tx.Blob("k")) })
	},
	"rows of other projects are other owners": func(t *testing.T, s store.Store) {
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putExport(store.Export{ID: "1", Blob: "k"}),
			func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "other", ID: "1", Blob: "k"}) })
		sameKeys(t, "unused", update(t, s, deleteExport("1")))
		sameKeys(t, "unused", update(t, s, func(tx store.Tx) error { return tx.DeleteExport("other", "1") }), "k")
	},
	"the same bytes are one blob": func(t *testing.T, s store.Store) {
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k", SHA256: "ab"}, "k"), putExport(store.Export{ID: "1", Blob: "k"}))
		sameKeys(t, "unused", update(t, s, addBlob(t, store.Blob{Key: "l", SHA256: "ab"}, "k"),
			addBlob(t, store.Blob{Key: "k", SHA256: "ab"}, "k"), // and its own key is in use
			addBlob(t, store.Blob{Key: "m", SHA256: "cd"}, "m"),
			addBlob(t, store.Blob{Key: "n", SHA256: "cd"}, "m"),
			putExport(store.Export{ID: "2", Blob: "k"}), putExport(store.Export{ID: "3", Blob: "m"})), "l", "n")
		gone(t, s, "l")
		sameKeys(t, "unused", update(t, s, deleteExport("1")))
		sameKeys(t, "unused", update(t, s, deleteExport("2")), "k")
		sameKeys(t, "unused", update(t, s, addBlob(t, store.Blob{Key: "o", SHA256: "ab"}, "o"), putExport(store.Export{ID: "4", Blob: "o"})))
	},
	"blobs without a SHA-256 are never shared": func(t *testing.T, s store.Store) {
		sameKeys(t, "unused", update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), addBlob(t, store.Blob{Key: "l"}, "l"),
			putExport(store.Export{ID: "1", Blob: "k"})), "l")
	},
}

func environments(zip string) archive.Content {
	e := models.Environment{}
	if zip != "" {
		e.Zip = models.Value(zip)
	}
	return archive.Content{Environments: map[string]models.Environment{"e": e}}
}

func gone(t *testing.T, s store.Store, key string) {
	t.Helper()
	view(t, s, func(tx store.Tx) error {
		if err := second(tx.Blob(key)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("blob %s: error %v", key, err)
		}
		return nil
	})
}
