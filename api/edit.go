package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// ConfirmFunc decides about an import that was scanned: it returns what the
// import is to create, or an error to refuse it.
type ConfirmFunc func(ctx context.Context, scanned *models.ImportDetail) (models.ImportUpdate, error)

// Edit changes a confirmation before it is sent; an error refuses the import.
// To override a field, write one; [Select] and [FillMissing] return others. The
// dictionaries may be those of the detail that was read: replace rather than
// change them where that matters.
type Edit func(*models.ImportUpdate) error

// Accept returns the confirmation of everything that an import offers, as
// [AcceptAll] does, after these edits in their order.
func Accept(edits ...Edit) ConfirmFunc {
	return func(_ context.Context, scanned *models.ImportDetail) (models.ImportUpdate, error) {
		update, err := AcceptAll(scanned)
		for _, edit := range edits {
			if err != nil {
				break
			}
			err = edit(&update)
		}
		return update, err
	}
}

// Select keeps the objects for which keep is true. The kind is the name of
// their dictionary, such as deployments or environment_variables (those of the
// project). A dictionary without any object left stays, empty, so that the
// confirmation does not mean everything.
func Select(keep func(kind, name string) bool) Edit {
	return func(u *models.ImportUpdate) error {
		u.Deployments = kept(u.Deployments, "deployments", keep)
		u.Pipelines = kept(u.Pipelines, "pipelines", keep)
		u.EnvironmentVariables = kept(u.EnvironmentVariables, "environment_variables", keep)
		u.Environments = kept(u.Environments, "environments", keep)
		u.Services = kept(u.Services, "services", keep)
		if len(u.Unknown) == 0 {
			return nil
		}
		var unknown map[string]map[string]jsontext.Value
		if err := json.Unmarshal(u.Unknown, &unknown); err != nil {
			return fmt.Errorf("unknown members of the confirmation: %w", err)
		}
		for kind, objects := range unknown {
			unknown[kind] = kept(objects, kind, keep)
		}
		var err error
		u.Unknown, err = json.Marshal(unknown, json.Deterministic(true))
		return err
	}
}

func kept[T any](objects map[string]T, kind string, keep func(kind, name string) bool) map[string]T {
	objects = maps.Clone(objects)
	maps.DeleteFunc(objects, func(name string, _ T) bool { return !keep(kind, name) })
	return objects
}

// FillMissing gives a value to every environment variable that has none, or an
// empty one where it is secret: an archive never has the values of secrets.
// value is asked with the JSON pointer to the variable, such as
// /deployments/d/versions/v1/environment_variables/API_KEY, whose LastToken is
// its name. The error names every variable for which it has none.
func FillMissing(value func(path jsontext.Pointer) (string, bool)) Edit {
	return func(u *models.ImportUpdate) error {
		var errs []error
		filled := mapVariables(*u, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
			present, ok := v.Value.Get()
			if ok && (present != "" || v.Secret == nil || !*v.Secret) {
				return v
			}
			if given, ok := value(path); ok {
				v.Value = models.Value(given)
			} else {
				errs = append(errs, fmt.Errorf("there is no value for %s", path))
			}
			return v
		})
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		*u = filled
		return nil
	}
}

// mapVariables returns an update with every variable replaced by what f makes
// of it, in a fixed order. The argument is not changed.
func mapVariables(u models.ImportUpdate, f func(jsontext.Pointer, models.EnvironmentVariable) models.EnvironmentVariable) models.ImportUpdate {
	within := func(path jsontext.Pointer, variables map[string]models.EnvironmentVariable) map[string]models.EnvironmentVariable {
		variables = maps.Clone(variables)
		for name, v := range sorted(variables) {
			variables[name] = f(path.AppendToken("environment_variables").AppendToken(name), v)
		}
		return variables
	}
	u.EnvironmentVariables = within("", u.EnvironmentVariables)
	u.Deployments = maps.Clone(u.Deployments)
	for name, d := range sorted(u.Deployments) {
		path := jsontext.Pointer("/deployments").AppendToken(name)
		d.EnvironmentVariables = within(path, d.EnvironmentVariables)
		d.Versions = maps.Clone(d.Versions)
		for version, v := range sorted(d.Versions) {
			v.EnvironmentVariables = within(path.AppendToken("versions").AppendToken(version), v.EnvironmentVariables)
			d.Versions[version] = v
		}
		u.Deployments[name] = d
	}
	return u
}

func sorted[T any](m map[string]T) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}
