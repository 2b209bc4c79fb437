// Package peers compares the client with others that do the same calls: one
// written by hand with net/http and encoding/json, and one that ogen makes from
// the same contract. It also compares the models with plain structs, which lose
// unknown members. It is a module of its own, for the sake of ogen's
// dependencies.
//
// What it is compared with is generated and not committed: go generate makes it,
// before anything else here builds.
package peers

//go:generate go tool -C ../.. oapi-codegen -config tests/peers/plain/config.yaml openapi.yaml
//go:generate go tool ogen -loglevel error -config ogen/config.yaml -target ogen -package ogen -clean ../../openapi.yaml
