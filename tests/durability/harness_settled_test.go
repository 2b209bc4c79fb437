package durability_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// settled waits until no job is left.
func (l *load) settled(t *testing.T, c *api.Client) (imports map[string]models.ImportList, exports map[string]models.ExportList) {
	t.Helper()
	var busy []string
	until(t, "jobs have not ended", func() bool {
		busy, imports, exports = nil, map[string]models.ImportList{}, map[string]models.ExportList{}
		list, err := c.Project(project).Imports.List(t.Context())
		must(t, err)
		for _, row := range list {
			imports[row.ID] = row
			switch row.Status {
			case models.ImportStatusConfirmation, models.ImportStatusCompleted, models.ImportStatusFailed:
			default:
				busy = append(busy, fmt.Sprint("import ", row.ID, " is ", row.Status))
			}
		}
		more, err := c.Project(project).Exports.List(t.Context())
		must(t, err)
		for _, row := range more {
			exports[row.ID] = row
			switch row.Status {
			case models.ExportStatusCompleted, models.ExportStatusFailed:
			default:
				busy = append(busy, fmt.Sprint("export ", row.ID, " is ", row.Status))
			}
		}
		return len(busy) == 0
	})
	return imports, exports
}

// check compares what the server has with what it has promised.
func (l *load) check(t *testing.T, c *api.Client) {
	t.Helper()
	imports, exports := l.settled(t, c)
	for id, made := range l.imports {
		row, there := imports[id]
		switch {
		case made.deleted == done && there:
			t.Errorf("import %s was deleted and is %s", id, row.Status)
		case made.deleted == never && !there:
			t.Errorf("import %s was accepted and is not there", id)
		case there && (made.skip || made.confirmed == done) && row.Status != models.ImportStatusCompleted,
			there && !made.skip && made.confirmed == never && row.Status != models.ImportStatusConfirmation:
			t.Errorf("import %s %+v is %s: %s", id, *made, row.Status, row.ErrorMessage)
		}
		if !there {
			delete(l.imports, id)
		}
	}
	for id, row := range imports {
		made := l.imports[id]
		if made == nil { // its response did not arrive
			made = &importMade{number: -1}
			l.imports[id] = made
		}
		made.deleted, made.confirmed = never, never
		if row.Status == models.ImportStatusCompleted {
			made.confirmed = done
		}
		if row.Status == models.ImportStatusFailed {
			t.Errorf("import %s failed: %s", id, row.ErrorMessage)
		}
		if err := checkImport(t.Context(), c, id, made.number); err != nil {
			t.Errorf("archive of import %s: %v", id, err)
		}
	}
	for id, made := range l.exports {
		row, there := exports[id]
		switch {
		case made.deleted == done && there:
			t.Errorf("export %s was deleted and is %s", id, row.Status)
		case made.deleted == never && !there:
			t.Errorf("export %s was accepted and is not there", id)
		}
		if !there {
			delete(l.exports, id)
		}
	}
	for id, row := range exports {
		l.exports[id] = &exportMade{}
		if row.Status == models.ExportStatusFailed {
			t.Errorf("export %s failed: %s", id, row.ErrorMessage)
		} else if err := checkExport(t.Context(), c, id); err != nil {
			t.Errorf("archive of export %s: %v", id, err)
		}
	}
	l.checkProject(t, c)
}

// checkProject looks at every object of the project.
func (l *load) checkProject(t *testing.T, c *api.Client) {
	t.Helper()
	row, err := c.Project(project).Exports.Create(t.Context(), api.Everything())
	must(t, err)
	must(t, exported(t.Context(), c, row.ID))
	if err := checkExport(t.Context(), c, row.ID); err != nil {
		t.Errorf("the project: %v", err)
	}
	must(t, c.Project(project).Exports.Delete(t.Context(), row.ID))
}

// prune keeps the newest imports and exports.
func (l *load) prune(t *testing.T, c *api.Client, keep int) {
	t.Helper()
	for i, id := range slices.Backward(slices.Sorted(maps.Keys(l.imports))) {
		if i < len(l.imports)-keep {
			if err := l.deleteImport(t.Context(), c, id); err != nil && !errors.Is(err, errOther) {
				t.Error(err)
			}
		}
	}
	for i, id := range slices.Backward(slices.Sorted(maps.Keys(l.exports))) {
		if i < len(l.exports)-keep {
			if err := l.deleteExport(t.Context(), c, id); err != nil && !errors.Is(err, errOther) {
				t.Error(err)
			}
		}
	}
}
