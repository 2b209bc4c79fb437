package durability_test

import (
	"database/sql"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// checkBlobs looks at the data of a server that has ended: the files are those
// that the database knows, and each of them is in use.
func checkBlobs(t *testing.T, data string) {
	t.Helper()
	state := filepath.Join(data, "state")
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(state, "transfer.db"), RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", name.String())
	must(t, err)
	defer db.Close()
	known := sizes(t, db, "SELECT key, size FROM blobs")
	files := map[string]int64{}
	entries, err := os.ReadDir(filepath.Join(state, "blobs"))
	must(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		must(t, err)
		files[entry.Name()] = info.Size()
	}
	if !maps.Equal(known, files) {
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
