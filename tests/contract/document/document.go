// Package document takes JSON documents apart for tests: every place of one,
// a copy changed at one place, and the differences between two. Numbers stay
// the text that they are, so that no digit is lost.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Parse returns the document as map[string]any, []any, string, json.Number,
// bool and nil. Unlike encoding/json it refuses member names that occur twice.
func Parse(data []byte) (any, error) {
	strict := jsontext.NewDecoder(bytes.NewReader(data))
	if _, err := strict.ReadValue(); err != nil {
		return nil, err
	}
	if _, err := strict.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.Join(errors.New("something follows the document"), err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var doc any
	err := decoder.Decode(&doc)
	return doc, err
}

// Format returns the document as JSON with sorted member names.
func Format(doc any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(doc)
	return out.Bytes(), err
}

// Places returns every place of the document with the value there: the whole
// first, then its members by name and its elements in order.
func Places(doc any) iter.Seq2[jsontext.Pointer, any] {
	return func(yield func(jsontext.Pointer, any) bool) { places("", doc, yield) }
}

func places(at jsontext.Pointer, doc any, yield func(jsontext.Pointer, any) bool) bool {
	if !yield(at, doc) {
		return false
	}
	switch doc := doc.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			if !places(at.AppendToken(name), doc[name], yield) {
				return false
			}
		}
	case []any:
		for i, element := range doc {
			if !places(at.AppendToken(strconv.Itoa(i)), element, yield) {
				return false
			}
		}
	}
	return true
}

// Set returns a copy of the document with the value at the place, which may be
// a new member of an object.
func Set(doc any, at jsontext.Pointer, value any) (any, error) {
	return change(doc, at, func(object map[string]any, name string) { object[name] = value }, value)
}

// Remove returns a copy of the document without the object member at the place.
func Remove(doc any, at jsontext.Pointer) (any, error) {
	return change(doc, at, func(object map[string]any, name string) { delete(object, name) }, nil)
}

// change copies the document on the way to the place only; what it shares with
// the old one is not changed by anybody.
func change(doc any, at jsontext.Pointer, member func(map[string]any, string), element any) (any, error) {
	if at == "" {
		return element, nil
	}
	name, rest := split(at)
	switch doc := doc.(type) {
	case map[string]any:
		doc = maps.Clone(doc)
		if rest == "" {
			member(doc, name)
			return doc, nil
		}
		inner, err := change(doc[name], rest, member, element)
		doc[name] = inner
		return doc, err
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(doc) {
			return nil, fmt.Errorf("no element %q in an array of %d", name, len(doc))
		}
		doc = slices.Clone(doc)
		doc[i], err = change(doc[i], rest, member, element)
		return doc, err
	default:
		return nil, errors.New("nothing is at " + string(at))
	}
}

func split(at jsontext.Pointer) (first string, rest jsontext.Pointer) {
	for token := range at.Tokens() {
		first = token
		break
	}
	head := jsontext.Pointer("").AppendToken(first)
	return first, at[len(head):]
}
