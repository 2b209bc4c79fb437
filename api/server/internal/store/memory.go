package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// NewMemory returns a home that forgets everything when the process ends.
func NewMemory() Home {
	return &memory{
		bytes: bytesInMemory{blobs: map[string]kept{}},
		rows: rows{
			projects: map[string]archive.Content{},
			tokens:   map[Hash]Token{},
			exports:  map[key]Export{},
			imports:  map[key]Import{},
			blobs:    map[string]Blob{},
			shared:   map[string]string{},
			uses:     map[owner][]string{},
			users:    map[string]int{},
		},
		queue: queue{wake: make(chan struct{}, 1)},
	}
}

type memory struct {
	mu    sync.RWMutex
	rows  rows
	bytes bytesInMemory
	queue
}

type key struct{ project, id string }

type rows struct {
	projects map[string]archive.Content
	tokens   map[Hash]Token
	exports  map[key]Export
	imports  map[key]Import
	blobs    map[string]Blob
	shared   map[string]string  // SHA-256 -> key
	uses     map[owner][]string // keys of blobs
	users    map[string]int     // key of a blob -> number of uses
}

// An owner is what refers to blobs.
type owner struct{ project, kind, name string }

func (m *memory) Ping(ctx context.Context) error { return ctx.Err() }
func (m *memory) Blobs() Blobs                   { return &m.bytes }

var errClosed = errors.New("the server is closed")

// Close forgets everything.
func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = rows{}
	m.bytes.close()
	return nil
}

func (m *memory) View(ctx context.Context, f func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.rows.projects == nil {
		return errClosed
	}
	return f(&tx{rows: &m.rows, readOnly: true})
}

func (m *memory) Look(ctx context.Context, f func(Tx) error) error { return m.View(ctx, f) }

// Update works on the rows themselves and undoes its changes when f fails.
func (m *memory) Update(ctx context.Context, f func(Tx) error) (unused []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows.projects == nil {
		return nil, errClosed
	}
	t := &tx{rows: &m.rows, queue: &m.queue, touched: map[string]bool{}}
	done := false
	defer func() { // also when f panics
		if done {
			return
		}
		for _, undo := range slices.Backward(t.undo) {
			undo()
		}
	}()
	if err := f(t); err != nil {
		return nil, err
	}
	done = true
	for _, after := range t.after {
		after()
	}
	return t.forgetUnused(), nil
}

func (m *memory) Stats(ctx context.Context) (Stats, error) {
	stats := Stats{Exports: map[models.ExportStatus]int{}, Imports: map[models.ImportStatus]int{}}
	err := m.View(ctx, func(Tx) error {
		for _, e := range m.rows.exports {
			stats.Exports[e.Status]++
		}
		for _, i := range m.rows.imports {
			stats.Imports[i.Status]++
		}
		return nil
	})
	stats.Jobs = m.unfinished()
	return stats, err
}

type tx struct {
	rows     *rows
	queue    *queue
	readOnly bool
	undo     []func()
	after    []func()        // what happens when the transaction is made
	touched  map[string]bool // blobs that may have lost their last use
	strange  []string        // blobs whose bytes are known under another key
}

var errReadOnly = errors.New("a View cannot change anything")

func get[K comparable, V any](table map[K]V, k K) (V, error) {
	v, ok := table[k]
	if !ok {
		return v, ErrNotFound
	}
	return v, nil
}

func put[K comparable, V any](t *tx, table map[K]V, k K, v V) error {
	if t.readOnly {
		return errReadOnly
	}
	remember(t, table, k)
	table[k] = v
	return nil
}

func remove[K comparable, V any](t *tx, table map[K]V, k K) error {
	if t.readOnly {
		return errReadOnly
	}
	if _, ok := table[k]; !ok {
		return ErrNotFound
	}
	remember(t, table, k)
	delete(table, k)
	return nil
}

func remember[K comparable, V any](t *tx, table map[K]V, k K) {
	old, existed := table[k]
	t.undo = append(t.undo, func() {
		if existed {
			table[k] = old
		} else {
			delete(table, k)
		}
	})
}

func (t *tx) Project(name string) error {
	_, err := get(t.rows.projects, name)
	return err
}

func (t *tx) AddProject(name string) error {
	if t.Project(name) == nil {
		return nil
	}
	return put(t, t.rows.projects, name, archive.Content{})
}

func (t *tx) Content(project string) (archive.Content, error) { return get(t.rows.projects, project) }

func (*tx) ContentSize(string) (int64, error)           { return 0, nil }
func (*tx) DocumentsSize(string, string) (int64, error) { return 0, nil }

func (t *tx) PutContent(project string, objects archive.Content) error {
	content, err := t.Content(project)
	if err != nil {
		return err
	}
	for name, d := range objects.Deployments {
		if err := t.use(owner{project, "deployment", name}, zips(archive.Content{Deployments: map[string]models.Deployment{name: d}})); err != nil {
			return err
		}
	}
	for name, e := range objects.Environments {
		if err := t.use(owner{project, "environment", name}, zips(archive.Content{Environments: map[string]models.Environment{name: e}})); err != nil {
			return err
		}
	}
	return put(t, t.rows.projects, project, archive.Content{
		Deployments:          over(content.Deployments, objects.Deployments),
		Pipelines:            over(content.Pipelines, objects.Pipelines),
		Environments:         over(content.Environments, objects.Environments),
		EnvironmentVariables: over(content.EnvironmentVariables, objects.EnvironmentVariables),
		Services:             over(content.Services, objects.Services),
	})
}

func over[V any](table, objects map[string]V) map[string]V {
	table = maps.Clone(table)
	if table == nil {
		table = make(map[string]V, len(objects))
	}
	maps.Copy(table, objects)
	return table
}

func (t *tx) Token(h Hash) (Token, error) { return get(t.rows.tokens, h) }
func (t *tx) PutToken(v Token) error {
	return put(t, t.rows.tokens, v.Hash, v)
}

func (t *tx) DeleteTokens(name string) error {
	if t.readOnly {
		return errReadOnly
	}
	for hash, token := range t.rows.tokens {
		if token.Name == name {
			if err := remove(t, t.rows.tokens, hash); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) Export(project, id string) (Export, error) {
	return get(t.rows.exports, key{project, id})
}

func (t *tx) PutExport(e Export) error {
	keys := zips(e.Snapshot)
	if e.Blob != "" {
		keys = append(keys, e.Blob)
	}
	if err := t.use(owner{e.Project, "export", e.ID}, keys); err != nil {
		return err
	}
	return put(t, t.rows.exports, key{e.Project, e.ID}, e)
}

func (t *tx) DeleteExport(project, id string) error {
	if err := remove(t, t.rows.exports, key{project, id}); err != nil {
		return err
	}
	return t.use(owner{project, "export", id}, nil)
}

func (t *tx) Import(project, id string) (Import, error) {
	return get(t.rows.imports, key{project, id})
}

func (t *tx) PutImport(i Import) error {
	var keys []string
	if i.Blob != "" {
		keys = []string{i.Blob}
	}
	if err := t.use(owner{i.Project, "import", i.ID}, keys); err != nil {
		return err
	}
	return put(t, t.rows.imports, key{i.Project, i.ID}, i)
}

func (t *tx) DeleteImport(project, id string) error {
	if err := remove(t, t.rows.imports, key{project, id}); err != nil {
		return err
	}
	return t.use(owner{project, "import", id}, nil)
}

func (t *tx) Exports(project string, status models.ExportStatus) ([]Export, error) {
	var out []Export
	for k, e := range t.rows.exports {
		if k.project == project && (status == "" || e.Status == status) {
			e.Selection, e.Snapshot = models.ExportCreate{Description: e.Selection.Description}, archive.Content{}
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b Export) int { return cmp.Compare(b.ID, a.ID) })
	return out, nil
}

func (t *tx) Imports(project string, status models.ImportStatus) ([]Import, error) {
	var out []Import
	for k, i := range t.rows.imports {
		if k.project == project && (status == "" || i.Status == status) {
			i.Link, i.Scanned, i.Packages, i.Confirmed = "", archive.Content{}, nil, models.ImportUpdate{}
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b Import) int { return cmp.Compare(b.ID, a.ID) })
	return out, nil
}
