// Package peers compares the client with others that do the same calls: one
// written by hand with net/http and encoding/json, and one that ogen makes from
// the same contract. It is a module of its own, for the sake of ogen's
// dependencies.
package peers

//go:generate go tool ogen -loglevel error -config ogen/config.yaml -target ogen -package ogen -clean ../../openapi.yaml
