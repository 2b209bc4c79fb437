package models

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// The readers read a value into a variable that is zero. Null leaves it so.

// readValue reads a value of any type.
func readValue[T any](s *scanner, v *T) bool {
	switch v := any(v).(type) {
	case *string:
		return readText(s, v)
	case *int64:
		return readInteger(s, v)
	case *bool:
		return readBool(s, v)
	case *jsontext.Value:
		return readRaw(s, v)
	case interface{ text() *string }:
		return readText(s, v.text())
	case object:
		return s.object(v)
	case interface{ read(*scanner) bool }:
		return v.read(s)
	}
	return unmarshal(s.raw(), v) == nil
}

func readText(s *scanner, v *string) bool {
	text, ok := s.text()
	if !ok {
		return s.null()
	}
	*v = s.keep(text)
	return true
}

func readInteger(s *scanner, v *int64) bool {
	if s.null() {
		return true
	}
	raw, i := s.raw(), int64(0)
	for n, c := range raw {
		if c < '0' || c > '9' || n == 18 { // not digits only, or it may be too large
			parsed, err := strconv.ParseInt(string(raw), 10, 64)
			*v = parsed
			return err == nil
		}
		i = i*10 + int64(c-'0')
	}
	*v = i
	return true
}

func readBool(s *scanner, v *bool) bool {
	switch s.data[s.at] {
	case 't':
		*v = true
		s.at += len("true")
		return true
	case 'f':
		s.at += len("false")
		return true
	}
	return s.null()
}

func readRaw(s *scanner, v *jsontext.Value) bool {
	*v = bytes.Clone(s.raw())
	return true
}

func readPointer[T any](s *scanner, v **T, read func(*scanner, *T) bool) bool {
	if s.null() {
		return true
	}
	*v = new(T)
	return read(s, *v)
}

func readNullable[T any](s *scanner, v *Nullable[T], read func(*scanner, *T) bool) bool {
	if s.null() {
		v.state = null
		return true
	}
	v.state = present
	return read(s, &v.value)
}

func readList[L ~[]T, T any](s *scanner, v *L) bool {
	if s.data[s.at] != '[' {
		return s.null()
	}
	_, commas := enclosed(s.data[s.at:])
	list := L{}
	for s.at++; s.more(']'); {
		if len(list) == 0 {
			list = make(L, 0, 1+commas)
		}
		list = append(list, *new(T))
		if !readValue(s, &list[len(list)-1]) {
			return false
		}
	}
	*v = list
	return true
}

func readDictionary[M ~map[string]T, T any](s *scanner, m *M) bool {
	if s.data[s.at] != '{' {
		return s.null()
	}
	*m = M{}
	v := spare[T](&s.spares)
	for s.at++; s.more('}'); {
		name, ok := s.nextName()
		key := s.keep(name)
		if !ok || !readValue(s, v) {
			return false
		}
		(*m)[key] = *v
		*v = *new(T)
	}
	put(&s.spares, v)
	return true
}
