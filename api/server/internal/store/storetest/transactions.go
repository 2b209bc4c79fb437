package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var transactions = map[string]func(*testing.T, store.Store){
	"an update that fails or panics changes nothing": func(t *testing.T, s store.Store) {
		wanted := errors.New("no")
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"),
			putExport(store.Export{ID: "1", Status: models.ExportStatusPending, Blob: "k"}),
			putContent(deployments(models.Deployment{Description: models.Value("before")})))
		changes := func(tx store.Tx) error {
			return all(tx, []func(store.Tx) error{
				func(tx store.Tx) error { return tx.AddProject("other") },
				putExport(store.Export{ID: "1", Status: models.ExportStatusFailed}),
				putExport(store.Export{ID: "2"}),
				putImport(store.Import{ID: "3"}),
				deleteExport("1"),
				addBlob(t, store.Blob{Key: "l"}, "l"),
				putContent(deployments(models.Deployment{Description: models.Value("after")})),
				func(tx store.Tx) error { return tx.PutToken(store.Token{Hash: store.Hash{1}}) },
				enqueue("2"),
			})
		}
		for _, end := range []func() error{
			func() error { return wanted },
			func() error { panic(wanted) },
		} {
			unused, err := attempt(func() ([]string, error) {
				return s.Update(t.Context(), func(tx store.Tx) error {
					must(t, changes(tx))
					return end()
				})
			})
			if !errors.Is(err, wanted) || len(unused) > 0 {
				t.Fatalf("unused %v, error %v", unused, err)
			}
			view(t, s, func(tx store.Tx) error {
				for what, err := range map[string]error{
					"project": tx.Project("other"),
					"import":  second(tx.Import(project, "3")),
					"blob":    second(tx.Blob("l")),
					"token":   second(tx.Token(store.Hash{1})),
				} {
					if !errors.Is(err, store.ErrNotFound) {
						t.Errorf("%s after the failure: error %v", what, err)
					}
				}
				exports, err := tx.Exports(project, "")
				must(t, err)
				if len(exports) != 1 || exports[0].Status != models.ExportStatusPending {
					t.Errorf("exports after the failure: %+v", exports)
				}
				content, err := tx.Content(project)
				if content.Deployments["d"].Description.Or("") != "before" {
					t.Errorf("content after the failure: %+v", content)
				}
				return err
			})
		}
		stats, err := s.Stats(t.Context())
		must(t, err)
		if stats.Jobs != 0 {
			t.Errorf("%d jobs after the failure", stats.Jobs)
		}
	},
	"an update whose context has ended changes nothing": func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Update(ctx, addProject); !errors.Is(err, context.Canceled) {
			t.Errorf("update: error %v", err)
		}
		if err := s.View(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("view: error %v", err)
		}
		if err := s.Look(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("look: error %v", err)
		}
		view(t, s, func(tx store.Tx) error {
			if err := tx.Project(project); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("error %v", err)
			}
			return nil
		})
	},
	"a view returns the error of its function": func(t *testing.T, s store.Store) {
		wanted := errors.New("no")
		if err := s.View(t.Context(), func(store.Tx) error { return wanted }); !errors.Is(err, wanted) {
			t.Errorf("error %v", err)
		}
	},
	"a look finds rows and changes none": func(t *testing.T, s store.Store) {
		update(t, s, addProject, putExport(store.Export{ID: "1", Size: 5}))
		must(t, s.Look(t.Context(), func(tx store.Tx) error {
			e, err := tx.Export(project, "1")
			if e.Size != 5 {
				t.Errorf("export %+v", e)
			}
			if err := second(tx.Export(project, "2")); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("no row: error %v", err)
			}
			return err
		}))
		for what, change := range map[string]func(store.Tx) error{
			"add a project": func(tx store.Tx) error { return tx.AddProject("other") },
			"put an export": putExport(store.Export{ID: "1"}), "delete an export": deleteExport("1"), "enqueue": enqueue("1"),
		} {
			if err := s.Look(t.Context(), change); err == nil {
				t.Errorf("%s: no error", what)
			}
		}
		must(t, s.Look(t.Context(), func(tx store.Tx) error {
			if err := tx.Project("other"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("another project: error %v", err)
			}
			return second(tx.Export(project, "1"))
		}))
	},
	"an update sees its own changes": func(t *testing.T, s store.Store) {
		update(t, s, addProject, putExport(store.Export{ID: "1"}), func(tx store.Tx) error {
			return second(tx.Export(project, "1"))
		}, deleteExport("1"), func(tx store.Tx) error {
			if err := second(tx.Export(project, "1")); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("error %v", err)
			}
			return nil
		})
	},
	"updates at the same time come one after the other": func(t *testing.T, s store.Store) {
		update(t, s, addProject, putExport(store.Export{ID: "1"}))
		const n = 20
		errs := make(chan error, n)
		for range n {
			go func() {
				_, err := s.Update(t.Context(), func(tx store.Tx) error {
					e, err := tx.Export(project, "1")
					if err != nil {
						return err
					}
					e.Size++
					return tx.PutExport(e)
				})
				errs <- err
			}()
		}
		for range n {
			must(t, <-errs)
		}
		view(t, s, func(tx store.Tx) error {
			e, err := tx.Export(project, "1")
			if e.Size != n {
				t.Errorf("%d of %d changes", e.Size, n)
			}
			return err
		})
	},
	"a store that can be used says so": func(t *testing.T, s store.Store) {
		must(t, s.Ping(t.Context()))
	},
	"stats count rows by status and jobs": func(t *testing.T, s store.Store) {
		update(t, s, addProject,
			putExport(store.Export{ID: "1", Status: models.ExportStatusPending}),
			putExport(store.Export{ID: "2", Status: models.ExportStatusPending}),
			putExport(store.Export{ID: "3", Status: models.ExportStatusFailed}),
			putImport(store.Import{ID: "4", Status: models.ImportStatusScanning}),
			enqueue("1"), enqueue("2"))
		stats, err := s.Stats(t.Context())
		must(t, err)
		if want := map[models.ExportStatus]int{models.ExportStatusPending: 2, models.ExportStatusFailed: 1}; !reflect.DeepEqual(stats.Exports, want) {
			t.Errorf("exports %v, want %v", stats.Exports, want)
		}
		if want := map[models.ImportStatus]int{models.ImportStatusScanning: 1}; !reflect.DeepEqual(stats.Imports, want) {
			t.Errorf("imports %v, want %v", stats.Imports, want)
		}
		if stats.Jobs != 2 {
			t.Errorf("%d jobs, want 2", stats.Jobs)
		}
	},
}

func second[V any](_ V, err error) error { return err }

func attempt(f func() ([]string, error)) (unused []string, err error) {
	defer func() {
		if p, ok := recover().(error); ok {
			err = p
		}
	}()
	return f()
}

// sameKeys reports keys that are not those wanted, in any order.
func sameKeys(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
