package store_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestUpdateThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	s, wanted := store.NewMemory(), errors.New("no")
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(
			tx.PutProject(store.Project{Name: "p"}),
			tx.PutExport(store.Export{Project: "p", ID: "1", Status: models.ExportStatusPending}))
	}))
	for _, end := range []func() error{
		func() error { return wanted },
		func() error { panic(wanted) },
	} {
		err := attempt(func() error {
			return s.Update(t.Context(), func(tx store.Tx) error {
				must(t, tx.PutExport(store.Export{Project: "p", ID: "1", Status: models.ExportStatusFailed}))
				must(t, tx.PutExport(store.Export{Project: "p", ID: "2"}))
				must(t, tx.DeleteExport("p", "1"))
				must(t, tx.Enqueue(store.Job{ID: "never"}))
				return end()
			})
		})
		if !errors.Is(err, wanted) {
			t.Fatalf("error %v", err)
		}
		must(t, s.View(t.Context(), func(tx store.Tx) error {
			exports, err := tx.Exports("p")
			if len(exports) != 1 || exports[0].Status != models.ExportStatusPending {
				t.Errorf("exports after the failure: %+v", exports)
			}
			return err
		}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if job, err := s.Next(ctx); err == nil {
		t.Errorf("a job of a failed update: %+v", job)
	}
}

func attempt(f func() error) (err error) {
	defer func() {
		if p, ok := recover().(error); ok {
			err = p
		}
	}()
	return f()
}

func TestRowsOfAnotherProjectAreNotThere(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.PutExport(store.Export{Project: "a", ID: "1"}), tx.PutImport(store.Import{Project: "a", ID: "1"}))
	}))
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		_, exportErr := tx.Export("b", "1")
		_, importErr := tx.Import("b", "1")
		_, projectErr := tx.Project("b")
		_, tokenErr := tx.Token(store.Hash{})
		for _, err := range []error{exportErr, importErr, projectErr, tokenErr, tx.DeleteExport("b", "1"), tx.DeleteImport("b", "1")} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("error %v", err)
			}
		}
		exports, err := tx.Exports("b")
		if len(exports) != 0 {
			t.Errorf("exports of b: %+v", exports)
		}
		return err
	}))
}

func TestListsAreNewestFirst(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	must(t, s.Update(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"2", "3", "1"} {
			must(t, tx.PutExport(store.Export{Project: "p", ID: id}))
			must(t, tx.PutImport(store.Import{Project: "p", ID: id}))
		}
		return nil
	}))
	must(t, s.View(t.Context(), func(tx store.Tx) error {
		exports, err := tx.Exports("p")
		must(t, err)
		imports, err := tx.Imports("p")
		must(t, err)
		for i, want := range []string{"3", "2", "1"} {
			if exports[i].ID != want || imports[i].ID != want {
				t.Errorf("at %d: export %s, import %s; want %s", i, exports[i].ID, imports[i].ID, want)
			}
		}
		return nil
	}))
}

func TestNextHandsOutEachJobOnceAndInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		got := make(chan string)
		ctx, cancel := context.WithCancel(t.Context())
		for range 3 {
			go func() {
				for {
					job, err := s.Next(ctx)
					if err != nil {
						return
					}
					got <- job.ID
				}
			}()
		}
		synctest.Wait() // all of them wait
		must(t, s.Update(ctx, func(tx store.Tx) error {
			return errors.Join(tx.Enqueue(store.Job{ID: "a"}), tx.Enqueue(store.Job{ID: "b"}), tx.Enqueue(store.Job{ID: "c"}))
		}))
		seen := map[string]int{}
		for range 3 {
			seen[<-got]++
		}
		if len(seen) != 3 {
			t.Errorf("jobs: %v", seen)
		}
		cancel()
		synctest.Wait()
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
