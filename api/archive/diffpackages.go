package archive

import (
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
}

func (p *packageDiff) compare() error {
	for name, d := range p.before.content.Deployments {
		for version, v := range d.Versions {
			if w, ok := p.after.content.Deployments[name].Versions[version]; ok {
				at := jsontext.Pointer("/deployments").AppendToken(name).AppendToken("versions").AppendToken(version)
				if err := p.pair(at, v.Zip, w.Zip); err != nil {
					return err
				}
			}
		}
	}
	for name, e := range p.before.content.Environments {
		if f, ok := p.after.content.Environments[name]; ok {
			if err := p.pair(jsontext.Pointer("/environments").AppendToken(name), e.Zip, f.Zip); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *packageDiff) pair(object jsontext.Pointer, before, after models.Nullable[string]) error {
	old, err := p.before.digest(before)
	if err != nil {
		return fmt.Errorf("the old archive: %w", err)
	}
	updated, err := p.after.digest(after)
	if err != nil {
		return fmt.Errorf("the new archive: %w", err)
	}
	c := comparison{changes: p.changes}
	c.report(object.AppendToken("zip"), old, updated, false)
	p.changes = c.changes
	return nil
}

// digest returns the SHA-256 of a package as JSON text, nil for no package.
func (a *Archive) digest(zip models.Nullable[string]) (jsontext.Value, error) {
	path, ok := zip.Get()
	if !ok {
		return nil, nil
	}
	rc, err := a.OpenPackage(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, rc)
	if err := errors.Join(err, rc.Close()); err != nil {
		return nil, err
	}
	return jsontext.Value(`"sha256:` + hex.EncodeToString(sum.Sum(nil)) + `"`), nil
}
