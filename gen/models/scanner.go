package models

import (
	"bytes"
	"slices"
	"sync"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// A scanner goes over one JSON value. It trusts that this is valid: the decoder
// has looked at it before. A method that reports false has met something that it
// does not know; the scanner is of no use after that.
type scanner struct {
	data    []byte
	at      int                      // of the value, element or name that is next
	name    struct{ start, end int } // of the member that is read
	escapes bool                     // data has some
	memory  []byte                   // that is left of the last piece
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

// piece is how many bytes of texts and unknown members share memory. Many short
// ones cost one allocation, and one of them that is kept does not keep much else.
const piece = 256

// room returns n bytes that nothing else uses.
func (s *scanner) room(n int) []byte {
	if n > len(s.memory) {
		if n > piece/4 {
			return make([]byte, n)
		}
		s.memory = make([]byte, min(piece, max(n, (len(s.data)-s.at)/2)))
	}
	room := s.memory[:n:n]
	s.memory = s.memory[n:]
	return room
}

// keep returns the text as a string.
func (s *scanner) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	room := s.room(len(text))
	return unsafe.String(&room[0], copy(room, text)) // which nothing writes to any more
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
		s.next()
	}
	return true
}

// null goes past null if it is next.
func (s *scanner) null() bool {
	if s.data[s.at] != 'n' {
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
	if s.data[s.at] != '"' {
		return nil, false
	}
	quoted, escaped := s.str()
	if escaped {
		text, err := jsontext.AppendUnquote(nil, quoted)
		return text, err == nil
	}
	return quoted[1 : len(quoted)-1], true
}

// nextName returns the name that is next, and goes to its value.
func (s *scanner) nextName() (name []byte, ok bool) {
	s.name.start = s.at
	name, ok = s.text()
	s.name.end = s.at
	s.next()
	s.at += len(":")
	s.next()
	return name, ok
}

// raw returns the value that is next as it stands in data.
func (s *scanner) raw() []byte {
	start := s.at
	switch s.data[start] {
	case '"':
		s.str()
	case '{', '[':
		length, _ := enclosed(s.data[start:])
		s.at += length
	default:
		for s.at < len(s.data) && s.data[s.at] > ' ' && s.data[s.at] != ',' && s.data[s.at] != '}' && s.data[s.at] != ']' {
			s.at++
		}
	}
	return s.data[start:s.at]
}

// enclosed returns the length of the object or list that data begins with, as far
// as quotes and brackets tell, or 0 if it does not end there; and how many commas
// it has.
func enclosed(data []byte) (length, commas int) {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, commas
			}
		case ',':
			if depth == 1 {
				commas++
			}
		}
	}
	return 0, 0
}

// object reads an object, or null, which leaves it as it is.
func (s *scanner) object(o object) bool {
	if s.data[s.at] != '{' {
		return s.null()
	}
	for s.at++; s.more('}'); {
		if name, ok := s.nextName(); !ok || !o.readMember(s, name) {
			return false
		}
	}
	return true
}

// unknown appends the member that the model does not name, as it stands in data.
func (s *scanner) unknown(members *jsontext.Value) bool {
	name := s.data[s.name.start:s.name.end]
	value := s.raw()
	size := len("{:}") + len(name) + len(value)
	all := []byte(*members)
	if all == nil {
		all = append(s.room(size)[:0], '{')
	} else {
		all = slices.Grow(all, size)
		all[len(all)-1] = ','
	}
	all = append(append(append(all, name...), ':'), value...)
	*members = append(all, '}')
	return true
}
