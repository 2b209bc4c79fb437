package models

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Time is a date and time. It is written as RFC 3339 asks. What it is read from
// may have a blank in place of the T and no offset, which then is that of UTC: one
// such date does not make a whole response unreadable.
type Time struct{ time.Time }

// MarshalJSON returns the time in the notation of RFC 3339.
func (t Time) MarshalJSON() ([]byte, error) { return marshal(&t) }

// UnmarshalJSON reads a date and time.
func (t *Time) UnmarshalJSON(data []byte) error { return unmarshal(data, t) }

// MarshalJSONTo writes the time in the notation of RFC 3339. It fails for a year
// that this does not have.
func (t *Time) MarshalJSONTo(enc *jsontext.Encoder) error {
	text, err := t.MarshalText()
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.String(string(text)))
}

// UnmarshalJSONFrom reads a date and time.
func (t *Time) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if kind := dec.PeekKind(); kind != jsontext.KindString && kind != jsontext.KindNull && kind != jsontext.KindInvalid {
		return fmt.Errorf("expected a date and time, not %v", kind)
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() == jsontext.KindNull { // as for every other type
		*t = Time{}
		return nil
	}
	return t.UnmarshalText([]byte(token.String()))
}

// UnmarshalText reads a date and time.
func (t *Time) UnmarshalText(data []byte) error {
	var usual time.Time
	if usual.UnmarshalText(data) == nil {
		t.Time = usual
		return nil
	}
	text := string(data)
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
	}
	read, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		if read, err = time.Parse("2006-01-02T15:04:05", text); err != nil {
			return errors.New("not a date and time such as 2006-01-02T15:04:05Z")
		}
	}
	t.Time = read
	return nil
}

func (t *Time) read(s *scanner) bool {
	text, ok := s.text()
	if !ok {
		return s.null()
	}
	return t.UnmarshalText(text) == nil
}

func (t *Time) write(w *writer) {
	data, err := t.AppendText(append(w.data, '"'))
	w.data = append(data, '"')
	w.failed = w.failed || err != nil
}
