package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A job is added in the transaction of its row and finished in that of its
// result.
func ExampleOpen() {
	if err := example(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// attempt 1 of export 1
	// waiting or running: 0
}

func example() error {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)                       //nolint:errcheck // of an example
	keeper, err := database.NewKeeper([32]byte{}) // a key of 32 random bytes
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "db"), Options: database.Options{Keeper: keeper}})
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.Update(ctx, func(tx store.Tx) error {
		if err := tx.PutExport(store.Export{Project: "p", ID: "1"}); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: "1"})
	})
	if err != nil {
		return err
	}
	err = d.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		defer cancel()
		fmt.Printf("attempt %d of %s %s\n", job.Attempt, job.Kind, job.ID)
		_, err := d.Update(ctx, func(tx store.Tx) error { return tx.Finish(job) })
		return err
	})
	if err != nil {
		return err
	}
	stats, err := d.Stats(context.Background())
	fmt.Println("waiting or running:", stats.Jobs)
	return err
}
