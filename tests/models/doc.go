// Package models holds the tests of the generated models: that they lose
// nothing, and what that costs next to plain structs, which are generated here
// from the same contract.
package models

//go:generate go tool oapi-codegen -config plain/config.yaml ../../openapi.yaml
