package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/gen/spec"
)

// operation is what the contract says of one operation, as far as requests
// are checked against it. It is shared by all handlers and never changed.
type operation struct {
	id         string // as in exports_create
	method     string
	parameters []*openapi3.Parameter
	body       bodyKind
	schema     *openapi3.Schema // of a JSON body
	statuses   *openapi3.Responses
}

type bodyKind int

const (
	noBody bodyKind = iota
	jsonBody
	formBody
)

// operations returns the operations of the embedded contract by method and
// path, as in "GET /projects/{project_name}/exports". Reading the contract
// takes some milliseconds, so it is done once.
var operations = sync.OnceValues(func() (map[string]*operation, error) {
	doc, err := spec.GetSpec()
	if err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas {
		takeAnything(schema.Value)
	}
	all := make(map[string]*operation)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			read, err := readOperation(method, item, op)
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

func readOperation(method string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	read := &operation{id: op.OperationID, method: method, statuses: op.Responses}
	for _, p := range item.Parameters {
		if op.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
			read.parameters = append(read.parameters, p.Value)
		}
	}
	for _, p := range op.Parameters {
		read.parameters = append(read.parameters, p.Value)
	}
	for _, p := range read.parameters {
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
		read.body, read.schema = jsonBody, content["application/json"].Schema.Value
	case content["multipart/form-data"] != nil:
		read.body = formBody
	default:
		return nil, errors.New("a body that is neither JSON nor a form cannot be checked")
	}
	return read, nil
}

// answers reports whether a response may have the status. Those of conditional
// requests (RFC 9110) belong to every download.
func (op *operation) answers(status int) bool {
	switch {
	case status/100 == 2, status == http.StatusNotModified, status == http.StatusPreconditionFailed:
		return true
	case op.statuses.Status(status) != nil:
		return true
	}
	return op.statuses.Value(strconv.Itoa(status/100)+"XX") != nil
}
