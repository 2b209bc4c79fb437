//go:build unix

package cluster

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/postgres"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/internal/store/storetest"
)

func TestTheDatabaseIsAStore(t *testing.T) {
	t.Parallel()
	s := services(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		dialect, err := postgres.Dialect(t.Context(), s.database(t))
		must(t, err)
		keeper, err := database.NewKeeper([32]byte{1})
		must(t, err)
		d, err := database.Open(t.Context(), dialect, database.Options{
			Keeper: keeper, BusyTimeout: time.Minute, RetryDelay: func(int) time.Duration { return time.Millisecond },
		})
		must(t, err)
		t.Cleanup(func() { must(t, d.Close()) })
		return d
	})
}

func TestTheBucketKeepsBlobs(t *testing.T) {
	t.Parallel()
	s := services(t)
	storetest.RunBlobs(t, func(t *testing.T) store.Blobs { return s.bucket(t, s.location(), newReplicas()) })
}

func TestOpenRefusesWhatDoesNotBelongTogether(t *testing.T) {
	t.Parallel()
	s := services(t)
	key := os.Getenv("KEY_FILE")
	other := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(other, []byte(strings.Repeat("B", 43)+"=\n"), 0o600))
	must(t, s.postgres.Create(t.Context(), "empty", ""))
	ours, archives := s.database(t), s.location()
	s.open(t, ours, archives)
	newer := s.database(t)
	db, err := sql.Open("pgx", newer)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1000, true)")
	must(t, errors.Join(err, db.Close()))

	for want, opts := range map[string]Options{
		"not the one that it was made with": {Database: ours, Archives: archives, KeyFile: other},
		"key file":                          {Database: ours, Archives: archives, KeyFile: filepath.Join(t.TempDir(), "none")},
		"belong to the database":            {Database: s.database(t), Archives: archives, KeyFile: key},
		"have to be migrated first":         {Database: s.postgres.URL("empty"), Archives: s.location(), KeyFile: key},
		"a newer version":                   {Database: newer, Archives: s.location(), KeyFile: key},
		"bucket nowhere":                    {Database: ours, Archives: strings.Replace(archives, "archives/", "nowhere/", 1), KeyFile: key},
		"unknown or repeated setting":       {Database: ours, Archives: archives + "&colour=blue", KeyFile: key},
		"must be at s3://":                  {Database: ours, Archives: "/var/lib", KeyFile: key},
		"database: ":                        {Database: "postgres://user:secret@[", Archives: archives, KeyFile: key},
	} {
		h, err := open(t.Context(), opts)
		if err == nil {
			must(t, h.Close())
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("error %v instead of %q", err, want)
		}
		if pending := want == "have to be migrated first"; errors.Is(err, ErrPending) != pending {
			t.Errorf("error %v", err)
		}
	}
}
