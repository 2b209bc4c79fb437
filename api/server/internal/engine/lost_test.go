package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// refusing is a store with transactions that refuse one change.
type refusing struct {
	store.Store
	finish  error // of a job
	addBlob error
}

func (r *refusing) Update(ctx context.Context, f func(store.Tx) error) ([]string, error) {
	return r.Store.Update(ctx, func(tx store.Tx) error { return f(&refusingTx{tx, r}) })
}

type refusingTx struct {
	store.Tx
	*refusing
}

func (t *refusingTx) Finish(job store.Job) error {
	if t.finish != nil {
		return t.finish
	}
	return t.Tx.Finish(job)
}

func (t *refusingTx) AddBlob(b store.Blob) (string, error) {
	if t.addBlob != nil {
		return "", t.addBlob
	}
	return t.Tx.AddBlob(b)
}

// packed is content with a package.
var packed = archive.Content{Environments: map[string]models.Environment{"e": {Zip: models.Value("e.zip")}}}

func zipOfPacked(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := archive.Write(&buf, packed, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("a package")), nil
	}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// stored returns the keys of all bytes that there are.
func stored(t *testing.T, e *engine.Engine) (keys []string) {
	t.Helper()
	if _, err := e.Blobs.Sweep(t.Context(), func(key string) (bool, error) {
		keys = append(keys, key)
		return true, nil
	}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil { // files have the real time
		t.Fatal(err)
	}
	return keys
}

func importRow(t *testing.T, e *engine.Engine, id string) (imp store.Import) {
	t.Helper()
	if err := e.Store.View(t.Context(), func(tx store.Tx) (err error) {
		imp, err = tx.Import("p", id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return imp
}

func TestLost_aJobThatWasTakenAwayChangesNothingAndLeavesNoBytes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before  string // the last status that is set
		prepare func(t *testing.T, e *engine.Engine) (id string)
	}{
		"export": {"processing", func(t *testing.T, e *engine.Engine) string {
			export, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
			if err != nil {
				t.Fatal(err)
			}
			return export.ID
		}},
		"scan": {"scanning", func(t *testing.T, e *engine.Engine) string {
			imp, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOfPacked(t)), false)
			if err != nil {
				t.Fatal(err)
			}
			return imp.ID
		}},
		"apply": {"processing", func(t *testing.T, e *engine.Engine) string {
			r := e.Store.(*refusing)
			lost := r.finish
			r.finish = nil
			imp, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOfPacked(t)), false)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			r.finish = lost
			if _, err := e.ConfirmImport(t.Context(), "p", imp.ID, models.ImportUpdate{}); err != nil {
				t.Fatal(err)
			}
			return imp.ID
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				e.Store = &refusing{Store: w, finish: store.ErrLost}
				var ends []engine.End
				e.OnJob = func(kind store.JobKind, end engine.End, _ time.Duration) {
					if string(kind) == name {
						ends = append(ends, end)
					}
				}
				id := test.prepare(t, e)
				synctest.Wait()
				if !slices.Equal(ends, []engine.End{engine.Dropped}) || w.seen[len(w.seen)-1] != test.before {
					t.Errorf("ends %q, statuses %q", ends, w.seen)
				}
				if err := w.View(t.Context(), func(tx store.Tx) error {
					content, err := tx.Content("p")
					if len(content.Environments) > 0 {
						t.Errorf("created %v", content.Environments)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
				var wanted []string
				if name == "export" {
					if err := e.DeleteExport(t.Context(), "p", id); err != nil {
						t.Fatal(err)
					}
				} else {
					wanted = []string{importRow(t, e, id).Blob}
				}
				if keys := stored(t, e); !slices.Equal(keys, wanted) {
					t.Errorf("bytes of %q; want %q", keys, wanted)
				}
			})
		})
	}
}

func TestLost_aJobThatFindsAnotherStatusChangesNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []store.JobKind{store.ScanImport, store.ApplyImport, store.RunExport} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				ends := make(chan engine.End, 1)
				e.OnJob = func(_ store.JobKind, end engine.End, _ time.Duration) { ends <- end }
				if _, err := w.Update(t.Context(), func(tx store.Tx) error {
					return errors.Join(
						tx.PutExport(store.Export{Project: "p", ID: "1", Status: models.ExportStatusFailed}),
						tx.PutImport(store.Import{Project: "p", ID: "1", Status: models.ImportStatusFailed}),
						tx.Enqueue(store.Job{Kind: kind, Project: "p", ID: "1"}))
				}); err != nil {
					t.Fatal(err)
				}
				if end := <-ends; end != engine.Dropped {
					t.Errorf("end %s", end)
				}
				wantSeen(t, w, "failed")
			})
		})
	}
}

// A link may be signed, and is no longer needed.
func TestLost_aLinkIsForgottenOnceItIsFetchedOrRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status  int
		addBlob error
		want    models.ImportStatus
		blobs   int
	}{
		"fetched":  {http.StatusOK, nil, models.ImportStatusConfirmation, 1},
		"refused":  {http.StatusNotFound, nil, models.ImportStatusFailed, 0},
		"not kept": {http.StatusOK, &engine.InvalidError{Message: "no"}, models.ImportStatusFailed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				data := zipOf(t, content)
				e.Store = &refusing{Store: w, addBlob: test.addBlob}
				e.Links = engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					return response(r, test.status, bytes.NewReader(data)), nil
				})}, nil, 0)
				imp := imported(t, e, signed)
				if imp.Status != test.want || imp.Link != "" {
					t.Errorf("import %+v", imp)
				}
				if keys := stored(t, e); len(keys) != test.blobs {
					t.Errorf("bytes of %q", keys)
				}
			})
		})
	}
}
