package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// LimitPages lets the file have at most n pages, or as many as it has already,
// as a full disk would.
func (d *Database) LimitPages(ctx context.Context, n int) error {
	_, err := d.writes.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
	return err
}

// DB returns the connection that writes.
func (d *Database) DB() *sql.DB { return d.writes }
