package middleware

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// parseQuery returns the query of r. r.URL.Query would drop what is malformed,
// a filter for instance.
func parseQuery(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &Error{Status: http.StatusBadRequest, Message: "the query is malformed", Err: err}
	}
	return query, nil
}

const (
	maxUnknown     = 10 // names
	maxUnknownName = 64 // bytes
)

// unknownParameters returns the names in the query that the contract does not
// have, sorted; not all of them if there are many, and the beginning of those
// that are long: a client chose them.
func (op *operation) unknownParameters(query url.Values) []string {
	var unknown []string
	for name := range query {
		if !slices.ContainsFunc(op.Parameters, func(p *openapi3.Parameter) bool {
			return p.In == openapi3.ParameterInQuery && p.Name == name
		}) {
			unknown = append(unknown, clean(name, maxUnknownName))
		}
	}
	slices.Sort(unknown)
	return unknown[:min(len(unknown), maxUnknown)]
}

// parseBool reads a boolean of a form or a query: true, false, 1 or 0, in any
// case. The official Python client writes True, R writes TRUE.
func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// readBooleans returns r with the booleans of its query as the generated code
// takes them, and changes them in query alike. r itself stays as it is: it may
// be seen by others.
func (op *operation) readBooleans(r *http.Request, query url.Values) (*http.Request, error) {
	changed := false
	for _, p := range op.Parameters {
		if p.In != openapi3.ParameterInQuery || !p.Schema.Value.Type.Is(openapi3.TypeBoolean) {
			continue
		}
		for i, text := range query[p.Name] {
			value, ok := parseBool(text)
			plain := "false"
			switch {
			case text == "":
				return nil, badParameter(p, "it is empty")
			case !ok:
				return nil, badParameter(p, "it is not a boolean: true, false, 1 or 0")
			case value:
				plain = "true"
			}
			if text != plain {
				query[p.Name][i], changed = plain, true
			}
		}
	}
	if !changed {
		return r, nil
	}
	r = r.WithContext(r.Context()) // a copy
	target := *r.URL
	target.RawQuery = query.Encode()
	r.URL = &target
	return r, nil
}
