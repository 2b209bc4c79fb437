// Package transfer is the module's root and holds the contract. Everything in gen is
// generated from openapi.yaml by `go generate ./...`; see the packages
// [github.com/ubiops-contrib/transfer/api] for the client and
// [github.com/ubiops-contrib/transfer/api/server] for the reference server.
package transfer

import _ "embed"

//go:generate go run ./tests/contract/check openapi.yaml
//go:generate go tool oapi-codegen -config gen/models/config.yaml openapi.yaml
//go:generate go tool oapi-codegen -config gen/client/config.yaml openapi.yaml
//go:generate go tool oapi-codegen -config gen/server/config.yaml openapi.yaml
//go:generate go tool oapi-codegen -config gen/spec/config.yaml openapi.yaml

//go:embed openapi.yaml
var contract string

// Contract returns openapi.yaml as it is written, comments included. The
// package gen/spec has the same, parsed.
func Contract() string { return contract }
