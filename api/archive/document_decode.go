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
	maxDepth int
	budget   int // bytes of text that may still be visited; aliases can repeat text without end
	out      bytes.Buffer
	enc      *jsontext.Encoder
}

func (d *decoder) fault(n *yaml.Node, code Code, format string, args ...any) error {
	return &Finding{Code: code, Path: d.path, Line: n.Line, Message: fmt.Sprintf(format, args...)}
}

// decode reads one document into v, a pointer to the model, and returns the
// object's name. An error is a *Finding, always the first of the document.
func (doc *document) decode(data []byte, path string, limits Limits, v any) (string, error) {
	d, root, err := newDecoder(data, path, limits)
	if err != nil {
		return "", err
	}
	if root == nil || isNull(root) { // an empty file is one without keys
		root = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1}
	}
	name, err := d.object(root, doc.shape, doc, "the document", 0)
	if err != nil {
		return "", err
	}
	return name, d.into(v)
}

// decodeVariables reads a document that is a list of environment variables.
func decodeVariables(data []byte, path string, limits Limits, v any) error {
	d, root, err := newDecoder(data, path, limits)
	if err != nil || root == nil || isNull(root) {
		return err
	}
	if err := d.variables(root, "the document", 0); err != nil {
		return err
	}
	return d.into(v)
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
	// Without aliases the nodes hold no more text than the file.
	d := &decoder{path: path, maxDepth: limits.Depth, budget: 16*len(data) + 4096}
	d.enc = jsontext.NewEncoder(&d.out)
	root, err := yamldoc.Parse(data, limits.Depth)
	if err == nil {
		return d, root, nil
	}
	finding := &Finding{Code: CodeYAML, Path: path, Message: err.Error()}
	if fault, ok := errors.AsType[*yamldoc.Fault](err); ok {
		if finding.Line = fault.Line; fault.TooDeep {
			finding.Code = CodeLimit
		}
	}
	return nil, nil, finding
}
