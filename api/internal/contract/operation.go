// Package contract holds requests and responses against the embedded contract:
// one checker for the middleware on the side of a server, and for the suites that
// ask one. What goes over the wire is the caller's.
package contract

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/gen/spec"
)

// Operation is what the contract says of one operation, as far as something is
// checked against it. It is shared by all and never changed.
type Operation struct {
	ID         string // as in exports_create
	Method     string
	Path       string // as in /projects/{project_name}/exports
	Parameters []*openapi3.Parameter
	Body       BodyKind
	Schema     *openapi3.Schema // of a JSON body
	whole      *openapi3.Operation
}

// BodyKind is what the body of a request is.
type BodyKind int

// What the body of a request can be.
const (
	NoBody BodyKind = iota
	JSONBody
	FormBody
)

// Operations returns the operations of the embedded contract by method and
// path, as in "GET /projects/{project_name}/exports". Reading the contract
// takes some milliseconds, so it is done once.
var Operations = sync.OnceValues(func() (map[string]*Operation, error) {
	doc, err := spec.GetSpec()
	if err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas {
		takeAnything(schema.Value)
	}
	all := make(map[string]*Operation)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			read, err := readOperation(method, path, item, op)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.OperationID, err)
			}
			all[method+" "+path] = read
		}
	}
	return all, nil
})

// takeAnything lets members without a type be null. They may be, as OpenAPI 3.0.3
// has it, but the validator refuses it.
func takeAnything(schema *openapi3.Schema) {
	for _, member := range schema.Properties {
		if member.Ref != "" { // a component, which has its turn
			continue
		}
		if s := member.Value; s.Type == nil && len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) == 0 {
			s.Nullable = true
		}
		takeAnything(member.Value)
	}
	for _, part := range schema.AllOf {
		if part.Ref == "" {
			takeAnything(part.Value)
		}
	}
}

func readOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) (*Operation, error) {
	read := &Operation{ID: op.OperationID, Method: method, Path: path, whole: op}
	for _, p := range item.Parameters {
		if op.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
			read.Parameters = append(read.Parameters, p.Value)
		}
	}
	for _, p := range op.Parameters {
		read.Parameters = append(read.Parameters, p.Value)
	}
	for _, p := range read.Parameters {
		if p.Schema == nil {
			return nil, fmt.Errorf("the parameter %s has no schema", p.Name)
		}
	}
	if op.RequestBody == nil {
		return read, nil
	}
	content := op.RequestBody.Value.Content
	switch {
	case content["application/json"] != nil:
		read.Body, read.Schema = JSONBody, content["application/json"].Schema.Value
	case content["multipart/form-data"] != nil:
		read.Body = FormBody
	default:
		return nil, errors.New("a body that is neither JSON nor a form cannot be checked")
	}
	return read, nil
}

// Find returns the operation of a request, whatever base path it lies under, or
// nil.
func Find(method, path string) (*Operation, error) {
	all, err := Operations()
	if err != nil {
		return nil, err
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	asked := strings.Split(path, "/")
	var found *Operation
	for _, op := range all {
		segments := strings.Split(op.Path[1:], "/")
		if op.Method == method && endIn(asked, segments) && (found == nil || len(op.Path) > len(found.Path)) {
			found = op
		}
	}
	return found, nil
}

// endIn reports whether a path ends in the segments of a template.
func endIn(path, template []string) bool {
	if len(path) < len(template) {
		return false
	}
	path = path[len(path)-len(template):]
	for i, segment := range template {
		if path[i] == "" || path[i] != segment && !strings.HasPrefix(segment, "{") {
			return false
		}
	}
	return true
}
