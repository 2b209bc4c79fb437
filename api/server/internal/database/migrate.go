package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrPending is wrapped by the error of [Open] for tables of an earlier version.
var ErrPending = errors.New("its tables are of an earlier version and have to be migrated first")

// A Schema says which version tables have, ours and River's, and which ones this
// program knows.
type Schema struct{ Version, Known, Jobs, KnownJobs int64 }

// Pending reports whether there is something to migrate.
func (s Schema) Pending() bool { return s.Version < s.Known || s.Jobs < s.KnownJobs }

func (s Schema) newer() error {
	if s.Version > s.Known || s.Jobs > s.KnownJobs {
		return fmt.Errorf("a newer version of this program has written it (schema %d and %d, known are %d and %d)", s.Version, s.Jobs, s.Known, s.KnownJobs)
	}
	return nil
}

// Migrate brings the tables of a dialect up to date, if up says so, and returns what
// they were before. It closes the dialect.
func Migrate(ctx context.Context, dialect Dialect, log *slog.Logger, up bool) (was Schema, err error) {
	d := &Database{dialect: dialect, options: Options{Log: quietly(log)}}
	defer func() {
		if err = errors.Join(d.classify(ctx, err), dialect.Close()); err != nil {
			err = fmt.Errorf("database %s: %w", dialect.Name, err)
		}
	}()
	m, err := d.migrator()
	if err != nil {
		return Schema{}, err
	}
	if was, err = m.schema(ctx); err != nil || !up {
		return was, errors.Join(err, was.newer())
	}
	return was, m.migrate(ctx, true)
}

// migrate makes sure that the tables are up to date, by bringing them there if up
// says so.
func (d *Database) migrate(ctx context.Context, up bool) error {
	m, err := d.migrator()
	if err != nil {
		return err
	}
	return m.migrate(ctx, up)
}

// A migrator migrates our tables and River's.
type migrator struct {
	ours *goose.Provider
	jobs *rivermigrate.Migrator[*sql.Tx]
}

func (d *Database) migrator() (*migrator, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	ours, err := goose.NewProvider(d.dialect.Goose, d.dialect.Writes, files, append(d.dialect.GooseOptions, goose.WithGoMigrations(
		goose.NewGoMigration(3, &goose.GoFunc{RunTx: d.fixWaitingExports}, nil)))...)
	if err != nil {
		return nil, err
	}
	jobs, err := rivermigrate.New(d.dialect.Jobs, &rivermigrate.Config{Logger: d.options.Log})
	return &migrator{ours, jobs}, err
}

func (m *migrator) schema(ctx context.Context) (s Schema, err error) {
	if s.Version, err = m.ours.GetDBVersion(ctx); err != nil {
		return s, err
	}
	sources := m.ours.ListSources()
	s.Known = sources[len(sources)-1].Version
	existing, err := m.jobs.ExistingVersions(ctx)
	for _, v := range existing {
		s.Jobs = max(s.Jobs, int64(v.Version))
	}
	for _, v := range m.jobs.AllVersions() {
		s.KnownJobs = max(s.KnownJobs, int64(v.Version))
	}
	return s, err
}

func (m *migrator) migrate(ctx context.Context, up bool) error {
	now, err := m.schema(ctx)
	if err := errors.Join(err, now.newer()); err != nil || !now.Pending() {
		return err
	}
	if !up {
		return fmt.Errorf("%w (schema %d and %d, known are %d and %d)", ErrPending, now.Version, now.Jobs, now.Known, now.KnownJobs)
	}
	if _, err := m.ours.Up(ctx); err != nil {
		return err
	}
	_, err = m.jobs.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
