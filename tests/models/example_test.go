package models_test

import (
	"encoding/json"
	"fmt"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// What an import offers is edited and sent back to confirm it. Nothing that is
// not mentioned here changes: neither members that the contract does not name
// nor the difference between null, empty and absent.
func ExampleImportUpdate() {
	answer := []byte(`{
		"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de",
		"status": "confirmation",
		"error_message": "",
		"creation_date": "2020-06-18T08:32:14.876451Z",
		"size": 28391,
		"deployments": {
			"classifier": {
				"description": "",
				"default_version": null,
				"quota": {"id": 9007199254740993},
				"environment_variables": {"TOKEN": {"value": null, "secret": true}}
			}
		},
		"environments": {}
	}`)
	var detail models.ImportDetail
	if err := json.Unmarshal(answer, &detail); err != nil {
		fmt.Println(err)
		return
	}

	update := models.ImportUpdate{
		Deployments:          detail.Deployments,
		Pipelines:            detail.Pipelines,
		EnvironmentVariables: detail.EnvironmentVariables,
		Environments:         detail.Environments,
		Services:             detail.Services,
		Unknown:              detail.Unknown, // dictionaries of a later version
	}
	token := update.Deployments["classifier"].EnvironmentVariables["TOKEN"]
	token.Value = models.Value("a new secret")
	update.Deployments["classifier"].EnvironmentVariables["TOKEN"] = token

	body, err := json.MarshalIndent(update, "", "  ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body))
	// Output:
	// {
	//   "deployments": {
	//     "classifier": {
	//       "default_version": null,
	//       "description": "",
	//       "environment_variables": {
	//         "TOKEN": {
	//           "secret": true,
	//           "value": "a new secret"
	//         }
	//       },
	//       "quota": {
	//         "id": 9007199254740993
	//       }
	//     }
	//   },
	//   "environments": {}
	// }
}

// A member that can be null is absent, null or a value.
func ExampleNullable() {
	for _, data := range []string{`{}`, `{"value":null}`, `{"value":""}`, `{"value":"a"}`} {
		var variable models.EnvironmentVariable
		if err := json.Unmarshal([]byte(data), &variable); err != nil {
			fmt.Println(err)
			return
		}
		value, ok := variable.Value.Get()
		fmt.Printf("%-16s value %q %-5t null %-5t absent %t\n", data, value, ok, variable.Value.IsNull(), variable.Value.IsZero())
	}
	// Output:
	// {}               value "" false null false absent true
	// {"value":null}   value "" false null true  absent false
	// {"value":""}     value "" true  null false absent false
	// {"value":"a"}    value "a" true  null false absent false
}
