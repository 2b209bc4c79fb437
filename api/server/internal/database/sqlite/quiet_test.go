package sqlite_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
)

func TestAStartSaysNothingThatOnlyALibraryKnows(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db, err := sqlite.Open(t.Context(), sqlite.Options{
		Path: filepath.Join(t.TempDir(), "x.db"), Options: database.Options{Keeper: newKeeper(t), Log: slog.New(slog.NewTextHandler(&log, nil))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(log.String()), "river") || strings.Contains(log.String(), "INFO") {
		t.Errorf("it says\n%s", log.String())
	}
}
