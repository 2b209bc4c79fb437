//go:build unix

package cluster

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/cluster/internal/bucket"
	running "github.com/ubiops-contrib/transfer/tests/cluster/services"
)

// served are the services that all tests share.
type served struct {
	postgres *running.Postgres
	s3       *running.S3
	n        atomic.Int64
}

var (
	common *served // nil if nobody has asked for these tests
	folder string
)

func services(t testing.TB) *served {
	t.Helper()
	running.Need(t)
	return common
}

func TestMain(m *testing.M) {
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	if os.Getenv(running.Wanted) == "" {
		return m.Run(), nil
	}
	if folder, err = os.MkdirTemp("", "cluster"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // PostgreSQL may be another user
		return 0, err
	}
	common = &served{}
	if common.postgres, err = running.NewPostgres(filepath.Join(folder, "postgres"), "fsync=off"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, common.postgres.Stop()) }()
	if common.s3, err = running.NewS3(filepath.Join(folder, "s3"), 0); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, common.s3.Stop()) }()
	ctx := context.Background()
	for _, name := range []string{"migrated", "example"} {
		if err := common.postgres.Create(ctx, name, ""); err != nil {
			return 0, err
		}
	}
	if _, err := Migrate(ctx, common.postgres.URL("migrated"), nil); err != nil {
		return 0, err
	}
	key := filepath.Join(folder, "key")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": running.AccessKey, "AWS_SECRET_ACCESS_KEY": running.SecretKey,
		"DATABASE": common.postgres.URL("example"), "ARCHIVES": common.s3.Location("example"), "KEY_FILE": key,
	} {
		if err := os.Setenv(name, value); err != nil {
			return 0, err
		}
	}
	if err := os.WriteFile(key, []byte(base64.URLEncoding.EncodeToString(make([]byte, 32))), 0o600); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// database makes a migrated database and returns where it is.
func (s *served) database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprint("test", s.n.Add(1))
	must(t, s.postgres.Create(t.Context(), name, "migrated"))
	return s.postgres.URL(name)
}

func (s *served) location() string { return s.s3.Location(fmt.Sprint("prefix/", s.n.Add(1))) }

// bucket opens the blobs at a location.
func (s *served) bucket(t *testing.T, location string, who bucket.Replicas) *bucket.Bucket {
	t.Helper()
	b, err := bucket.Open(location, who)
	must(t, err)
	return b
}

// replicas are those that live; the first is this one.
type replicas []string

func newReplicas() replicas { return replicas{uuid.NewString()} }

func (r replicas) Session() string                            { return r[0] }
func (r replicas) Replicas(context.Context) ([]string, error) { return r, nil }

// open opens a replica of a storage, which is closed when the test ends.
func (s *served) open(t testing.TB, database, archives string) *home {
	t.Helper()
	h, err := open(t.Context(), Options{Database: database, Archives: archives, KeyFile: os.Getenv("KEY_FILE")})
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
