package models

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// A scanner goes over one JSON value. It trusts that this is valid: the decoder
// has looked at it before. A method that reports false has met something that it
// does not know; the scanner is of no use after that.
type scanner struct {
	data    []byte
	at      int
	escapes bool   // data has some
	quoted  []byte // name of the member that is read, as it stands in data
	pieces  strings.Builder
	spares
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// scan reads the object that is in data. It reports whether it could.
func scan(data []byte, o object) bool {
	s := scanners.Get().(*scanner)
	*s = scanner{data: data, escapes: bytes.IndexByte(data, '\\') >= 0, spares: s.spares}
	ok := s.object(o)
	*s = scanner{spares: s.spares} // what was read is not kept for the next call
	scanners.Put(s)
	return ok
}

// piece is how many bytes of strings share memory. Many short strings cost one
// allocation, and one of them that is kept does not keep much else.
const piece = 256

// keep returns the text as a string.
func (s *scanner) keep(text []byte) string {
	if len(text) > s.pieces.Cap()-s.pieces.Len() {
		if len(text) > piece/2 {
			return string(text)
		}
		s.pieces.Reset()
		s.pieces.Grow(min(piece, max(len(text), (len(s.data)-s.at)/2)))
	}
	before := s.pieces.Len()
	s.pieces.Write(text)
	return s.pieces.String()[before:]
}

// next returns the first byte of what comes next.
func (s *scanner) next() byte {
	for {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
}

// more reports whether another element or member comes before the end, and goes there.
func (s *scanner) more(end byte) bool {
	switch s.next() {
	case end:
		s.at++
		return false
	case ',':
		s.at++
	}
	return true
}

// null goes past null if it is next.
func (s *scanner) null() bool {
	if s.next() != 'n' {
		return false
	}
	s.at += len("null")
	return true
}

// str goes past the string that is next, and returns it as it stands in data.
func (s *scanner) str() (quoted []byte, escaped bool) {
	start := s.at
	s.at += 1 + bytes.IndexByte(s.data[s.at+1:], '"')
	escaped = s.escapes && bytes.IndexByte(s.data[start:s.at], '\\') >= 0
	if escaped {
		for s.at = start + 1; s.data[s.at] != '"'; s.at++ {
			if s.data[s.at] == '\\' {
				s.at++
			}
		}
	}
	s.at++
	return s.data[start:s.at], escaped
}

// text returns what the string that is next says.
func (s *scanner) text() (text []byte, ok bool) {
	if s.next() != '"' {
		return nil, false
	}
	quoted, escaped := s.str()
	if escaped {
		text, err := jsontext.AppendUnquote(nil, quoted)
		return text, err == nil
	}
	return quoted[1 : len(quoted)-1], true
}

// name returns the name that is next, and goes to its value.
func (s *scanner) name() (name []byte, ok bool) {
	s.next()
	start := s.at
	name, ok = s.text()
	s.quoted = s.data[start:s.at]
	s.next()
	s.at += len(":")
	return name, ok
}

// raw returns the value that is next as it stands in data.
func (s *scanner) raw() []byte {
	c := s.next()
	start := s.at
	switch c {
	case '"':
		s.str()
	case '{', '[':
		s.nested()
	default:
		for s.at < len(s.data) && s.data[s.at] > ' ' && s.data[s.at] != ',' && s.data[s.at] != '}' && s.data[s.at] != ']' {
			s.at++
		}
	}
	return s.data[start:s.at]
}

// nested goes past the object or list that is next.
func (s *scanner) nested() {
	for depth := 0; ; {
		switch s.data[s.at] {
		case '"':
			s.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return
		}
	}
}

// object reads an object, or null, which leaves it as it is.
func (s *scanner) object(o object) bool {
	if s.next() != '{' {
		return s.null()
	}
	for s.at++; s.more('}'); {
		if name, ok := s.name(); !ok || !o.readMember(s, name) {
			return false
		}
	}
	return true
}

// unknown appends the member that the model does not name, as it stands in data.
func (s *scanner) unknown(members *jsontext.Value) bool {
	name := s.quoted
	value := s.raw()
	all := slices.Grow([]byte(*members), len("{:}")+len(name)+len(value))
	if len(all) == 0 {
		all = append(all, '{')
	} else {
		all[len(all)-1] = ','
	}
	all = append(append(append(all, name...), ':'), value...)
	*members = append(all, '}')
	return true
}
