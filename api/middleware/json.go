package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

// WriteJSON answers with status and v, a type of gen/models or a slice of
// them, with every unknown member that v carries. Nothing is written when v
// does not encode. The error, also that of a failed write, is for [WriteError].
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encoding the response: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("sending the response: %w", err)
	}
	return nil
}

// ReadJSON decodes the body of r, which the middleware has validated, into a
// type of gen/models, and keeps every unknown member. What the schema allows
// and Go cannot hold, such as an integer over 2^63, is an [*Error] with 400.
func ReadJSON(r *http.Request, v any) error {
	if err := json.UnmarshalRead(r.Body, v); err != nil {
		return badJSON(err)
	}
	return nil
}

// badJSON is the response to a body that does not decode. It says where and
// why, in words that quote no value: that may be a secret. For the same reason
// it does not wrap err, which does quote.
func badJSON(err error) error {
	if isAnswer(err) {
		return err
	}
	answer := &Error{Status: http.StatusBadRequest, Message: "the body is not valid JSON"}
	if detail, ok := contract.Syntax(err); ok {
		answer.Detail = detail
	} else if e, ok := errors.AsType[*json.SemanticError](err); ok {
		answer.Message = "the body cannot be read"
		answer.Detail = fmt.Sprintf("at %s: the value does not fit the type %v", contract.Quote(e.JSONPointer), e.GoType)
	}
	return answer
}
