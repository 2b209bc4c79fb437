package contract

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// A Mismatch is a response that breaks the contract.
type Mismatch struct {
	Operation string // as in exports_create
	Status    int
	Reason    string // with the JSON pointer or the header; it quotes no value of a body
}

// Error reads like "exports_get: 200: at "/size": number must be at least 0".
func (m *Mismatch) Error() string { return fmt.Sprintf("%s: %d: %s", m.Operation, m.Status, m.Reason) }

// Answers reports whether a response may have the status. Those of conditional
// requests (RFC 9110) belong to every download, and 408 to every body that is too
// slow.
func (op *Operation) Answers(status int) bool {
	return ofHTTP(status) || op.whole.Responses.Status(status) != nil
}

func ofHTTP(status int) bool {
	return status == http.StatusNotModified || status == http.StatusPreconditionFailed || status == http.StatusRequestTimeout
}

// CheckHeader checks what is known of a response before its body: that the
// operation has the status, the header, and the content type. The error is a
// [*Mismatch].
func (op *Operation) CheckHeader(status int, header http.Header) error {
	if ofHTTP(status) {
		return nil
	}
	declared := op.whole.Responses.Status(status)
	if declared == nil {
		return &Mismatch{op.ID, status, "the operation has no such status"}
	}
	asked := &http.Request{Method: op.Method}
	err := openapi3filter.ValidateResponse(asked.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, Route: &routers.Route{Operation: op.whole}},
		Status:                 status,
		Header:                 header,
		Options:                &openapi3filter.Options{ExcludeResponseBody: true, SchemaValidationOptions: []openapi3.SchemaValidationOption{Formats}},
	})
	if e, ok := errors.AsType[*openapi3filter.ResponseError](err); ok {
		if _, reason, ok := Unfit(err); ok {
			return &Mismatch{op.ID, status, e.Reason + ": " + reason}
		}
		return &Mismatch{op.ID, status, e.Reason}
	}
	kind := header.Get("Content-Type")
	if content := declared.Value.Content; len(content) > 0 && content.Get(kind) == nil {
		return &Mismatch{op.ID, status, fmt.Sprintf("the content type is %q, which the contract does not have", kind)}
	}
	return nil
}

// Streams reports whether the body of a response is an archive, which nothing is
// checked of.
func (op *Operation) Streams(status int, header http.Header) bool {
	declared := op.whole.Responses.Status(status)
	return declared != nil && len(declared.Value.Content) > 0 && !isJSON(header)
}

// CheckBody checks the body of a response whose header is right. An archive is not
// looked at. The error is a [*Mismatch].
func (op *Operation) CheckBody(status int, header http.Header, body []byte) error {
	declared := op.whole.Responses.Status(status)
	switch {
	case ofHTTP(status) || declared == nil:
		return nil
	case len(declared.Value.Content) == 0:
		if len(body) > 0 {
			return &Mismatch{op.ID, status, fmt.Sprintf("it has a body of %d bytes, which the contract does not have", len(body))}
		}
		return nil
	case !isJSON(header):
		return nil
	}
	media := declared.Value.Content.Get(header.Get("Content-Type"))
	if media == nil {
		return nil // of which CheckHeader tells
	}
	err := CheckJSON(body, media.Schema.Value, openapi3.VisitAsResponse())
	if err == nil {
		return nil
	}
	if at, reason, ok := Unfit(err); ok {
		return &Mismatch{op.ID, status, "at " + Quote(at) + ": " + reason}
	}
	reason, ok := Syntax(err)
	if !ok {
		reason = "it cannot be read"
	}
	return &Mismatch{op.ID, status, "the body is not valid JSON: " + reason}
}

func isJSON(header http.Header) bool {
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}
