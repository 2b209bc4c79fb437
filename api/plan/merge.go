package plan

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// merger merges what was confirmed with what was scanned. Dictionaries are merged
// as models, and only what is in them as JSON: so nothing is encoded twice, and
// members that the contract does not name need no rule for each.
type merger struct {
	problems *problems
	err      error // the first
}

// merge returns what update makes of scanned.
func merge(ps *problems, scanned archive.Content, update models.ImportUpdate) (archive.Content, error) {
	named := update.Deployments != nil || update.Pipelines != nil || update.Environments != nil ||
		update.EnvironmentVariables != nil || update.Services != nil
	if !named {
		if len(update.Unknown) > 0 {
			ps.add("/", "names nothing that can be created")
		}
		return scanned, nil
	}
	m := &merger{problems: ps}
	return archive.Content{
		Deployments:          mergeNamed(m, "/deployments", scanned.Deployments, update.Deployments, m.deployment),
		EnvironmentVariables: mergeNamed(m, "/environment_variables", scanned.EnvironmentVariables, update.EnvironmentVariables, mergeObject),
		Environments:         mergeNamed(m, "/environments", scanned.Environments, update.Environments, mergeObject),
		Pipelines:            mergeNamed(m, "/pipelines", scanned.Pipelines, update.Pipelines, m.pipeline),
		Services:             mergeNamed(m, "/services", scanned.Services, update.Services, mergeObject),
	}, m.err
}

// mergeNamed merges dictionaries: exactly what over names, each of which base has
// to have, and nothing if over is absent.
func mergeNamed[T any](m *merger, path jsontext.Pointer, base, over map[string]T, object func(path jsontext.Pointer, base, over T) (T, error)) map[string]T {
	if over == nil {
		return nil
	}
	out := make(map[string]T, len(over))
	for name, changes := range sorted(over) {
		at := path.AppendToken(name)
		scanned, ok := base[name]
		if !ok {
			m.problems.add(at, "is not in the archive")
			continue
		}
		merged, err := object(at, scanned, changes)
		if err != nil && m.err == nil {
			m.err = err
		}
		out[name] = merged
	}
	return out
}

// mergeInside merges dictionaries of an object: base as it is if over is absent.
func mergeInside[T any](m *merger, path jsontext.Pointer, base, over map[string]T, object func(path jsontext.Pointer, base, over T) (T, error)) map[string]T {
	if over == nil {
		return base
	}
	return mergeNamed(m, path, base, over, object)
}

func (m *merger) deployment(path jsontext.Pointer, base, over models.Deployment) (models.Deployment, error) {
	variables := mergeInside(m, path.AppendToken("environment_variables"), base.EnvironmentVariables, over.EnvironmentVariables, mergeObject)
	versions := mergeInside(m, path.AppendToken("versions"), base.Versions, over.Versions, m.deploymentVersion)
	base.EnvironmentVariables, base.Versions = nil, nil
	over.EnvironmentVariables, over.Versions = nil, nil
	out, err := mergeObject(path, base, over)
	out.EnvironmentVariables, out.Versions = variables, versions
	return out, err
}

func (m *merger) deploymentVersion(path jsontext.Pointer, base, over models.DeploymentVersion) (models.DeploymentVersion, error) {
	variables := mergeInside(m, path.AppendToken("environment_variables"), base.EnvironmentVariables, over.EnvironmentVariables, mergeObject)
	base.EnvironmentVariables, over.EnvironmentVariables = nil, nil
	out, err := mergeObject(path, base, over)
	out.EnvironmentVariables = variables
	return out, err
}

func (m *merger) pipeline(path jsontext.Pointer, base, over models.Pipeline) (models.Pipeline, error) {
	versions := mergeInside(m, path.AppendToken("versions"), base.Versions, over.Versions, mergeObject)
	base.Versions, over.Versions = nil, nil
	out, err := mergeObject(path, base, over)
	out.Versions = versions
	return out, err
}

// mergeObject merges the members of one object: absent as scanned, null the
// default, everything else replaced.
func mergeObject[T any](path jsontext.Pointer, base, over T) (out T, err error) {
	scanned, scannedErr := json.Marshal(&base, json.Deterministic(true))
	changes, changesErr := json.Marshal(&over, json.Deterministic(true))
	if err = errors.Join(scannedErr, changesErr); err == nil {
		if bytes.Equal(scanned, changes) {
			return base, nil // most are sent back as they were read
		}
		scanned, err = mergeMembers(scanned, changes)
	}
	if err == nil {
		err = json.Unmarshal(scanned, &out)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return out, err
}
