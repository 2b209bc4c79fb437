package drift

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func file(t *testing.T, form string) string {
	t.Helper()
	data, err := os.ReadFile("../page/imports-and-exports." + form)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var malformed = map[string][]string{
	"md": {
		`imports_update request example: "deployment-1 lacks a closing quote (line 1008)`,
		`imports_update request example: "pipeline-1 lacks a closing quote (line 1063)`,
	},
	"txt": {
		`imports_update request example: "deployment-1 lacks a closing quote (line 410)`,
		`imports_update request example: "pipeline-1 lacks a closing quote (line 465)`,
	},
}

func TestAChangedPageHasExactlyWhatWasChangedInIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, form, old, new string
		want                 []string
	}{
		{"Markdown unchanged", "md", "", "", nil},
		{"plain text unchanged", "txt", "", "", nil},
		{"new parameter", "md", " **status** | **str** | [optional] ", " **status** | **str** | [optional] \n **page** | **int** | [optional] ",
			[]string{"exports_list page: the contract has no such query parameter"}},
		{"new parameter", "txt", "status | str | [optional] |", "status | str | [optional] |\npage | int | [optional] |",
			[]string{"exports_list page: the contract has no such query parameter"}},
		{"new member", "md", "- `environments`: Dictionary of the environments in the export", "- `environments`: Dictionary of the environments in the export\n- `colour`: Colour of the export",
			[]string{"ExportDetail.colour: the contract has no such field"}},
		{"new member", "txt", "\n: Dictionary of the environments in the export", "\n: Dictionary of the environments in the exportcolour\n: Colour of the export",
			[]string{"ExportDetail.colour: the contract has no such field"}},
		{"renamed path", "md", "**DELETE** /projects/{project_name}/exports/{export_id}", "**DELETE** /projects/{project_name}/removed/{export_id}",
			[]string{
				"exports_delete: the contract has no DELETE /projects/{project_name}/removed/{export_id}",
				"DELETE /projects/{project_name}/exports/{export_id}: the page does not have it; say in x-source where it is known from",
			}},
		{"renamed path", "txt", "DELETE /projects/{project_name}/exports/{export_id}", "DELETE /projects/{project_name}/removed/{export_id}",
			[]string{
				"exports_delete: the contract has no DELETE /projects/{project_name}/removed/{export_id}",
				"DELETE /projects/{project_name}/exports/{export_id}: the page does not have it; say in x-source where it is known from",
			}},
		{"removed status", "md", "'scanning', ", "",
			[]string{"ImportStatus value scanning: the page does not have it; say in x-source where it is known from"}},
		{"removed status", "txt", "'scanning', ", "",
			[]string{"ImportStatus value scanning: the page does not have it; say in x-source where it is known from"}},
		{"parameters that are known from elsewhere", "md", " **data** | [**ExportCreate**](./models/ExportCreate.md) | ", " **data** | [**ExportCreate**](./models/ExportCreate.md) | \n **all** | **bool** | [optional] \n **packages** | **bool** | [optional] ",
			nil},
		{"parameter beside a body", "md", " **data** | [**ExportCreate**](./models/ExportCreate.md) | ", " **data** | [**ExportCreate**](./models/ExportCreate.md) | \n **every** | **bool** | [optional] ",
			[]string{"exports_create every: the contract has no such query parameter"}},
		{"member that is known from elsewhere", "md", "- `environments`: Dictionary of the environments in the export", "- `environments`: Dictionary of the environments in the export\n- `services`: Dictionary of the services in the export",
			nil},
		{"example with another value", "md", `"size": 28391`, `"size": 28392`,
			[]string{`imports_create response example: not the fixture imports_create.response.json: "/size": want 28391, got 28392`}},
	} {
		t.Run(test.name+" "+test.form, func(t *testing.T) {
			t.Parallel()
			text := file(t, test.form)
			if !strings.Contains(text, test.old) {
				t.Fatalf("the page has no %q", test.old)
			}
			if test.old != "" {
				text = strings.Replace(text, test.old, test.new, 1)
			}
			found, err := ComparePage(text, load(t))
			if err != nil {
				t.Fatal(err)
			}
			found = slices.DeleteFunc(found, func(finding string) bool {
				return strings.Contains(finding, "lacks a closing quote") && (test.old != "" || slices.Contains(malformed[test.form], finding))
			})
			if !slices.Equal(found, test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
}

// Newer pages show the code that sets the header on another page.
func TestAPageThatDoesNotShowTheHeaderOfTheTokenIsNotDrift(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(file(t, "md"), "configuration.api_key['Authorization']", "configuration.token")
	found, err := ComparePage(text, load(t))
	if err != nil || !slices.Equal(found, malformed["md"]) {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestTheMalformedPlacesOfThePageAreNamed(t *testing.T) {
	t.Parallel()
	for form, want := range malformed {
		page, err := ReadPage(file(t, form), load(t))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(page.Malformed, want) {
			t.Errorf("%s: %q", form, page.Malformed)
		}
	}
}

func TestWhatIsNotThePageIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<html></html>", "# A\n# B\n# C", "a¶\nb¶\nc¶"} {
		if _, err := ComparePage(text, load(t)); err == nil {
			t.Errorf("%q is understood", text)
		}
	}
}
