package sqlite_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Under these variables the test binary is the process that gets killed.
const (
	childPath = "DATABASE_TEST_PATH"
	childKey  = "DATABASE_TEST_KEY"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		fmt.Println("failed", child(path, os.Getenv(childKey)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child works on jobs that never end and writes pairs of rows, until it is
// killed. It says so when a job starts and when it has cancelled one.
func child(path, base64Key string) error {
	ctx := context.Background()
	key, err := base64.URLEncoding.DecodeString(base64Key)
	if err != nil {
		return err
	}
	keeper, err := database.NewKeeper([32]byte(key))
	if err != nil {
		return err
	}
	d, err := sqlite.Open(ctx, sqlite.Options{Path: path, Options: database.Options{Keeper: keeper, BusyTimeout: time.Minute}})
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() {
		failed <- d.Work(ctx, 3, func(_ context.Context, job store.Job) error {
			fmt.Println("started", job.ID, job.Attempt)
			if job.ID == "cancelled" {
				_, err := d.Update(ctx, func(tx store.Tx) error { return tx.Cancel(job.ID) })
				fmt.Println("cancelled", err)
			}
			select {}
		})
	}()
	go func() {
		for size := int64(1); ; size++ {
			if _, err := d.Update(ctx, pair(size)); err != nil {
				failed <- err
				return
			}
		}
	}()
	return <-failed
}

// pair changes two rows that belong together.
func pair(size int64) func(store.Tx) error {
	return func(tx store.Tx) error {
		if err := tx.PutExport(store.Export{Project: "p", ID: "1", Size: size}); err != nil {
			return err
		}
		return tx.PutImport(store.Import{Project: "p", ID: "1", Size: size})
	}
}

func TestJobsOfAKilledProcessGoOnAtOnceInTheNext(t *testing.T) {
	t.Parallel()
	key := newKey()
	keeper, err := database.NewKeeper(key)
	must(t, err)
	options := sqlite.Options{Path: filepath.Join(t.TempDir(), "db"), Options: database.Options{Keeper: keeper, BusyTimeout: time.Minute}}
	d, err := sqlite.Open(t.Context(), options)
	must(t, err)
	enqueue := func(id string) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: id}) }
	}
	mustUpdate(t, d, pair(0), enqueue("a"), enqueue("b"), enqueue("cancelled"))
	must(t, d.Close())

	const rounds = 3
	for round := range rounds {
		want := map[string]bool{fmt.Sprint("started a ", round+1): true, fmt.Sprint("started b ", round+1): true}
		if round == 0 {
			want["started cancelled 1"], want["cancelled <nil>"] = true, true
		}
		killWhenItHasSaid(t, options.Path, base64.URLEncoding.EncodeToString(key[:]), want)
	}

	d = open(t, options)
	mustView(t, d, func(tx store.Tx) error {
		e, err := tx.Export("p", "1")
		must(t, err)
		i, err := tx.Import("p", "1")
		if e.Size != i.Size {
			t.Errorf("half of an update is there: %d, %d", e.Size, i.Size)
		}
		t.Logf("%d updates by the last process", e.Size)
		return err
	})
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan string, 2)
	go func() {
		defer cancel()
		a, b := <-left, <-left
		if a+b != "ab" && a+b != "ba" {
			t.Errorf("jobs %s and %s", a, b)
		}
	}()
	must(t, d.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		if job.Attempt != rounds+1 {
			t.Errorf("job %+v", job)
		}
		_, err := d.Update(ctx, func(tx store.Tx) error { return tx.Finish(job) })
		left <- job.ID
		return err
	}))
	stats, err := d.Stats(t.Context())
	must(t, err)
	if stats.Jobs != 0 {
		t.Errorf("%d jobs are left", stats.Jobs)
	}
}

func killWhenItHasSaid(t *testing.T, path, key string, want map[string]bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path, childKey+"="+key)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	begin := time.Now()
	must(t, cmd.Start())
	first := true
	for lines := bufio.NewScanner(out); len(want) > 0 && lines.Scan(); {
		if first && strings.HasPrefix(lines.Text(), "started") {
			t.Logf("first job %v after the start of the process", time.Since(begin))
			first = false
		}
		if !want[lines.Text()] {
			t.Errorf("the process says %q", lines.Text())
		}
		delete(want, lines.Text())
	}
	must(t, cmd.Process.Kill())
	if err := cmd.Wait(); err == nil || len(want) > 0 {
		t.Errorf("the process ended with %v and has not said %v", err, want)
	}
}
