package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// packageDiff compares the packages of the objects that both archives have.
type packageDiff struct {
	before, after *Archive
	changes       []Change
	buffer        []byte // to read through
}

func (p *packageDiff) compare() error {
	for _, name := range sorted(p.before.content.Deployments) {
		versions := p.before.content.Deployments[name].Versions
		for _, version := range sorted(versions) {
			if w, ok := p.after.content.Deployments[name].Versions[version]; ok {
				at := jsontext.Pointer("/deployments").AppendToken(name).AppendToken("versions").AppendToken(version)
				if err := p.pair(at, versions[version].Zip, w.Zip); err != nil {
					return err
				}
			}
		}
	}
	for _, name := range sorted(p.before.content.Environments) {
		if f, ok := p.after.content.Environments[name]; ok {
			if err := p.pair(jsontext.Pointer("/environments").AppendToken(name), p.before.content.Environments[name].Zip, f.Zip); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *packageDiff) pair(object jsontext.Pointer, before, after models.Nullable[string]) error {
	old, err := p.digest(p.before, before)
	if err != nil {
		return fmt.Errorf("the old archive: %w", err)
	}
	updated, err := p.digest(p.after, after)
	if err != nil {
		return fmt.Errorf("the new archive: %w", err)
	}
	if bytes.Equal(old, updated) {
		return nil
	}
	change := Change{Kind: Changed, Path: object.AppendToken("zip"), Old: old, New: updated}
	switch {
	case old == nil:
		change.Kind = Added
	case updated == nil:
		change.Kind = Removed
	default:
		if change.Files, change.Note, err = p.inside(before.Or(""), after.Or("")); err != nil {
			return err
		}
	}
	p.changes = append(p.changes, change)
	return nil
}

// digest returns the SHA-256 of a package as JSON text, nil for no package.
func (p *packageDiff) digest(a *Archive, zip models.Nullable[string]) (jsontext.Value, error) {
	path, ok := zip.Get()
	if !ok {
		return nil, nil
	}
	rc, err := a.OpenPackage(path)
	if err != nil {
		return nil, err
	}
	sum, err := p.sum(rc)
	if err != nil {
		return nil, err
	}
	return jsontext.Value(`"` + sum + `"`), nil
}

func (p *packageDiff) sum(rc io.ReadCloser) (string, error) {
	sum := sha256.New()
	// Without the io.WriterTo that a reader may have, and a buffer of its own.
	_, err := io.CopyBuffer(sum, struct{ io.Reader }{rc}, p.buffer)
	if err := errors.Join(err, rc.Close()); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
