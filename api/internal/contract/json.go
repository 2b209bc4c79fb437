package contract

import (
	"cmp"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CheckJSON checks that data is one JSON value that fits a schema. [Unfit] and
// [Syntax] explain the error, in words that quote no value: that may be a secret.
func CheckJSON(data []byte, schema *openapi3.Schema, way openapi3.SchemaValidationOption) error {
	var value any
	if err := json.Unmarshal(data, &value, numbers); err != nil {
		return err
	}
	return schema.VisitJSON(value, way, Formats)
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

// Unfit explains the error of a value that does not fit its schema: where, and why.
func Unfit(err error) (at jsontext.Pointer, reason string, ok bool) {
	e, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok {
		return "", "", false
	}
	e = innermost(e)
	for _, token := range e.JSONPointer() {
		at = at.AppendToken(token)
	}
	return at, cmp.Or(e.Reason, "it does not fit "+e.SchemaField), true
}

// Syntax explains the error of a text that is not JSON.
func Syntax(err error) (reason string, ok bool) {
	e, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case !ok:
		return "", false
	case errors.Is(e, jsontext.ErrDuplicateName):
		return "the member " + Quote(e.JSONPointer) + " occurs twice", true
	case errors.Is(e, io.ErrUnexpectedEOF):
		return "it ends too early", true
	}
	return fmt.Sprintf("it goes wrong at byte %d, at %s", e.ByteOffset, Quote(e.JSONPointer)), true
}

// innermost is the error that says what is really wrong: those of allOf and
// the like say only that something is.
func innermost(e *openapi3.SchemaError) *openapi3.SchemaError {
	for {
		inner, ok := errors.AsType[*openapi3.SchemaError](e.Origin)
		if !ok {
			return e
		}
		e = inner
	}
}

// Quote is a JSON pointer as it reads in a sentence.
func Quote(p jsontext.Pointer) string {
	if p == "" {
		return "the top level"
	}
	if len(p) > 300 {
		p = p[:300] + "..."
	}
	return strconv.Quote(string(p))
}
