package api

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/variables"
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
		filled := variables.Map(*u, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
			if !variables.Missing(v) {
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
