package api

import (
	"fmt"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// AcceptAll returns the confirmation that takes everything that an import
// offers, to be sent with [ImportsService.Confirm] as it is or edited. It shares
// its dictionaries with detail.
//
// Members that this package does not know are taken along where they are JSON
// objects, since that is what a new kind of object would be; the others only
// describe the import. The error says that those members are no JSON, which
// does not happen to what [ImportsService.Get] has returned.
func AcceptAll(detail *models.ImportDetail) (models.ImportUpdate, error) {
	unknown, err := objectsOf(detail.Unknown)
	if err != nil {
		return models.ImportUpdate{}, fmt.Errorf("unknown members of the import: %w", err)
	}
	return models.ImportUpdate{
		Deployments:          detail.Deployments,
		Pipelines:            detail.Pipelines,
		EnvironmentVariables: detail.EnvironmentVariables,
		Environments:         detail.Environments,
		Services:             detail.Services,
		Unknown:              unknown,
	}, nil
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
