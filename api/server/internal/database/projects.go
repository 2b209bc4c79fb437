package database

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// The kinds of objects, as the members of a content are called.
const (
	deployments  = "deployments"
	pipelines    = "pipelines"
	environments = "environments"
	variables    = "environment_variables"
	services     = "services"
)

// Project implements [store.Tx].
func (t *tx) Project(name string) error {
	_, err := t.queries.Project(t.ctx, name)
	return t.result(err)
}

// AddProject implements [store.Tx]. A project that is there stays as it is.
func (t *tx) AddProject(name string) error {
	if err := t.writable(); err != nil {
		return err
	}
	return t.result(t.queries.AddProject(t.ctx, name))
}

// Content implements [store.Tx].
func (t *tx) Content(project string) (archive.Content, error) {
	var content archive.Content
	if err := t.Project(project); err != nil {
		return content, err
	}
	rows, err := t.queries.Objects(t.ctx, project)
	if err != nil {
		return content, t.result(err)
	}
	for _, row := range rows {
		switch row.Kind {
		case deployments:
			err = take(t, row, &content.Deployments)
		case pipelines:
			err = take(t, row, &content.Pipelines)
		case environments:
			err = take(t, row, &content.Environments)
		case variables:
			err = take(t, row, &content.EnvironmentVariables)
		case services:
			err = take(t, row, &content.Services)
		default:
			err = fmt.Errorf("unknown kind of object %q", row.Kind)
		}
		if err != nil {
			return archive.Content{}, fmt.Errorf("project %s: %s %q: %w", project, row.Kind, row.Name, err)
		}
	}
	return content, nil
}

// ContentSize implements [store.Tx].
func (t *tx) ContentSize(project string) (int64, error) {
	size, err := t.queries.ContentSize(t.ctx, project)
	return size, t.result(err)
}

// DocumentsSize implements [store.Tx].
func (t *tx) DocumentsSize(project, id string) (int64, error) {
	size, err := t.queries.DocumentsSize(t.ctx, queries.DocumentsSizeParams{Project: project, ID: id})
	return size, t.result(err)
}

func take[V any](t *tx, row queries.ObjectsRow, objects *map[string]V) error {
	var object V
	if err := t.unseal(row.Document, &object); err != nil {
		return err
	}
	if *objects == nil {
		*objects = make(map[string]V)
	}
	(*objects)[row.Name] = object
	return nil
}

// PutContent implements [store.Tx].
func (t *tx) PutContent(project string, objects archive.Content) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := t.Project(project); err != nil {
		return err
	}
	if err := put(t, project, deployments, objects.Deployments, blobsOfDeployment); err != nil {
		return err
	}
	if err := put(t, project, pipelines, objects.Pipelines, nil); err != nil {
		return err
	}
	if err := put(t, project, environments, objects.Environments, blobsOfEnvironment); err != nil {
		return err
	}
	if err := put(t, project, variables, objects.EnvironmentVariables, nil); err != nil {
		return err
	}
	return put(t, project, services, objects.Services, nil)
}

func put[V any](t *tx, project, kind string, objects map[string]V, blobs func(*V) []string) error {
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		object := objects[name]
		document, err := t.seal(&object)
		if err != nil {
			return fmt.Errorf("%s %q: %w", kind, name, err)
		}
		err = t.queries.PutObject(t.ctx, queries.PutObjectParams{
			Project: project, Kind: kind, Name: name, Document: document,
		})
		if err != nil {
			return t.result(err)
		}
		if blobs != nil {
			if err := t.refer(owner{kind, project, name}, blobs(&object)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Token implements [store.Tx].
func (t *tx) Token(hash store.Hash) (store.Token, error) {
	row, err := t.queries.Token(t.ctx, hash[:])
	if err != nil {
		return store.Token{}, t.result(err)
	}
	return store.Token{Hash: hash, Project: row.Project, Name: row.Name, Write: row.MayWrite}, nil
}

// PutToken implements [store.Tx].
func (t *tx) PutToken(token store.Token) error {
	if err := t.writable(); err != nil {
		return err
	}
	return t.result(t.queries.PutToken(t.ctx, queries.PutTokenParams{
		Hash: token.Hash[:], Project: token.Project, Name: token.Name, MayWrite: token.Write,
	}))
}

// DeleteTokens implements [store.Tx].
func (t *tx) DeleteTokens(name string) error {
	if err := t.writable(); err != nil {
		return err
	}
	return t.result(t.queries.DeleteTokens(t.ctx, name))
}
