package database

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables, ours and River's, up to date.
func (d *Database) migrate(ctx context.Context) error {
	db := d.writes.db
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithGoMigrations(
		goose.NewGoMigration(3, &goose.GoFunc{RunTx: d.fixWaitingExports}, nil)))
	if err != nil {
		return err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; version > newest {
		return fmt.Errorf("a newer version of this program has written it (schema %d, known is %d)", version, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	jobs, err := rivermigrate.New(riversqlite.New(db), &rivermigrate.Config{Logger: d.options.Log})
	if err != nil {
		return err
	}
	_, err = jobs.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
