//go:build unix

package cluster

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/postgres"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

func write(t *testing.T, b store.Blobs, content string) store.Blob {
	t.Helper()
	blob, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	must(t, err)
	return blob
}

func TestAReplicaThatHasLostItsLeaseChangesNothingUntilItHasAnother(t *testing.T) {
	t.Parallel()
	s := services(t)
	at := s.database(t)
	h := s.open(t, at, s.location())
	blob := write(t, h.blobs, "package")
	db, err := sql.Open("pgx", at)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "DELETE FROM replicas")
	must(t, err)
	if _, err := h.Update(t.Context(), func(tx store.Tx) error { return tx.AddProject("lost") }); !errors.Is(err, store.ErrBusy) {
		t.Errorf("error %v", err)
	}
	if err := h.Ping(t.Context()); !errors.Is(err, store.ErrBusy) {
		t.Errorf("ping: error %v", err)
	}
	for end := time.Now().Add(postgres.Lease); h.Ping(t.Context()) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it has no lease again")
		}
	}
	if _, err := h.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Project("lost"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the project: error %v", err)
		}
		return tx.AddProject("p")
	}); err != nil {
		t.Error(err)
	}
	// It may be swept already.
	if _, err := h.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.AddBlob(blob)
		return err
	}); !errors.Is(err, store.ErrBusy) || !strings.Contains(err.Error(), blob.Key) {
		t.Errorf("a blob of before: error %v", err)
	}
}

func TestTheJobsOfASilentReplicaContinueElsewhere(t *testing.T) {
	t.Parallel()
	s := services(t)
	at := s.database(t)
	h := s.open(t, at, s.location())
	_, err := h.Update(t.Context(), func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, ID: "1"}) })
	must(t, err)
	db, err := sql.Open("pgx", at)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `
		INSERT INTO replicas VALUES ('silent', 0);
		UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{silent}'`)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	attempts := 0
	must(t, h.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		defer cancel()
		attempts = job.Attempt
		_, err := h.Update(ctx, func(tx store.Tx) error { return tx.Finish(job) })
		return err
	}))
	if attempts != 2 {
		t.Errorf("attempt %d", attempts)
	}
}

func TestASweepLeavesWhatALivingReplicaWrites(t *testing.T) {
	t.Parallel()
	s := services(t)
	at, other := s.location(), newReplicas()
	theirs := s.bucket(t, at, other)
	none := func(string) (bool, error) { return false, nil }
	future, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)

	alive := newReplicas()
	living := s.bucket(t, at, append(alive, other...))
	dead := s.bucket(t, at, newReplicas())
	kept := write(t, theirs, "unknown yet")
	started, proceed := make(chan bool), make(chan bool)
	written := make(chan error)
	go func() {
		_, err := theirs.Write(t.Context(), func(w io.Writer) error {
			part := make([]byte, 20<<20)
			_, err := w.Write(part)
			started <- true
			<-proceed
			_, more := w.Write(part)
			return errors.Join(err, more)
		})
		written <- err
	}()
	<-started
	if n, err := living.Sweep(t.Context(), none, future); n != 0 || err != nil {
		t.Errorf("%d were removed, error %v", n, err)
	}
	if n, err := dead.Sweep(t.Context(), func(key string) (bool, error) { return key == kept.Key, nil }, past); n != 1 || err != nil {
		t.Errorf("of a dead replica the upload: %d, error %v", n, err)
	}
	proceed <- true
	if err := <-written; !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the upload that was swept: error %v", err)
	}
	if n, err := dead.Sweep(t.Context(), none, past); n != 1 || err != nil {
		t.Errorf("of a dead replica the blob: %d, error %v", n, err)
	}
}
