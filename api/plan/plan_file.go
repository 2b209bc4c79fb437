package plan

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed plan.schema.json
var schema string

// Schema returns the JSON schema of plan files.
func Schema() string { return schema }

// Write writes a plan file: JSON, the same for the same plan.
func (p *Plan) Write(w io.Writer) error {
	if err := json.MarshalWrite(w, p, json.Deterministic(true), jsontext.Multiline(true), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Read reads a plan file. It refuses one of another format, members that the schema
// does not have, references that are neither env:NAME nor file:PATH, and a
// confirmation that holds what [Plan.Write] never writes, such as values.
func Read(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var p Plan
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not a plan: %w", err)
	}
	if head.Format != Format {
		return nil, fmt.Errorf("the plan has format %d; this version reads format %d", head.Format, Format)
	}
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("not a plan: %w", err)
	}
	for _, references := range []map[string]Reference{p.Values, p.Overrides.Values} {
		for of, reference := range sorted(references) {
			if !reference.valid() {
				return nil, fmt.Errorf("not a plan: %q of %s is neither env:NAME nor file:PATH", string(reference), of)
			}
		}
	}
	bare := shareable(p.Confirmation)
	had, err := json.Marshal(&p.Confirmation, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	has, err := json.Marshal(&bare, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(had, has) {
		return nil, errors.New("not a plan: its confirmation holds values, packages or unknown dictionaries")
	}
	return &p, nil
}
