package clientcheck

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// contract is the names of the query parameters of each operation. All else is
// checked by the server.
type contract map[apitest.Operation][]string

func readContract() (contract, error) {
	doc, err := spec.GetSpec()
	if err != nil {
		return nil, err
	}
	c := contract{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			names := []string{}
			for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
				if p.Value.In == "query" {
					names = append(names, p.Value.Name)
				}
			}
			c[apitest.Operation(operation.OperationID)] = names
		}
	}
	return c, nil
}

// broken says in what a request breaks the contract. Nothing is wrong with one that
// the server takes, or refuses for what it has: 403, 404 and 409.
func (c contract) broken(r apitest.Request) string {
	switch {
	case r.Operation == "" && r.Status >= http.StatusBadRequest:
		return fmt.Sprintf("%s %s is not in the contract", r.Method, r.Path)
	case r.Operation == "":
		return "" // served beside the contract
	case r.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s is not sent with the token in UBIOPS_API_TOKEN: %s", r.Operation, r.Error)
	}
	switch r.Status {
	case http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		return fmt.Sprintf("%s is refused with %d: %s", r.Operation, r.Status, r.Error)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Query)) {
		if !slices.Contains(c[r.Operation], name) {
			return fmt.Sprintf("%s has no query parameter %q", r.Operation, name)
		}
	}
	return ""
}

// allBroken says what is wrong with some requests, each once.
func (c contract) allBroken(requests []apitest.Request) []string {
	var texts []string
	for _, r := range requests {
		texts = append(texts, c.broken(r))
	}
	return distinct(texts)
}

// sent describes requests of one operation without values that may be secrets.
func (c contract) sent(requests []apitest.Request) string {
	var texts []string
	for _, r := range requests {
		known := maps.Clone(r.Query)
		maps.DeleteFunc(known, func(name string, _ []string) bool { return !slices.Contains(c[r.Operation], name) })
		text := r.Method + " " + r.Path
		if len(known) > 0 {
			text += "?" + known.Encode()
		}
		texts = append(texts, text+body(r)+fmt.Sprintf(" -> %d", r.Status))
	}
	texts = distinct(texts)
	text := strings.Join(texts[:min(len(texts), 3)], "; ")
	if len(texts) > 3 {
		text += fmt.Sprintf("; %d more", len(texts)-3)
	}
	return text
}

// body names what is in the body of a request.
func body(r apitest.Request) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Form)) {
		parts = append(parts, "field "+name)
	}
	if r.FileName != "" {
		parts = append(parts, fmt.Sprintf("file of %d bytes", r.FileSize))
	}
	if len(parts) > 0 {
		return " (" + strings.Join(parts, ", ") + ")"
	}
	if len(r.Body) == 0 {
		return ""
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(r.Body, &members); err != nil { // larger than the journal keeps, or no JSON
		return fmt.Sprintf(" (%d bytes)", r.In)
	}
	return " {" + strings.Join(slices.Sorted(maps.Keys(members)), ", ") + "}"
}

// distinct returns the texts that are not empty, each once.
func distinct(texts []string) []string {
	var out []string
	for _, text := range texts {
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
