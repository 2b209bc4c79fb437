// Package json has what generated code takes of encoding/json, and encodes models
// straight: that package goes over everything that they write a second time.
package json

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// An Encoder writes JSON as that of encoding/json does.
type Encoder struct{ w io.Writer }

// NewEncoder returns an encoder that writes to w.
func NewEncoder(w io.Writer) *Encoder { return &Encoder{w} }

// Encode writes v and a line feed.
func (e *Encoder) Encode(v any) error {
	err := json.MarshalWrite(e.w, v, json.Deterministic(true), jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true))
	if err == nil {
		_, err = e.w.Write([]byte{'\n'})
	}
	return err
}
