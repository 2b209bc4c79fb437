package middleware

import (
	"bytes"
	"cmp"
	stdjson "encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// formats checks the formats of the contract. It is passed to every
// validation, not registered: a registration would hold for every other user
// of kin-openapi in the program.
var formats = openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
	"uuid":      format("a UUID", isUUID),
	"uri":       format("an absolute http or https URL", isLink),
	"date-time": format("a date and time with an offset", isDateTime),
})

func format(what string, valid func(string) bool) openapi3.StringFormatValidator {
	err := errors.New("it is not " + what)
	return openapi3.NewCallbackValidator(func(value string) error {
		if valid(value) {
			return nil
		}
		return err
	})
}

var uuidOfAnyVersion = openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562)

func isUUID(value string) bool { return uuidOfAnyVersion.Validate(value) == nil }

// isLink reports whether value can be fetched as an import_link, the one URI
// of the contract. What stands after the host is for whoever fetches it to escape,
// as other clients do.
func isLink(value string) bool {
	value = strings.TrimSpace(value)
	scheme, rest, ok := strings.Cut(value, "://")
	if !ok || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	u, err := url.Parse(scheme + "://" + rest)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func isDateTime(value string) bool {
	_, err := time.Parse(time.RFC3339, value)
	return err == nil
}

// parameterOptions leaves requests as they came: the generated code sees nil
// for a parameter that was not sent.
var parameterOptions = &openapi3filter.Options{
	SkipSettingDefaults:     true,
	SchemaValidationOptions: []openapi3.SchemaValidationOption{formats},
}

// checkParameters checks path, query and header against the contract. Query
// parameters that it does not name are ignored.
func (op *operation) checkParameters(r *http.Request, query url.Values) error {
	input := &openapi3filter.RequestValidationInput{
		Request: r, QueryParams: query, Options: parameterOptions, PathParams: make(map[string]string, 2),
	}
	for _, p := range op.parameters {
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
	if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return innermost(e).Reason
	}
	if e, ok := errors.AsType[*openapi3filter.ParseError](err); ok {
		return "it is " + e.Reason
	}
	if e, ok := errors.AsType[*openapi3filter.RequestError](err); ok {
		return e.Reason
	}
	return ""
}

// numbers decodes a JSON number as it is written, or as the largest float64 if
// none is as large: the validator refuses the text of those, though the contract
// does not.
var numbers = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
	if dec.PeekKind() != '0' {
		return errors.ErrUnsupported // leaves it to the default
	}
	number, err := dec.ReadValue()
	if err != nil {
		return err
	}
	*v = stdjson.Number(number)
	if f, err := strconv.ParseFloat(string(number), 64); err != nil {
		*v = math.Copysign(math.MaxFloat64, f)
	}
	return nil
}))

// checkJSON checks that data is one JSON value that fits the schema. An empty
// array where the schema has an object becomes an empty object, in data itself.
func (op *operation) checkJSON(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return &Error{Status: http.StatusBadRequest, Message: "the body is empty", Detail: "a JSON object is expected"}
	}
	emptyObjects(data, op.schema)
	var value any
	if err := json.Unmarshal(data, &value, numbers); err != nil {
		return badJSON(err)
	}
	err := op.schema.VisitJSON(value, openapi3.VisitAsRequest(), formats)
	if err == nil {
		return nil
	}
	answer := &Error{Status: http.StatusBadRequest, Message: "the body does not fit the contract"}
	if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		e = innermost(e)
		var pointer jsontext.Pointer
		for _, token := range e.JSONPointer() {
			pointer = pointer.AppendToken(token)
		}
		answer.Detail = quoted("at " + quote(pointer) + ": " + cmp.Or(e.Reason, "it does not fit "+e.SchemaField))
	}
	return answer
}

// innermost returns the error that says what is wrong: those of allOf and
// the like only say that something is.
func innermost(e *openapi3.SchemaError) *openapi3.SchemaError {
	for {
		inner, ok := errors.AsType[*openapi3.SchemaError](e.Origin)
		if !ok {
			return e
		}
		e = inner
	}
}
