// Package storetest checks that a [store.Home] does what the comments of that
// package say.
package storetest

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Run runs all tests, each on a store of its own, which open makes and closes
// when its test ends. A job of that store should be tried again soon after a
// failure.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, group := range []map[string]func(*testing.T, store.Store){
		transactions, rows, references, jobs,
	} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	}
}

// RunBlobs runs the tests of blobs, each on others, which open makes and closes
// when its test ends.
func RunBlobs(t *testing.T, open func(t *testing.T) store.Blobs) {
	for _, group := range []map[string]func(*testing.T, store.Blobs){blobsWritten, blobsRead, blobsSwept} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	}
}

// project is the one that the tests work on.
const project = "project-1"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s store.Store, f func(store.Tx) error) {
	t.Helper()
	must(t, s.View(t.Context(), f))
}

// update makes changes and returns the keys of the blobs that nobody uses then.
func update(t *testing.T, s store.Store, changes ...func(store.Tx) error) []string {
	t.Helper()
	unused, err := s.Update(t.Context(), func(tx store.Tx) error { return all(tx, changes) })
	must(t, err)
	return unused
}

// fails makes changes that must not be made.
func fails(t *testing.T, s store.Store, changes ...func(store.Tx) error) error {
	t.Helper()
	unused, err := s.Update(t.Context(), func(tx store.Tx) error { return all(tx, changes) })
	if err == nil {
		t.Fatal("no error")
	}
	if len(unused) > 0 {
		t.Errorf("unused after a failure: %v", unused)
	}
	return err
}

func all(tx store.Tx, changes []func(store.Tx) error) error {
	for _, change := range changes {
		if err := change(tx); err != nil {
			return err
		}
	}
	return nil
}

func addProject(tx store.Tx) error { return tx.AddProject(project) }

func putExport(e store.Export) func(store.Tx) error {
	e.Project = project
	return func(tx store.Tx) error { return tx.PutExport(e) }
}

func putImport(i store.Import) func(store.Tx) error {
	i.Project = project
	return func(tx store.Tx) error { return tx.PutImport(i) }
}

func deleteExport(id string) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.DeleteExport(project, id) }
}

func deleteImport(id string) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.DeleteImport(project, id) }
}

func putContent(content archive.Content) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.PutContent(project, content) }
}

// addBlob adds a blob and wants it to get a key.
func addBlob(t *testing.T, b store.Blob, want string) func(store.Tx) error {
	return func(tx store.Tx) error {
		key, err := tx.AddBlob(b)
		if err == nil && key != want {
			t.Errorf("blob %s has the key %s, want %s", b.Key, key, want)
		}
		return err
	}
}

// enqueue adds a job to run an export.
func enqueue(id string) func(store.Tx) error {
	return func(tx store.Tx) error {
		return tx.Enqueue(store.Job{Kind: store.RunExport, Project: project, ID: id})
	}
}

func cancelJobs(id string) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.Cancel(id) }
}

// withPackages is a deployment with a version for each package.
func withPackages(zips ...string) models.Deployment {
	d := models.Deployment{Versions: map[string]models.DeploymentVersion{}}
	for _, zip := range zips {
		d.Versions["v-"+zip] = models.DeploymentVersion{Zip: models.Value(zip)}
	}
	return d
}

func deployments(d models.Deployment) archive.Content {
	return archive.Content{Deployments: map[string]models.Deployment{"d": d}}
}

func put(t *testing.T, b store.Blobs, content string) store.Blob {
	t.Helper()
	info, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	must(t, err)
	return info
}

func open(t *testing.T, b store.Blobs, info store.Blob) store.Reader {
	t.Helper()
	r, err := b.Open(t.Context(), info)
	must(t, err)
	t.Cleanup(func() { closed(t, r) })
	return r
}

func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func wantContent(t *testing.T, b store.Blobs, info store.Blob, want string) {
	t.Helper()
	r := open(t, b, info)
	got, err := io.ReadAll(r)
	if err != nil || string(got) != want || r.Size() != int64(len(want)) || info.Size != r.Size() {
		t.Errorf("%.30q of %d bytes, %d in %+v, error %v", got, r.Size(), len(got), info, err)
	}
}

// ended reports whether err is what Work may return when its context ends.
func ended(err error) bool { return err == nil || errors.Is(err, context.Canceled) }
