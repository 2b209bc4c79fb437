package database_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/local/internal/database"
)

func TestAStartSaysNothingThatOnlyALibraryKnows(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db, err := database.Open(t.Context(), database.Options{
		Path: filepath.Join(t.TempDir(), "x.db"), Keeper: newKeeper(t), Log: slog.New(slog.NewTextHandler(&log, nil)),
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
