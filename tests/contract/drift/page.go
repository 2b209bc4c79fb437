package drift

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// A Page is what a documentation page says of the API.
type Page struct {
	Table
	Examples  []Example
	Malformed Findings // places of its examples that are not JSON, and what was read instead
}

// An Example is what a page prints as the request or the response of an operation.
type Example struct {
	Operation, Part string
	Value           any
}

const unknown = "unknown"

var (
	server    = regexp.MustCompile(`All URIs are relative to (\S+?)\*?$`)
	token     = regexp.MustCompile(`api_key\['(\w+)'\] = "Token `)
	signature = regexp.MustCompile(`^(?:> )?(\S+ )?([a-z_]+)\(.*\)$`)
	unclosed  = regexp.MustCompile(`^(\s*"[^":]*)(: [{[])$`)
	quoted    = regexp.MustCompile(`'(\w+)'`)
)

// ReadPage reads a documentation page in its Markdown or its plain-text form. The
// contract gives the names of the schemas that the page has no name for, and
// says which objects have any names as members. An error says that the page
// cannot be understood.
func ReadPage(text string, contract *openapi3.T) (*Page, error) {
	all, err := sections(text)
	if err != nil {
		return nil, err
	}
	p := &pageReader{contract: contract, Page: Page{Table: Table{
		Operations: map[string]Operation{}, Schemas: map[string]Fields{}, Values: map[string][]string{},
	}}}
	if m := token.FindStringSubmatch(text); m != nil {
		p.Authorization.In, p.Authorization.Name = "header", m[1]
	}
	op := ""
	for _, s := range all {
		if operationName.MatchString(s.heading) && p.Server != "" {
			op = s.heading
		}
		if op == "" {
			p.index(s)
		} else if err := p.section(op, s); err != nil {
			return nil, fmt.Errorf("%s, %s: %w", op, s.heading, err)
		}
	}
	if p.Server == "" || len(p.Operations) == 0 {
		return nil, errors.New("the page has no server or no table of operations")
	}
	p.finish()
	return &p.Page, nil
}

// index reads the server and the table of operations.
func (p *pageReader) index(s section) {
	for _, line := range s.lines {
		if m := server.FindStringSubmatch(line.text); m != nil {
			p.Server = m[1]
		}
	}
	for _, row := range s.rows() {
		method, path, _ := strings.Cut(row[1], " ")
		p.Operations[row[0]] = Operation{Method: method, Path: path, Summary: row[2], Parameters: map[string]Parameter{}}
	}
}

func (p *pageReader) section(id string, s section) error {
	op, ok := p.Operations[id]
	if !ok {
		return errors.New("the operation is not in the table at the beginning")
	}
	switch s.heading {
	case id:
		for _, line := range s.lines {
			if m := signature.FindStringSubmatch(line.text); m != nil && m[2] == id {
				op.Returns = strings.TrimSpace(m[1])
			}
		}
		if op.Returns == "" {
			op.Returns = "none"
		}
		p.Operations[id] = op
	case "Required Parameters", "Optional Parameters", "Response Structure":
		part := "response"
		if s.heading != "Response Structure" {
			part = "request"
		}
		for _, m := range s.members() {
			p.lists = append(p.lists, described{id, part, m})
		}
	case "Request Examples", "Response Examples":
		part, _, _ := strings.Cut(strings.ToLower(s.heading), " ")
		return p.examples(id, part, s)
	case "Parameters":
		body := slices.ContainsFunc(s.rows(), func(row []string) bool { return row[0] == "data" })
		for _, row := range s.rows() {
			in := "form"
			switch {
			case strings.Contains(op.Path, "{"+row[0]+"}"):
				in = "path"
			case row[0] == "data":
				in = "body"
			case op.Method != "POST" || body:
				in = "query"
			}
			words := map[string]string{"str": "string", "bool": "boolean", "int": "integer"}
			typ, ok := words[row[1]]
			if !ok {
				typ = row[1]
			}
			op.Parameters[row[0]] = Parameter{In: in, Type: typ, Required: !strings.Contains(row[2], "[optional]")}
		}
	}
	return nil
}

// examples reads the documents of a section. A name that lacks its closing quote
// is read with it.
func (p *pageReader) examples(id, part string, s section) error {
	var data strings.Builder
	for _, line := range s.lines {
		text := line.text
		if m := unclosed.FindStringSubmatch(text); m != nil {
			text = m[1] + `"` + m[2]
			p.Malformed.add("%s %s example: %s lacks a closing quote (line %d)", id, part, strings.TrimSpace(m[1]), line.number)
		}
		data.WriteString(text + "\n")
	}
	decoder := jsontext.NewDecoder(strings.NewReader(data.String()))
	for {
		value, err := decoder.ReadValue()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("from line %d on: %w", s.lines[0].number, err)
		}
		doc, err := document.Parse(value)
		if err != nil {
			return err
		}
		p.Examples = append(p.Examples, Example{id, part, doc})
	}
}

// statuses are the values that a description lists.
func statuses(about string) []string {
	var all []string
	if _, list, ok := strings.Cut(about, "Can be "); ok {
		for _, m := range quoted.FindAllStringSubmatch(list, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// value adds a value to those of a vocabulary that the page has.
func (p *pageReader) value(vocabulary, value string) {
	if !slices.Contains(p.Values[vocabulary], value) {
		p.Values[vocabulary] = append(p.Values[vocabulary], value)
	}
}
