package archive

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

// A YAML document becomes a model by way of JSON: the nodes are written as
// JSON under the guidance of the model's shape, and the model decodes that.
// So a string is the text of its scalar whatever YAML takes it for, and
// members that the contract does not know stay, their numbers unchanged.

// decoder turns the nodes of one document into JSON.
type decoder struct {
	path     string
	nodes    *yamldoc.Reader
	out      bytes.Buffer
	enc      *jsontext.Encoder
	warnings Findings
}

func (d *decoder) fault(n *yaml.Node, code Code, format string, args ...any) error {
	return &Finding{Code: code, Path: d.path, Line: n.Line, Message: fmt.Sprintf(format, args...)}
}

// decode reads one document into v, a pointer to the model, and returns the
// object's name. An error is a *Finding, always the first of the document.
func (doc *document) decode(data []byte, path string, limits Limits, v any) (name string, warnings Findings, err error) {
	d, root, err := newDecoder(data, path, limits)
	if err != nil {
		return "", nil, err
	}
	if root == nil || yamldoc.IsNull(root) { // an empty file is one without keys
		root = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1}
	}
	name, err = d.object(root, doc.shape, doc, "the document", 0)
	if err != nil {
		return "", nil, asFinding(err, path)
	}
	return name, d.warnings, d.into(v)
}

// decodeVariables reads a document that is a list of environment variables.
func decodeVariables(data []byte, path string, limits Limits, v any) (warnings Findings, err error) {
	d, root, err := newDecoder(data, path, limits)
	if err != nil || root == nil || yamldoc.IsNull(root) {
		return nil, err
	}
	if err := d.variables(root, "the document", 0); err != nil {
		return nil, asFinding(err, path)
	}
	return d.warnings, d.into(v)
}

func (d *decoder) into(v any) error {
	if err := json.Unmarshal(d.out.Bytes(), v); err != nil {
		place := "the document"
		if semantic, ok := errors.AsType[*json.SemanticError](err); ok { // its text may quote the value
			place = printable.Name(string(semantic.JSONPointer))
		}
		return &Finding{Code: CodeType, Path: d.path, Message: place + " has a value of the wrong type"}
	}
	return nil
}

// newDecoder parses the text. The node is nil for a document with nothing in it.
func newDecoder(data []byte, path string, limits Limits) (*decoder, *yaml.Node, error) {
	nodes, root, err := yamldoc.Read(data, limits.Depth)
	if err != nil {
		return nil, nil, asFinding(err, path)
	}
	d := &decoder{path: path, nodes: nodes}
	d.enc = jsontext.NewEncoder(&d.out)
	return d, root, nil
}

// asFinding makes a finding of a fault of YAML. Any other error stays what it is.
func asFinding(err error, path string) error {
	fault, ok := errors.AsType[*yamldoc.Fault](err)
	if !ok {
		return err
	}
	code := CodeYAML
	switch fault.Kind {
	case yamldoc.TooLarge:
		code = CodeLimit
	case yamldoc.DuplicateKey:
		code = CodeDuplicateKey
	case yamldoc.Invalid:
	}
	return &Finding{Code: code, Path: path, Line: fault.Line, Message: fault.Message}
}
