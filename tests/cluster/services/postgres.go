//go:build unix

package services

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// A Postgres is a server of PostgreSQL.
type Postgres struct{ service }

// NewPostgres makes a server with its data in a folder, and starts it with settings
// such as fsync=off.
func NewPostgres(dir string, settings ...string) (*Postgres, error) {
	const debian = "/usr/lib/postgresql/*/bin"
	initdb, err := installed("initdb", debian)
	if err != nil {
		return nil, err
	}
	server, err := installed("postgres", debian)
	if err != nil {
		return nil, err
	}
	address, err := free()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	command := func(path string, args ...string) *exec.Cmd {
		cmd := exec.Command(path, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	if out, err := command(initdb, "-N", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	p := &Postgres{service{Address: address, log: filepath.Join(dir, "log"), command: func() *exec.Cmd {
		args := []string{"-D", data, "-p", port}
		for _, setting := range append(settings, "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=400") {
			args = append(args, "-c", setting)
		}
		return command(server, args...)
	}}}
	return p, p.Start()
}

// unprivileged gives a folder to a user that PostgreSQL runs as; nil is this one.
func unprivileged(dir string) (*syscall.Credential, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if os.Getuid() != 0 {
		return nil, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

// URL is that of a database.
func (p *Postgres) URL(database string) string {
	return "postgres://postgres@" + p.Address + "/" + database + "?sslmode=disable"
}

// Create makes a database, as a copy of another one if that is named.
func (p *Postgres) Create(ctx context.Context, database, from string) (err error) {
	db, err := sql.Open("pgx", p.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	statement := "CREATE DATABASE " + database
	if from != "" {
		statement += " TEMPLATE " + from
	}
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Stop ends it, and with it all connections.
func (p *Postgres) Stop() error { return p.stop(syscall.SIGINT) }

// Crash ends it without time to write anything.
func (p *Postgres) Crash() error { return p.stop(syscall.SIGQUIT) }
