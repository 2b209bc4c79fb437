package archive

import (
	"cmp"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/secrets"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// WithoutSecrets returns content without the values of secrets, as an export may
// hold it: of environment variables, and of objects in members that the contract
// does not know. What is secret goes by the shape of the data, wherever it stands:
// an object that says secret, as {name, value, secret: true}, is one, and all of it
// but its name and what is true, false or null may be a part of the secret. The
// argument is not changed, and what has no secret is shared with it.
func WithoutSecrets(content Content) Content { return hideAll(content, nil) }

// MaskSecrets returns content with null for the values of secrets, as a response
// may show it. [WithoutSecrets] says what those are. The argument is not changed, and
// what has no secret is shared with it.
func MaskSecrets(content Content) Content { return hideAll(content, jsontext.Value("null")) }

// saysSecret reports whether v is an object that says secret.
func saysSecret(v jsontext.Value) bool {
	var object members
	return secrets.Mentioned(v) && json.Unmarshal(v, &object) == nil && secrets.Says(object)
}

// holdsSecret reports whether v is or holds an object that says secret. What
// cannot be read is not shown.
func holdsSecret(v jsontext.Value) bool {
	if !secrets.Mentioned(v) {
		return false
	}
	tree, err := secrets.Tree(v)
	return err != nil || secrets.In(tree)
}

// withoutEmpty makes the empty value of a secret variable the same as none.
func withoutEmpty(value jsontext.Value, variable members) jsontext.Value {
	if string(value) == `""` && secrets.Says(variable) {
		return nil
	}
	return value
}

// hideAll puts instead in the place of what is secret, or nothing if that is nil.
func hideAll(content Content, instead any) Content {
	h := hiding{instead}
	// There may be many versions and variables, so each by itself.
	content.Deployments, _ = replaced(content.Deployments, func(d models.Deployment) (models.Deployment, bool) {
		versions, changedVersions := replaced(d.Versions, func(v models.DeploymentVersion) (models.DeploymentVersion, bool) {
			vars, changedVars := replaced(v.EnvironmentVariables, h.variable)
			v.EnvironmentVariables = nil
			v, changed := hiddenIn(h, v, deploymentVersionDocument.shape)
			v.EnvironmentVariables = vars
			return v, changed || changedVars
		})
		vars, changedVars := replaced(d.EnvironmentVariables, h.variable)
		d.Versions, d.EnvironmentVariables = nil, nil
		d, changed := hiddenIn(h, d, deploymentDocument.shape)
		d.Versions, d.EnvironmentVariables = versions, vars
		return d, changed || changedVars || changedVersions
	})
	content.Pipelines = hidden(h, content.Pipelines, pipelineDocument.shape)
	content.Environments = hidden(h, content.Environments, environmentDocument.shape)
	content.Services = hidden(h, content.Services, serviceDocument.shape)
	content.EnvironmentVariables, _ = replaced(content.EnvironmentVariables, h.variable)
	content.Unknown, _ = h.text(content.Unknown, free)
	return content
}

// replaced returns objects with what f makes of them, and whether f has changed one.
// Only then are they copied.
func replaced[M ~map[string]T, T any](objects M, f func(T) (T, bool)) (M, bool) {
	others, changed := objects, false
	for name, object := range objects {
		other, differs := f(object)
		if !differs {
			continue
		}
		if !changed {
			others, changed = maps.Clone(objects), true
		}
		others[name] = other
	}
	return others, changed
}

func hidden[T any](h hiding, objects map[string]T, s *shape) map[string]T {
	objects, _ = replaced(objects, func(object T) (T, bool) { return hiddenIn(h, object, s) })
	return objects
}

// hiddenIn hides what is secret in an object, and reports whether there was
// anything. One without a JSON form is shown without anything.
func hiddenIn[T any](h hiding, object T, s *shape) (shown T, changed bool) {
	list, err := json.Marshal([]*T{&object}) // inside a list a model is encoded without reflection
	if err != nil {
		return shown, true
	}
	data, changed := h.text(list[1:len(list)-1], s)
	if !changed {
		return object, false
	}
	if json.Unmarshal(data, &shown) != nil {
		shown = *new(T)
	}
	return shown, true
}

// variable is hiddenIn for a variable. Most have no member that the contract does
// not name.
func (h hiding) variable(v models.EnvironmentVariable) (models.EnvironmentVariable, bool) {
	if len(v.Unknown) > 0 {
		return hiddenIn(h, v, variableDocument.shape)
	}
	if _, ok := v.Value.Get(); !ok || v.Secret == nil || !*v.Secret {
		return v, false
	}
	v.Value = models.Nullable[string]{}
	if h.instead != nil {
		v.Value = models.Null[string]()
	}
	return v, true
}

type hiding struct{ instead any }

// text returns v as it may be shown, and whether that is another text: nothing if
// it cannot be read.
func (h hiding) text(v jsontext.Value, s *shape) (jsontext.Value, bool) {
	if !secrets.Mentioned(v) {
		return v, false
	}
	tree, err := secrets.Tree(v)
	if err == nil {
		if !h.in(tree, s) {
			return v, false
		}
		v, err = json.Marshal(tree, json.Deterministic(true))
	}
	if err != nil {
		v = nil
	}
	return v, true
}

// in changes a tree, and reports whether it had to.
func (h hiding) in(tree any, s *shape) (changed bool) {
	switch tree := tree.(type) {
	case []any:
		if s.kind == list || s.kind == anything {
			for _, element := range tree {
				changed = h.in(element, cmp.Or(s.elem, free)) || changed
			}
		}
	case map[string]any:
		changed = h.object(tree, s)
	}
	return changed
}

func (h hiding) object(object map[string]any, s *shape) (changed bool) {
	_, ofVariable := s.fields["secret"]
	byName := s.kind == dictionary || s.kind == variables // its members are objects, not what it says itself
	secret := !byName && secrets.Says(object)
	for name, member := range object {
		of, known := s.fields[name]
		switch {
		case byName:
			of = s.elem
		case !known:
			of = free
		}
		if secret && secrets.Hides(name, member) && (ofVariable || !known) {
			changed = true
			if object[name] = h.instead; h.instead == nil {
				delete(object, name)
			}
			continue
		}
		changed = h.in(member, of) || changed
	}
	return changed
}
