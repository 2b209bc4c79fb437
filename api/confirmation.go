package api

import (
	"errors"
	"fmt"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Confirmation decides about an import that was scanned: it returns what the
// import is to create, or an error to refuse it. [Accept] makes one; step by
// step it is called with what [ImportsService.WaitScanned] returns:
//
//	update, err := api.Accept(api.FillFrom(os.LookupEnv))(scanned)
type Confirmation func(scanned *models.ImportDetail) (models.ImportUpdate, error)

// Edit changes a confirmation before it is sent; an error refuses the import.
// An Edit of your own replaces the dictionaries rather than changing them: they
// may be those of the detail that was read.
type Edit func(*models.ImportUpdate) error

// Accept takes everything that an import offers, after these edits in their
// order.
//
// Members that this package does not know are taken along if they are JSON
// objects, since that is what a new kind of object would be; the others only
// describe the import.
func Accept(edits ...Edit) Confirmation {
	return func(scanned *models.ImportDetail) (models.ImportUpdate, error) {
		members, err := objectsOf(scanned.Unknown)
		if err != nil {
			return models.ImportUpdate{}, fmt.Errorf("unknown members of the import: %w", err)
		}
		update := models.ImportUpdate{
			Deployments:          scanned.Deployments,
			Pipelines:            scanned.Pipelines,
			EnvironmentVariables: scanned.EnvironmentVariables,
			Environments:         scanned.Environments,
			Services:             scanned.Services,
			Unknown:              members,
		}
		for _, edit := range edits {
			if err := edit(&update); err != nil {
				return models.ImportUpdate{}, err
			}
		}
		return update, nil
	}
}

// objectsOf keeps the members of a JSON object whose values are objects.
func objectsOf(members jsontext.Value) (jsontext.Value, error) {
	if len(members) == 0 {
		return nil, nil
	}
	var values map[string]jsontext.Value
	if err := json.Unmarshal(members, &values); err != nil {
		return nil, err
	}
	maps.DeleteFunc(values, func(_ string, value jsontext.Value) bool { return value.Kind() != '{' })
	if len(values) == 0 {
		return nil, nil
	}
	return json.Marshal(values, json.Deterministic(true))
}

// Keep takes only the objects for which keep is true. The kind is the name of
// their dictionary, such as deployments or environment_variables (those of the
// project). A dictionary without any object left stays, empty, so that the
// confirmation does not mean everything.
func Keep(keep func(kind, name string) bool) Edit {
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

// EditDeployment changes a deployment. The import is refused if it does not
// offer the deployment, or if edit returns an error.
func EditDeployment(name string, edit func(*models.Deployment) error) Edit {
	return func(u *models.ImportUpdate) (err error) {
		u.Deployments, err = edited(u.Deployments, "deployment", name, edit)
		return err
	}
}

// EditVersion changes a version of a deployment. The import is refused if it
// does not offer the version, or if edit returns an error.
func EditVersion(deployment, version string, edit func(*models.DeploymentVersion) error) Edit {
	return EditDeployment(deployment, func(d *models.Deployment) (err error) {
		d.Versions, err = edited(d.Versions, "version", version, edit)
		return err
	})
}

func edited[T any](objects map[string]T, kind, name string, edit func(*T) error) (map[string]T, error) {
	object, ok := objects[name]
	if !ok {
		return objects, fmt.Errorf("the import does not offer the %s %q", kind, name)
	}
	if err := edit(&object); err != nil {
		return objects, fmt.Errorf("%s %q: %w", kind, name, err)
	}
	objects = maps.Clone(objects)
	objects[name] = object
	return objects, nil
}

// FillFrom gives a value to every environment variable that has none, or an
// empty one if it is a secret: an archive never has the values of secrets.
// lookup, such as [os.LookupEnv], is asked with the name of the variable. The
// error names every variable for which it has no value.
func FillFrom(lookup func(name string) (value string, ok bool)) Edit {
	return Fill(func(_, name string) (string, bool) { return lookup(name) })
}

// Fill is [FillFrom] for variables of one name that have different values: value
// is asked with the place of the variable as well, a JSON pointer such as
// /deployments/d/versions/v1/environment_variables/API_KEY.
func Fill(value func(place, name string) (value string, ok bool)) Edit {
	return func(u *models.ImportUpdate) error {
		var errs []error
		filled := variables.Map(*u, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
			if !variables.Missing(v) {
				return v
			}
			if given, ok := value(string(place), place.LastToken()); ok {
				v.Value = models.Value(given)
			} else {
				errs = append(errs, fmt.Errorf("no value for %s", place))
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

// secretsOf returns the values of the variables in an update that may be secret:
// one that says nothing about that keeps what the archive says.
func secretsOf(update models.ImportUpdate) []string {
	var secrets []string
	variables.Map(update, func(_ jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if v.Secret == nil || *v.Secret {
			secrets = append(secrets, v.Value.Or(""))
		}
		return v
	})
	return secrets
}
