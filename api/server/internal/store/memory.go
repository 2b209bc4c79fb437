package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
)

// NewMemory returns a store that forgets everything when the process ends.
func NewMemory() Store {
	return &memory{wake: make(chan struct{}, 1), rows: rows{
		projects: map[string]Project{},
		tokens:   map[Hash]Token{},
		exports:  map[key]Export{},
		imports:  map[key]Import{},
	}}
}

type memory struct {
	mu   sync.RWMutex
	rows rows
	jobs []Job
	wake chan struct{} // holds a token while there may be jobs
}

type key struct{ project, id string }

type rows struct {
	projects map[string]Project
	tokens   map[Hash]Token
	exports  map[key]Export
	imports  map[key]Import
}

func (m *memory) View(ctx context.Context, f func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return f(&tx{rows: &m.rows})
}

// Update works on the rows themselves and undoes its changes when f fails.
func (m *memory) Update(ctx context.Context, f func(Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &tx{rows: &m.rows}
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
		return err
	}
	done = true
	m.jobs = append(m.jobs, t.jobs...)
	if len(t.jobs) > 0 {
		m.signal()
	}
	return nil
}

func (m *memory) Next(ctx context.Context) (Job, error) {
	for {
		select {
		case <-ctx.Done():
			return Job{}, ctx.Err()
		case <-m.wake:
		}
		if job, ok := m.take(); ok {
			return job, nil
		}
	}
}

func (m *memory) take() (Job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.jobs) == 0 {
		return Job{}, false
	}
	job := m.jobs[0]
	m.jobs = m.jobs[1:]
	if len(m.jobs) > 0 {
		m.signal()
	}
	return job, true
}

func (m *memory) signal() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

type tx struct {
	rows *rows
	undo []func()
	jobs []Job
}

func get[K comparable, V any](table map[K]V, k K) (V, error) {
	v, ok := table[k]
	if !ok {
		return v, ErrNotFound
	}
	return v, nil
}

func put[K comparable, V any](t *tx, table map[K]V, k K, v V) error {
	remember(t, table, k)
	table[k] = v
	return nil
}

func remove[K comparable, V any](t *tx, table map[K]V, k K) error {
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

func (t *tx) Project(name string) (Project, error) { return get(t.rows.projects, name) }
func (t *tx) PutProject(p Project) error           { return put(t, t.rows.projects, p.Name, p) }
func (t *tx) Token(h Hash) (Token, error)          { return get(t.rows.tokens, h) }
func (t *tx) PutToken(v Token) error               { return put(t, t.rows.tokens, v.Hash, v) }

func (t *tx) Export(project, id string) (Export, error) {
	return get(t.rows.exports, key{project, id})
}
func (t *tx) PutExport(e Export) error { return put(t, t.rows.exports, key{e.Project, e.ID}, e) }
func (t *tx) DeleteExport(project, id string) error {
	return remove(t, t.rows.exports, key{project, id})
}

func (t *tx) Import(project, id string) (Import, error) {
	return get(t.rows.imports, key{project, id})
}
func (t *tx) PutImport(i Import) error { return put(t, t.rows.imports, key{i.Project, i.ID}, i) }
func (t *tx) DeleteImport(project, id string) error {
	return remove(t, t.rows.imports, key{project, id})
}

func (t *tx) Exports(project string) ([]Export, error) {
	return newestFirst(t.rows.exports, project, func(e Export) string { return e.ID }), nil
}

func (t *tx) Imports(project string) ([]Import, error) {
	return newestFirst(t.rows.imports, project, func(i Import) string { return i.ID }), nil
}

func newestFirst[V any](table map[key]V, project string, id func(V) string) []V {
	var out []V
	for k, v := range maps.All(table) {
		if k.project == project {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b V) int { return cmp.Compare(id(b), id(a)) })
	return out
}

func (t *tx) BlobInUse(blob string) (bool, error) {
	for _, e := range t.rows.exports {
		if e.Blob == blob {
			return true, nil
		}
	}
	for _, i := range t.rows.imports {
		if i.Blob == blob {
			return true, nil
		}
	}
	return false, nil
}

func (t *tx) Enqueue(job Job) error {
	t.jobs = append(t.jobs, job)
	return nil
}
