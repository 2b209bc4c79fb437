package durability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// asked is how far a request got whose effect has to last.
type asked int

const (
	never asked = iota
	sent        // and perhaps carried out
	done        // and answered with success
)

// importMade is an import that was answered with success.
type importMade struct {
	number             int // -1 if the archive is that of an export
	skip               bool
	confirmed, deleted asked
}

// exportMade is an export that was answered with success.
type exportMade struct{ deleted asked }

// load is what clients do to the server, and the responses that they got.
type load struct {
	links   *httptest.Server
	numbers atomic.Int64
	jobs    atomic.Int64
	dying   atomic.Bool // the server is about to be killed
	// tolerates says which errors of requests others explain; nil for none.
	tolerates func(error) bool

	mu      sync.Mutex
	imports map[string]*importMade
	exports map[string]*exportMade
}

func newLoad(t *testing.T) *load {
	l := &load{imports: map[string]*importMade{}, exports: map[string]*exportMade{}}
	l.links = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(numberedArchive(n))
	}))
	t.Cleanup(l.links.Close)
	return l
}

// errOther is a response that another client's deletion explains.
var errOther = errors.New("somebody else was faster")

// run does one thing after the other until ctx ends or the server dies.
func (l *load) run(ctx context.Context, t *testing.T, c *api.Client, random *rand.Rand) {
	for ctx.Err() == nil && !l.dying.Load() {
		name, err := l.step(ctx, c, random)
		if err == nil || errors.Is(err, errOther) || ctx.Err() != nil || l.dying.Load() || l.tolerates != nil && l.tolerates(err) {
			continue
		}
		t.Errorf("%s: %v", name, err)
	}
}

func (l *load) step(ctx context.Context, c *api.Client, random *rand.Rand) (string, error) {
	switch n := random.IntN(100); {
	case n < 30:
		number := int(l.numbers.Add(1))
		data := numberedArchive(number)
		return "upload", l.create(ctx, c, api.FromReader(bytes.NewReader(data), int64(len(data)), ""), number, random.IntN(2) == 0)
	case n < 40:
		number := int(l.numbers.Add(1))
		return "import from a link", l.create(ctx, c, api.FromLink(fmt.Sprint(l.links.URL, "/", number)), number, random.IntN(2) == 0)
	case n < 50:
		id := pick(l, random, l.exports, func(e *exportMade) bool { return e.deleted == never })
		return "import from an export", l.create(ctx, c, api.FromExport(id), -1, random.IntN(2) == 0)
	case n < 65:
		return "export", l.export(ctx, c)
	case n < 80:
		return "confirmation", l.confirm(ctx, c, random)
	case n < 90:
		return "delete", l.delete(ctx, c, random)
	default:
		return "download", l.download(ctx, c, random)
	}
}

// pick returns the id of one of the rows that fit, or one of nothing.
func pick[T any](l *load, random *rand.Rand, rows map[string]*T, fits func(*T) bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, seen := "00000000-0000-0000-0000-000000000000", 0
	for id, row := range rows {
		if fits(row) {
			if seen++; random.IntN(seen) == 0 {
				found = id
			}
		}
	}
	return found
}

// since marks what a response has shown.
func (l *load) since(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func skipping(skip bool) []api.CreateImportOption {
	if skip {
		return []api.CreateImportOption{api.SkipConfirmation()}
	}
	return nil
}

func (l *load) create(ctx context.Context, c *api.Client, source api.ImportSource, number int, skip bool) error {
	row, err := c.Project(project).Imports.Create(ctx, source, skipping(skip)...)
	if err != nil {
		if refused, ok := errors.AsType[*api.Error](err); number < 0 && ok && (refused.StatusCode == http.StatusNotFound ||
			refused.StatusCode == http.StatusBadRequest && strings.Contains(refused.Error(), "not completed")) {
			return errOther
		}
		return err
	}
	l.jobs.Add(1)
	l.since(func() { l.imports[row.ID] = &importMade{number: number, skip: skip} })
	return nil
}

func (l *load) export(ctx context.Context, c *api.Client) error {
	row, err := c.Project(project).Exports.Create(ctx, api.Everything())
	if err != nil {
		return err
	}
	l.jobs.Add(1)
	l.since(func() { l.exports[row.ID] = &exportMade{} })
	return nil
}

func (l *load) confirm(ctx context.Context, c *api.Client, random *rand.Rand) error {
	id := pick(l, random, l.imports, func(i *importMade) bool { return !i.skip && i.confirmed == never && i.deleted == never })
	l.mu.Lock()
	row := l.imports[id]
	if row == nil || row.confirmed != never {
		l.mu.Unlock()
		return errOther
	}
	row.confirmed = sent
	l.mu.Unlock()
	err := imported(ctx, c, id, models.ImportStatusConfirmation)
	if err == nil {
		_, err = c.Project(project).Imports.Confirm(ctx, id, models.ImportUpdate{})
	}
	if err == nil {
		l.jobs.Add(1)
		l.since(func() { row.confirmed = done })
	}
	return orDeleted(err)
}

func (l *load) delete(ctx context.Context, c *api.Client, random *rand.Rand) error {
	if random.IntN(3) == 0 {
		id := pick(l, random, l.exports, func(e *exportMade) bool { return e.deleted == never })
		return l.deleteExport(ctx, c, id)
	}
	id := pick(l, random, l.imports, func(i *importMade) bool { return i.deleted == never })
	return l.deleteImport(ctx, c, id)
}

func (l *load) deleteExport(ctx context.Context, c *api.Client, id string) error {
	row := l.exportRow(id)
	l.since(func() { row.deleted = max(row.deleted, sent) })
	err := c.Project(project).Exports.Delete(ctx, id)
	if err == nil {
		l.since(func() { row.deleted = done })
	}
	return orDeleted(err)
}

func (l *load) exportRow(id string) *exportMade {
	l.mu.Lock()
	defer l.mu.Unlock()
	if row := l.exports[id]; row != nil {
		return row
	}
	return new(exportMade)
}

func (l *load) deleteImport(ctx context.Context, c *api.Client, id string) error {
	l.mu.Lock()
	row := l.imports[id]
	if row == nil {
		row = new(importMade)
	}
	row.deleted = max(row.deleted, sent)
	l.mu.Unlock()
	err := c.Project(project).Imports.Delete(ctx, id)
	if err == nil {
		l.since(func() { row.deleted = done })
	}
	return orDeleted(err)
}

func (l *load) download(ctx context.Context, c *api.Client, random *rand.Rand) error {
	if random.IntN(2) == 0 {
		id := pick(l, random, l.exports, func(e *exportMade) bool { return e.deleted == never })
		err := checkExport(ctx, c, id)
		if errors.Is(err, api.ErrConflict) {
			return errOther
		}
		return orDeleted(err)
	}
	id := pick(l, random, l.imports, func(i *importMade) bool { return i.deleted == never })
	l.mu.Lock()
	number := -1
	if row := l.imports[id]; row != nil {
		number = row.number
	}
	l.mu.Unlock()
	err := checkImport(ctx, c, id, number)
	if errors.Is(err, api.ErrConflict) {
		return errOther
	}
	return orDeleted(err)
}
