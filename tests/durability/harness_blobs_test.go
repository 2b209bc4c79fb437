package durability_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

func openDatabase(t *testing.T, data string) *sql.DB {
	t.Helper()
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(data, "state", "transfer.db"), RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", name.String())
	must(t, err)
	return db
}

// blobs returns the sizes of the blobs that the database knows and of the files
// that exist.
func blobs(t *testing.T, db *sql.DB, data string) (known, files map[string]int64) {
	t.Helper()
	files = map[string]int64{}
	entries, err := os.ReadDir(filepath.Join(data, "state", "blobs"))
	must(t, err)
	for _, entry := range entries {
		if entry.Name() == ".database" { // the mark that names their database
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // swept meanwhile
		}
		must(t, err)
		files[entry.Name()] = info.Size()
	}
	return sizes(t, db, "SELECT key, size FROM blobs"), files
}

// swept waits until a server without work to do has no file that it does not
// know.
func swept(t *testing.T, data string) {
	t.Helper()
	db := openDatabase(t, data)
	defer db.Close()
	until(t, "the files are not those that the database knows", func() bool { return maps.Equal(blobs(t, db, data)) })
}

// checkBlobs looks at the data of a server that has ended: the files are those
// that the database knows, and each of them is in use.
func checkBlobs(t *testing.T, data string) {
	t.Helper()
	db := openDatabase(t, data)
	defer db.Close()
	if known, files := blobs(t, db, data); !maps.Equal(known, files) {
		t.Errorf("the database knows %v, and there are %v", known, files)
	}
	if unused := sizes(t, db, "SELECT key, size FROM blobs WHERE key NOT IN (SELECT blob FROM blob_references)"); len(unused) > 0 {
		t.Errorf("blobs that nothing refers to: %v", slices.Collect(maps.Keys(unused)))
	}
	if jobs := sizes(t, db, "SELECT id, river_id FROM jobs"); len(jobs) > 0 {
		t.Errorf("jobs that have ended and are not forgotten: %v", slices.Collect(maps.Keys(jobs)))
	}
	var verdict string
	must(t, db.QueryRow("PRAGMA integrity_check").Scan(&verdict))
	if verdict != "ok" {
		t.Errorf("the database: %s", verdict)
	}
}

func sizes(t *testing.T, db *sql.DB, query string) map[string]int64 {
	t.Helper()
	rows, err := db.Query(query)
	must(t, err)
	defer rows.Close()
	found := map[string]int64{}
	for rows.Next() {
		var key string
		var size int64
		must(t, rows.Scan(&key, &size))
		found[key] = size
	}
	must(t, rows.Err())
	return found
}
