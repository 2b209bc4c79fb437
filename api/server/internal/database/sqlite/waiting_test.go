package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestAnExportThatWaitedForAnUpgradeTakesTheProjectOrFailsWithAReason(t *testing.T) {
	t.Parallel()
	options := sqlite.Options{Path: filepath.Join(t.TempDir(), "db"), Options: database.Options{Keeper: newKeeper(t), BusyTimeout: time.Minute}}
	d, err := sqlite.Open(t.Context(), options)
	must(t, err)
	plain := models.DataStructurePlain
	export := func(id, deployment string, status models.ExportStatus) func(store.Tx) error {
		return func(tx store.Tx) error {
			return tx.PutExport(store.Export{Project: "p", ID: id, Status: status, Packages: true, Selection: models.ExportCreate{
				Deployments: map[string]models.DeploymentSelection{deployment: {}},
			}})
		}
	}
	mustUpdate(t, d,
		func(tx store.Tx) error { return tx.AddProject("p") },
		func(tx store.Tx) error {
			return tx.PutContent("p", archive.Content{Deployments: map[string]models.Deployment{"d": {InputType: &plain, OutputType: &plain}}})
		},
		export("1", "d", models.ExportStatusPending), export("2", "gone", models.ExportStatusPending),
		export("3", "d", models.ExportStatusCompleted))
	_, err = d.DB().ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id >= 3; ALTER TABLE blobs DROP COLUMN sums; "+
		"DROP TABLE replicas; ALTER TABLE identity ADD COLUMN session text NOT NULL DEFAULT ''") // as before it
	must(t, err)
	must(t, d.Close())

	mustView(t, open(t, options), func(tx store.Tx) error {
		for id, want := range map[string]struct {
			status      models.ExportStatus
			deployments int
			reason      string
		}{
			"1": {models.ExportStatusPending, 1, ""},
			"2": {models.ExportStatusFailed, 0, "gone"},
			"3": {models.ExportStatusCompleted, 0, ""},
		} {
			e, err := tx.Export("p", id)
			must(t, err)
			if e.Status != want.status || len(e.Snapshot.Deployments) != want.deployments || !strings.Contains(e.ErrorMessage, want.reason) {
				t.Errorf("export %s is %s (%s) with %+v; want %+v", id, e.Status, e.ErrorMessage, e.Snapshot, want)
			}
		}
		return nil
	})
}
