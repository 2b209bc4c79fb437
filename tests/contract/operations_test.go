package contract

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	var tags []string
	for _, tag := range doc.Tags {
		tags = append(tags, tag.Name)
	}
	ids := operations(doc)
	for id, op := range ids {
		if op.Summary == "" || op.Description == "" {
			t.Errorf("%s has no summary or no description", id)
		}
		if len(op.Tags) != 1 || !slices.Contains(tags, op.Tags[0]) || !strings.HasPrefix(id, op.Tags[0]) {
			t.Errorf("%s has the tags %v", id, op.Tags)
		}
	}
}

func TestOneCallsAnswerLeadsToTheNextCall(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	for _, finding := range brokenLinks(doc) {
		t.Error(finding)
	}
	for _, way := range [][]string{
		{"exports_create", "exports_get", "exports_download"},
		{"exports_create", "exports_get", "exports_delete"},
		{"exports_list", "exports_get"},
		{"imports_create", "imports_get", "imports_update", "imports_get"},
		{"imports_create", "imports_get", "imports_download"},
		{"imports_create", "imports_get", "imports_delete"},
		{"imports_list", "imports_get"},
	} {
		for i, to := range way[1:] {
			if !slices.Contains(next(operations(doc)[way[i]]), to) {
				t.Errorf("no link leads from %s to %s", way[i], to)
			}
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	t.Parallel()
	const links = "/components/links/"
	whole := tree(t)
	for _, test := range []struct {
		name  string
		at    jsontext.Pointer
		value any
		want  string
	}{
		{"unknown operation", links + "GetExport/operationId", "exports_read", "is not an operation"},
		{"unknown parameter", links + "GetExport/parameters/id", "$response.body#/id", "takes no id"},
		{"parameter left out", links + "DownloadExport/parameters/export_id", gone{}, "needs export_id"},
		{"member that the response does not have", links + "GetExport/parameters/export_id", "$response.body#/uuid", "leads to <nil>"},
		{"member that is not an identifier", links + "GetExport/parameters/export_id", "$response.body#/status", "leads to pending"},
		{"parameter that the request does not have", links + "GetExport/parameters/project_name", "$request.path.project", "has no path parameter"},
		{"expression of another kind", links + "GetExport/parameters/project_name", "$url", "not understood"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := brokenLinks(load(t, changed(t, whole, test.at, test.value)))
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.Contains(finding, test.want) }) {
				t.Errorf("wanted %q, found %q", test.want, found)
			}
		})
	}
}

func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			all[op.OperationID] = op
		}
	}
	return all
}

// next returns the operations that the links of an operation lead to.
func next(op *openapi3.Operation) []string {
	var ids []string
	if success := success(op); success != nil {
		for _, link := range success.Links {
			ids = append(ids, link.Value.OperationID)
		}
	}
	return ids
}

// brokenLinks returns the links that generic tools could not follow. What a
// link takes from a response is looked up in the example of that answer.
func brokenLinks(doc *openapi3.T) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	parameters := map[string]openapi3.Parameters{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			parameters[op.OperationID] = slices.Concat(item.Parameters, op.Parameters)
		}
	}
	for from, op := range operations(doc) {
		for status, response := range op.Responses.Map() {
			for name, link := range response.Value.Links {
				where := fmt.Sprintf("%s %s, link %s", from, status, name)
				target, ok := parameters[link.Value.OperationID]
				if !ok {
					add("%s: %s is not an operation", where, link.Value.OperationID)
					continue
				}
				for name, expression := range link.Value.Parameters {
					if !slices.ContainsFunc(target, func(p *openapi3.ParameterRef) bool { return p.Value.Name == name }) {
						add("%s: %s takes no %s", where, link.Value.OperationID, name)
					}
					if err := follow(fmt.Sprint(expression), parameters[from], response.Value); err != nil {
						add("%s: %v", where, err)
					}
				}
				for _, parameter := range target {
					if p := parameter.Value; p.Required && link.Value.Parameters[p.Name] == nil {
						add("%s: %s needs %s", where, link.Value.OperationID, p.Name)
					}
				}
			}
		}
	}
	return found
}

var identifier = regexp.MustCompile(`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)

// follow reports what is wrong with an expression: the path parameter that it
// names does not exist, or the response has no identifier where it points to.
func follow(expression string, parameters openapi3.Parameters, response *openapi3.Response) error {
	if name, ok := strings.CutPrefix(expression, "$request.path."); ok {
		if parameters.GetByInAndName("path", name) == nil {
			return fmt.Errorf("%s: the request has no path parameter %s", expression, name)
		}
		return nil
	}
	pointer, ok := strings.CutPrefix(expression, "$response.body#")
	if !ok {
		return fmt.Errorf("%s is not understood", expression)
	}
	body := response.Content["application/json"]
	if body == nil || len(body.Examples) == 0 {
		return fmt.Errorf("%s: the response has no JSON example", expression)
	}
	for _, example := range slices.Sorted(maps.Keys(body.Examples)) {
		whole := body.Examples[example].Value.Value
		if list, ok := whole.([]any); ok && len(list) == 0 && len(body.Examples) > 1 {
			continue // this example has nothing there; another one has
		}
		value := lookUp(whole, jsontext.Pointer(pointer))
		if text, ok := value.(string); !ok || !identifier.MatchString(text) {
			return fmt.Errorf("%s leads to %v", expression, value)
		}
	}
	return nil
}
