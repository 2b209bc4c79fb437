package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/drift"
	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

func allFixtures(t testing.TB) []fixtures.Fixture {
	t.Helper()
	all, err := fixtures.All()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t testing.TB, fixture fixtures.Fixture) any {
	t.Helper()
	data, err := fixture.Data()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := document.Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", fixture.File, err)
	}
	return doc
}

// lookUp returns what is at the place, or nil.
func lookUp(doc any, at jsontext.Pointer) any {
	for place, value := range document.Places(doc) {
		if place == at {
			return value
		}
	}
	return nil
}

// refuses returns why the schema refuses a document, or nil. Formats are
// checked as strictly as the server checks them.
func refuses(schema *openapi3.Schema, doc any) error {
	return brief(schema.VisitJSON(doc, openapi3.EnableFormatValidation(), openapi3.WithStringFormatValidator("uuid",
		openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562))))
}

// brief leaves out the schema and the value that the validator prints with its
// reason.
func brief(err error) error {
	if err == nil {
		return nil
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

func TestTheIndexNamesEveryFixture(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("fixtures")
	if err != nil {
		t.Fatal(err)
	}
	var files, listed []string
	for _, entry := range entries {
		if strings.Contains(entry.Name(), ".request.") || strings.Contains(entry.Name(), ".response.") {
			files = append(files, entry.Name())
		}
	}
	for _, fixture := range allFixtures(t) {
		listed = append(listed, fixture.File)
		if fixture.Printed != "" {
			listed = append(listed, fixture.Printed)
		}
		if !strings.HasPrefix(fixture.File, fixture.Operation+"."+fixture.Part+".") || fixture.Source == "" {
			t.Errorf("%+v does not fit its file", fixture)
		}
	}
	slices.Sort(listed)
	if !slices.Equal(files, listed) {
		t.Errorf("there are %v, the index has %v", files, listed)
	}
	readme, err := os.ReadFile("fixtures/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !bytes.Contains(readme, []byte("`"+file+"`")) {
			t.Errorf("README.md says nothing about %s", file)
		}
	}
}

func TestFixturesAreTheNamedExamplesOfTheirOperations(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	for _, fixture := range allFixtures(t) {
		t.Run(fixture.File, func(t *testing.T) {
			t.Parallel()
			op := operations(doc)[fixture.Operation]
			var media *openapi3.MediaType
			if fixture.Part == "request" {
				media = op.RequestBody.Value.Content["application/json"]
			} else {
				media = success(op).Content["application/json"]
			}
			if got := drift.Name(media.Schema.Ref); got != fixture.Schema {
				t.Errorf("its schema is %s", got)
			}
			at := "#/components/examples/" + fixture.Example
			var named []any
			for _, example := range media.Examples {
				if example.Ref == at {
					named = append(named, example.Value.Value)
				}
			}
			if len(named) != 1 {
				t.Fatalf("the operation names %s %d times", at, len(named))
			}
			value := read(t, fixture)
			example, err := document.Format(named[0])
			if err != nil {
				t.Fatal(err)
			}
			data, err := document.Format(value)
			if err != nil {
				t.Fatal(err)
			}
			diffs, err := document.DiffJSON(data, example)
			if err != nil {
				t.Fatal(err)
			}
			for _, diff := range diffs {
				t.Errorf("%s: %s", at, diff)
			}
			if err := refuses(media.Schema.Value, value); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheMalformedExampleLacksTwoQuotesAndNothingElse(t *testing.T) {
	t.Parallel()
	malformed := 0
	for _, fixture := range allFixtures(t) {
		printed, err := fixture.PrintedData()
		if err != nil {
			t.Fatal(err)
		}
		if json.Valid(printed) != (fixture.Printed == "") {
			t.Errorf("%s: as printed it is JSON: %t", fixture.File, json.Valid(printed))
		}
		if fixture.Printed == "" {
			continue
		}
		malformed++
		mended := string(printed)
		for _, name := range []string{"deployment-1", "pipeline-1"} {
			if strings.Count(mended, `"`+name+`: {`) != 1 {
				t.Errorf("%s is not without its quote, once", name)
			}
			mended = strings.Replace(mended, `"`+name+`: {`, `"`+name+`": {`, 1)
		}
		corrected, err := fixture.Data()
		if err != nil {
			t.Fatal(err)
		}
		if mended != string(corrected) || len(corrected) != len(printed)+2 {
			t.Errorf("%s is not %s with two quotes", fixture.File, fixture.Printed)
		}
	}
	if malformed != 1 {
		t.Errorf("%d malformed examples", malformed)
	}
}

func TestTheUpdateResponseIsACopiedExample(t *testing.T) {
	t.Parallel()
	documents := map[string]any{}
	for _, fixture := range allFixtures(t) {
		documents[fixture.File] = read(t, fixture)
		if fixture.File == "imports_update.response.json" && !strings.Contains(fixture.Note, "pending") {
			t.Errorf("its note is %q", fixture.Note)
		}
	}
	if diffs := document.Diff(documents["exports_create.response.json"], documents["imports_update.response.json"]); len(diffs) > 0 {
		t.Errorf("it is not a copy of the one of exports_create: %q", diffs)
	}
}
