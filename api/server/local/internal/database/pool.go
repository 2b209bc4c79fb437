package database

import (
	"database/sql"
	"errors"

	"github.com/ubiops-contrib/transfer/api/server/local/internal/database/queries"
)

// A pool is connections with the statements that are prepared on them.
type pool struct {
	db      *sql.DB
	queries *queries.Queries
}

func (p *pool) open(dsn string, connections int) (err error) {
	if p.db, err = sql.Open("sqlite", dsn); err != nil {
		return err
	}
	p.db.SetMaxOpenConns(connections)
	p.db.SetMaxIdleConns(connections) // a new one would prepare everything again
	return nil
}

func (p *pool) close() error {
	var err error
	if p.queries != nil {
		err = p.queries.Close()
	}
	if p.db != nil {
		err = errors.Join(err, p.db.Close())
	}
	return err
}
