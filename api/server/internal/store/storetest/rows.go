package storetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var rows = map[string]func(*testing.T, store.Store){
	"what is not there is not found": func(t *testing.T, s store.Store) {
		update(t, s, addProject, putExport(store.Export{ID: "1"}), putImport(store.Import{ID: "1"}),
			func(tx store.Tx) error { return tx.AddProject("other") })
		for what, f := range map[string]func(store.Tx) error{
			"project":         func(tx store.Tx) error { return tx.Project("none") },
			"content":         func(tx store.Tx) error { return second(tx.Content("none")) },
			"put content":     func(tx store.Tx) error { return tx.PutContent("none", archive.Content{}) },
			"token":           func(tx store.Tx) error { return second(tx.Token(store.Hash{1})) },
			"blob":            func(tx store.Tx) error { return second(tx.Blob("none")) },
			"export":          func(tx store.Tx) error { return second(tx.Export(project, "2")) },
			"import":          func(tx store.Tx) error { return second(tx.Import(project, "2")) },
			"export of other": func(tx store.Tx) error { return second(tx.Export("other", "1")) },
			"import of other": func(tx store.Tx) error { return second(tx.Import("other", "1")) },
			"delete export":   func(tx store.Tx) error { return tx.DeleteExport("other", "1") },
			"delete import":   func(tx store.Tx) error { return tx.DeleteImport("other", "1") },
		} {
			if err := fails(t, s, f); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: error %v", what, err)
			}
		}
		view(t, s, func(tx store.Tx) error {
			exports, err := tx.Exports("other", "")
			if len(exports) > 0 {
				t.Errorf("exports of other: %+v", exports)
			}
			return err
		})
	},
	"a project that is added again keeps its objects": func(t *testing.T, s store.Store) {
		update(t, s, addProject, putContent(deployments(models.Deployment{})))
		update(t, s, addProject)
		view(t, s, func(tx store.Tx) error {
			content, err := tx.Content(project)
			if len(content.Deployments) != 1 {
				t.Errorf("content %+v", content)
			}
			return err
		})
	},
	"a token is kept, replaced and deleted": func(t *testing.T, s store.Store) {
		token := store.Token{Hash: store.Hash{1, 31: 2}, Project: project, Name: "who"}
		for _, token.Write = range []bool{true, false} {
			update(t, s, func(tx store.Tx) error { return tx.PutToken(token) })
			view(t, s, func(tx store.Tx) error {
				got, err := tx.Token(token.Hash)
				if got != token {
					t.Errorf("token %+v, want %+v", got, token)
				}
				return err
			})
		}
		other := store.Token{Hash: store.Hash{2}, Project: project, Name: "whoever"}
		update(t, s, func(tx store.Tx) error { return errors.Join(tx.PutToken(other), tx.DeleteTokens("who")) })
		view(t, s, func(tx store.Tx) error {
			if _, err := tx.Token(token.Hash); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("the token is still there: %v", err)
			}
			_, err := tx.Token(other.Hash)
			return err
		})
	},
	"content keeps every member, and what is not put again": func(t *testing.T, s store.Store) {
		first := fullContent()
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putContent(first))
		sameContent(t, s, first)
		update(t, s, putContent(archive.Content{}))
		sameContent(t, s, first)
		update(t, s, putContent(archive.Content{
			Deployments: map[string]models.Deployment{"d": {Description: models.Null[string]()}},
			Services:    map[string]models.Service{"s2": {}},
		}))
		want := fullContent()
		want.Deployments["d"] = models.Deployment{Description: models.Null[string]()}
		want.Services["s2"] = models.Service{}
		sameContent(t, s, want)
	},
	"an export is kept whole and replaced": func(t *testing.T, s store.Store) {
		export := store.Export{
			Project: project, ID: "1", Status: models.ExportStatusProcessing, ErrorMessage: "because", Created: when, By: "who",
			Selection: models.ExportCreate{
				Description: models.Value("a note"),
				Deployments: map[string]models.DeploymentSelection{"d": {}},
				Unknown:     []byte(`{"new":1}`),
			},
			Packages: true, Blob: "k", Size: 1 << 40, Snapshot: fullContent(),
		}
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putImport(store.Import{ID: "2", Blob: "k"}))
		for _, e := range []store.Export{export, {Project: project, ID: "1"}} {
			update(t, s, putExport(e))
			view(t, s, func(tx store.Tx) error {
				got, err := tx.Export(project, "1")
				if !reflect.DeepEqual(got, e) {
					t.Errorf("export\n%+v, want\n%+v", got, e)
				}
				return err
			})
		}
	},
	"an export that is read, deleted and put again in one transaction is whole": func(t *testing.T, s store.Store) {
		want := store.Export{Project: project, ID: "1", Created: when, Snapshot: fullContent()}
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putContent(environments("k")), putExport(want), func(tx store.Tx) error {
			got, err := tx.Export(project, "1")
			if err == nil {
				got.Status = models.ExportStatusProcessing
				err = errors.Join(tx.PutExport(got), tx.DeleteExport(project, "1"), tx.PutExport(got))
			}
			return err
		})
		want.Status = models.ExportStatusProcessing
		view(t, s, func(tx store.Tx) error {
			got, err := tx.Export(project, "1")
			if !reflect.DeepEqual(got, want) {
				t.Errorf("export\n%+v, want\n%+v", got, want)
			}
			return err
		})
	},
	"an import that is read, deleted and put again in one transaction is whole": func(t *testing.T, s store.Store) {
		want := store.Import{Project: project, ID: "1", Created: when, Scanned: fullContent(), Packages: []string{"a.zip"}}
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putContent(environments("k")), putImport(want), func(tx store.Tx) error {
			got, err := tx.Import(project, "1")
			if err == nil {
				got.Status = models.ImportStatusConfirmation
				err = errors.Join(tx.PutImport(got), tx.DeleteImport(project, "1"), tx.PutImport(got))
			}
			return err
		})
		want.Status = models.ImportStatusConfirmation
		view(t, s, func(tx store.Tx) error {
			got, err := tx.Import(project, "1")
			if !reflect.DeepEqual(got, want) {
				t.Errorf("import\n%+v, want\n%+v", got, want)
			}
			return err
		})
	},
	"an import is kept whole and replaced": func(t *testing.T, s store.Store) {
		full := store.Import{
			Project: project, ID: "1", Status: models.ImportStatusConfirmation, ErrorMessage: "because", Created: when, By: "who",
			Link: "https://example.com/?signature=1", SkipConfirmation: true, Blob: "k", Size: 3, Scanned: fullContent(),
			Packages: []string{"a.zip", "b.zip"}, Confirmed: models.ImportUpdate{
				Deployments: map[string]models.Deployment{}, Unknown: []byte(`{"new":1}`),
			},
		}
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putContent(environments("k")))
		for _, i := range []store.Import{full, {Project: project, ID: "1"}} {
			update(t, s, putImport(i))
			view(t, s, func(tx store.Tx) error {
				got, err := tx.Import(project, "1")
				if !reflect.DeepEqual(got, i) {
					t.Errorf("import\n%+v, want\n%+v", got, i)
				}
				return err
			})
		}
	},
	"lists are newest first, by status, and without documents": func(t *testing.T, s store.Store) {
		update(t, s, addProject, addBlob(t, store.Blob{Key: "k"}, "k"), putContent(environments("k")))
		for _, id := range []string{"2", "3", "1"} {
			export := store.Export{
				ID: id, Status: models.ExportStatusPending, ErrorMessage: id, Created: when, By: "who", Packages: true, Blob: "k", Size: 3,
				Snapshot: fullContent(), Selection: models.ExportCreate{
					Description: models.Value("note " + id), Deployments: map[string]models.DeploymentSelection{"d": {}},
				},
			}
			i := store.Import{
				ID: id, Status: models.ImportStatusPending, ErrorMessage: id, Created: when, By: "who", Link: "l", SkipConfirmation: true,
				Blob: "k", Size: 3, Scanned: fullContent(), Packages: []string{"a"}, Confirmed: fullContent(),
			}
			if id == "2" {
				export.Status, i.Status = models.ExportStatusFailed, models.ImportStatusFailed
			}
			update(t, s, putExport(export), putImport(i))
		}
		view(t, s, func(tx store.Tx) error {
			for status, want := range map[models.ExportStatus][]string{
				"": {"3", "2", "1"}, models.ExportStatusPending: {"3", "1"}, models.ExportStatusCompleted: {},
			} {
				exports, err := tx.Exports(project, status)
				must(t, err)
				ids := []string{}
				for _, e := range exports {
					ids = append(ids, e.ID)
					wanted := store.Export{
						Project: project, ID: e.ID, Status: e.Status, ErrorMessage: e.ID, Created: when, By: "who", Packages: true,
						Blob: "k", Size: 3, Selection: models.ExportCreate{Description: models.Value("note " + e.ID)},
					}
					if !reflect.DeepEqual(e, wanted) {
						t.Errorf("listed export\n%+v, want\n%+v", e, wanted)
					}
				}
				if !reflect.DeepEqual(ids, want) {
					t.Errorf("exports of status %q: %v, want %v", status, ids, want)
				}
			}
			for status, want := range map[models.ImportStatus][]string{
				"": {"3", "2", "1"}, models.ImportStatusPending: {"3", "1"}, models.ImportStatusCompleted: {},
			} {
				imports, err := tx.Imports(project, status)
				must(t, err)
				ids := []string{}
				for _, i := range imports {
					ids = append(ids, i.ID)
					wanted := store.Import{
						Project: project, ID: i.ID, Status: i.Status, ErrorMessage: i.ID, Created: when, By: "who",
						SkipConfirmation: true, Blob: "k", Size: 3,
					}
					if !reflect.DeepEqual(i, wanted) {
						t.Errorf("listed import\n%+v, want\n%+v", i, wanted)
					}
				}
				if !reflect.DeepEqual(ids, want) {
					t.Errorf("imports of status %q: %v, want %v", status, ids, want)
				}
			}
			return nil
		})
	},
}

var when = time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)

// fullContent has an object of each kind. Its package is the blob k.
func fullContent() archive.Content {
	d := withPackages("k")
	d.Description = models.Value("text")
	d.Labels = models.Null[map[string]string]()
	d.Unknown = []byte(`{"new":[1.10,{"b":2,"a":1}]}`)
	secret := true
	return archive.Content{
		Deployments:          map[string]models.Deployment{"d": d, "empty": {}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"v": {Secret: &secret, Value: models.Value("hidden")}},
		Environments:         map[string]models.Environment{"e": {Zip: models.Value("k")}},
		Pipelines:            map[string]models.Pipeline{"p": {Description: models.Value("text")}},
		Services:             map[string]models.Service{"s": {Unknown: []byte(`{"colour":1}`)}},
	}
}

func sameContent(t *testing.T, s store.Store, want archive.Content) {
	t.Helper()
	view(t, s, func(tx store.Tx) error {
		got, err := tx.Content(project)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("content\n%+v, want\n%+v", got, want)
		}
		return err
	})
}
