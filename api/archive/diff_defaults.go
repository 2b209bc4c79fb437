package archive

import "github.com/go-json-experiment/json/jsontext"

// defaults are the named defaults: the values that mean the same as no value,
// by member, in any object of the contract. Null means it for every member.
// One more depends on its object: the value "" of a secret variable, which is
// how archives leave the value of a secret out.
//
// Numbers and booleans of versions are not here: what the platform takes for
// a missing one is documented nowhere, and changes.
var defaults = map[string]string{
	// The page's examples and real archives write these for nothing.
	"description":       `""`,
	"display_name":      `""`,
	"labels":            `{}`,
	"reference_version": `""`,

	// Documented.
	"reference_type": `"deployment"`,

	// A variable is plain unless it says otherwise.
	"secret": `false`,

	// No object and no setting has an empty name.
	"default_version":          `""`,
	"base_environment":         `""`,
	"environment":              `""`,
	"instance_type":            `""`,
	"instance_type_group_name": `""`,
	"language":                 `""`,
	"deployment_mode":          `""`,
	"request_retention_mode":   `""`,
	"scaling_strategy":         `""`,

	// An empty collection has nothing to differ in.
	"configuration":         `{}`,
	"deployments":           `{}`,
	"pipelines":             `{}`,
	"environments":          `{}`,
	"services":              `{}`,
	"versions":              `{}`,
	"environment_variables": `{}`,
	"input_fields":          `[]`,
	"output_fields":         `[]`,
	"objects":               `[]`,
	"attachments":           `[]`,
	"sources":               `[]`,
	"mapping":               `[]`,
	"ports":                 `[]`,
}

// withoutDefault makes null and a named default the same as an absent member.
func withoutDefault(name string, v jsontext.Value) jsontext.Value {
	if v == nil || v.Kind() == jsontext.KindNull || string(v) == defaults[name] {
		return nil
	}
	return v
}
