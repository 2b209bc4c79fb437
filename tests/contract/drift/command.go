package drift

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// commands are the commands whose help has an example of a file, and what the
// file is.
var commands = []struct{ source, command, schema string }{
	{"ubiops_cli/src/exports.py", "exports_create", "ExportCreate"},
	{"ubiops_cli/src/imports.py", "imports_confirm", "ImportUpdate"},
}

var fenced = regexp.MustCompile("(?s)```\n(.*?)\n    ```")

// CompareCommand returns what the examples of files in the help of the official
// command have, and the contract does not. The contract has more than they show.
// The version is that of the command.
func CompareCommand(file io.ReaderAt, size int64, contract *openapi3.T) (version string, found Findings, err error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return "", nil, fmt.Errorf("not a wheel: %w", err)
	}
	if version, err = wheelVersion(archive, "ubiops_cli"); err != nil {
		return "", nil, err
	}
	for _, c := range commands {
		text, err := content(archive, c.source)
		if err != nil {
			return "", nil, err
		}
		_, text, _ = strings.Cut(text, "def "+c.command+"(")
		text, _, _ = strings.Cut(text, "\ndef ")
		example := fenced.FindStringSubmatch(text)
		if example == nil {
			return "", nil, fmt.Errorf("%s: the help of %s has no example", c.source, c.command)
		}
		schema := contract.Components.Schemas[c.schema]
		if schema == nil {
			return "", nil, errors.New("the contract has no " + c.schema)
		}
		differs, err := compareFile(example[1], schema.Value)
		if err != nil {
			return "", nil, fmt.Errorf("%s: the example of %s: %w", c.source, c.command, err)
		}
		for _, finding := range differs {
			found.add("%s%s", c.command, finding)
		}
	}
	return version, found, nil
}

// compareFile returns the places of a YAML document that do not fit the schema, or
// that it does not name.
func compareFile(text string, schema *openapi3.Schema) (Findings, error) {
	var tree any
	if err := yaml.Load([]byte(text), &tree); err != nil {
		return nil, err
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	doc, err := document.Parse(data)
	if err != nil {
		return nil, err
	}
	var found Findings
	if err := schema.VisitJSON(doc, openapi3.EnableFormatValidation()); err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		found.add(": %s", line)
	}
	for place := range document.Described(schema, doc) {
		members, ok := place.Value.(map[string]any)
		if !ok || !document.Open(place.Schema) {
			continue
		}
		for name := range members {
			if place.Schema.Properties[name] == nil {
				found.add(" %s: the contract has no such member", place.At.AppendToken(name))
			}
		}
	}
	return found, nil
}
