package middleware

import (
	"log/slog"
	"net/http"
	"strings"
)

// Credentials is the token of a request and what the request is about to do.
// Printed or logged it hides the token.
type Credentials struct {
	Scheme    string // "Token" or "Bearer", or what Options.ReadCredentials says
	Token     string // what follows the scheme
	Project   string // project_name as the path has it; not checked yet
	Operation string // as in "exports_create"
	Write     bool   // whether the operation is anything but a GET
}

// String describes the credentials without the token.
func (c Credentials) String() string {
	return c.Scheme + " *** for " + c.Operation + " in " + c.Project
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// LogValue is String, for slog.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ReadCredentials returns the token of a request, from the header
// "Authorization: Token <api token>" or "Authorization: Bearer <jwt>". Project and
// Operation are empty. Without a token, or with a malformed header, the error is
// an [*Error] with 401, which never quotes the header: what is malformed may
// still be a token. It is the default of Options.ReadCredentials, and of use to
// handlers in Options.Others.
func ReadCredentials(r *http.Request) (Credentials, error) {
	header := r.Header["Authorization"]
	switch {
	case len(header) == 0:
		return Credentials{}, unauthorized("there is no token; send the header Authorization: Token <api token>")
	case len(header) > 1:
		return Credentials{}, unauthorized("there is more than one Authorization header")
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	switch {
	case strings.EqualFold(scheme, "Token"):
		scheme = "Token"
	case strings.EqualFold(scheme, "Bearer"):
		scheme = "Bearer"
	default:
		return Credentials{}, unauthorized("the Authorization header has to start with Token or Bearer")
	}
	token = strings.Trim(token, " ")
	if token == "" {
		return Credentials{}, unauthorized("the Authorization header ends after " + scheme)
	}
	if !printableASCII(token) {
		return Credentials{}, unauthorized("the token contains a space or another character that a token cannot have; is the word Token doubled?")
	}
	return Credentials{Scheme: scheme, Token: token}, nil
}

func unauthorized(detail string) error {
	return &Error{Status: http.StatusUnauthorized, Message: "unauthorized", Detail: detail}
}
