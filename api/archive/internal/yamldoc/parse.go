package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Fault says why a text is not read.
type Fault struct {
	Kind    Kind
	Line    int    // from 1; 0 if it is not known
	Message string // holds no value of the text, which may be a secret
}

// Kind says what kind of fault a [Fault] is.
type Kind uint8

// The kinds of faults.
const (
	Invalid      Kind = iota // not valid YAML, or YAML that is not supported
	TooLarge                 // nested too deep, or too much text
	DuplicateKey             // a mapping has a key twice
)

func faultf(n *yaml.Node, kind Kind, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Line: n.Line, Message: fmt.Sprintf(format, args...)}
}

// Error returns the message without the line.
func (f *Fault) Error() string { return f.Message }

// Parse returns the root of the document that data holds, nil if it holds none.
// A node below more than depth others, and a second document, are refused. An
// error is a [*Fault].
func Parse(data []byte, depth int) (*yaml.Node, error) {
	text, err := utf8Text(data)
	if err != nil {
		return nil, err
	}
	if root, ok, err := parseJSON(text, depth); ok || err != nil {
		return root, err
	}
	text = neutralDirectives(text)
	root, err := loadRepaired(text, depth)
	fault, ok := errors.AsType[*yaml.LoadError](err)
	if ok && fault.Stage == yaml.ScannerStage && strings.Contains(fault.Message, "Unicode character escape") {
		return parseSurrogates(text, depth)
	}
	return root, faultOf(err)
}

// errTooDeep and errSecond end loading.
var errTooDeep = errors.New("nested too deep")

type secondError struct{ line int }

func (e *secondError) Error() string { return "a second document in the file" }

// load parses text that has nothing in it that the parser would not take.
func load(text []byte, depth int) (*yaml.Node, error) {
	tooDeep := false
	limit := loaderlimits.DepthFunc(func(at int, _ *loaderlimits.DepthContext) error {
		if at <= depth {
			return nil
		}
		tooDeep = true
		return errTooDeep
	})
	var root, second yaml.Node
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(loaderlimits.New(limit)))
	if err == nil {
		err = loader.Load(&root)
	}
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		if err = loader.Load(&second); err == nil {
			return nil, &secondError{second.Line}
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		return root.Content[0], nil
	case tooDeep:
		line := 0
		if fault, ok := errors.AsType[*yaml.LoadError](err); ok {
			line = fault.Mark.Line
		}
		return nil, deepFault(line, depth)
	}
	return nil, err
}

func deepFault(line, depth int) *Fault {
	return &Fault{Kind: TooLarge, Line: line, Message: fmt.Sprintf("nested deeper than %d levels", depth)}
}

// faultOf turns what load returns into a [*Fault].
func faultOf(err error) error {
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	if second, ok := errors.AsType[*secondError](err); ok {
		return &Fault{Line: second.line, Message: second.Error()}
	}
	load, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return &Fault{Message: "not valid YAML: it cannot be read"}
	}
	return &Fault{Line: load.Mark.Line, Message: messageOf(load)}
}

func messageOf(load *yaml.LoadError) string {
	const invalid = "not valid YAML: "
	switch {
	case load.Stage == yaml.ReaderStage:
		return invalid + "a character that YAML does not allow, or text that is not UTF-8"
	case load.Stage == yaml.ComposerStage:
		return invalid + "an alias (*) without its anchor; a text that begins like this needs quotes"
	case load.Stage == yaml.ResolverStage:
		return "a value that is not what its tag says"
	case strings.Contains(load.Message, "not allowed in a YAML tag"):
		return invalid + "a character that is not allowed in a tag; a text that begins with ! needs quotes"
	case load.Stage == yaml.ScannerStage, load.Stage == yaml.ParserStage:
		return invalid + load.Message // fixed texts
	}
	return invalid + "it cannot be read"
}
