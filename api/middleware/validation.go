package middleware

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

// parameterOptions leaves requests as they came: the generated code sees nil
// for a parameter that was not sent.
var parameterOptions = &openapi3filter.Options{
	SkipSettingDefaults:     true,
	SchemaValidationOptions: []openapi3.SchemaValidationOption{contract.Formats},
}

// checkParameters checks path, query and header against the contract. Query
// parameters that it does not name are ignored.
func (op *operation) checkParameters(r *http.Request, query url.Values) error {
	input := &openapi3filter.RequestValidationInput{
		Request: r, QueryParams: query, Options: parameterOptions, PathParams: make(map[string]string, 2),
	}
	for _, p := range op.Parameters {
		count := 0
		switch p.In {
		case openapi3.ParameterInPath:
			input.PathParams[p.Name] = r.PathValue(p.Name)
		case openapi3.ParameterInQuery:
			count = len(query[p.Name])
		case openapi3.ParameterInHeader:
			count = len(r.Header.Values(p.Name))
		}
		if count > 1 && !p.Schema.Value.Type.Is(openapi3.TypeArray) {
			return badParameter(p, "it is there more than once")
		}
		if err := openapi3filter.ValidateParameter(r.Context(), input, p); err != nil {
			return badParameter(p, parameterReason(err))
		}
	}
	return nil
}

func badParameter(p *openapi3.Parameter, reason string) error {
	return &Error{Status: http.StatusBadRequest, Message: "the " + p.In + " parameter " + p.Name + " is not valid", Detail: quoted(reason)}
}

func parameterReason(err error) string {
	if _, reason, ok := contract.Unfit(err); ok {
		return reason
	}
	if e, ok := errors.AsType[*openapi3filter.ParseError](err); ok {
		return "it is " + e.Reason
	}
	if e, ok := errors.AsType[*openapi3filter.RequestError](err); ok {
		return e.Reason
	}
	return ""
}

// checkJSON checks that data is one JSON value that fits the schema. An empty
// array where the schema has an object becomes an empty object, in data itself.
func (op *operation) checkJSON(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return &Error{Status: http.StatusBadRequest, Message: "the body is empty", Detail: "a JSON object is expected"}
	}
	emptyObjects(data, op.Schema)
	err := contract.CheckJSON(data, op.Schema, openapi3.VisitAsRequest())
	if at, reason, ok := contract.Unfit(err); ok {
		return &Error{Status: http.StatusBadRequest, Message: "the body does not fit the contract",
			Detail: quoted("at " + contract.Quote(at) + ": " + reason)}
	}
	if err != nil {
		return badJSON(err)
	}
	return nil
}
