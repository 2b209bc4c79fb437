package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// DiffJSON parses both documents and returns their differences.
func DiffJSON(want, got []byte) ([]string, error) {
	w, err := Parse(want)
	if err != nil {
		return nil, fmt.Errorf("wanted document: %w", err)
	}
	g, err := Parse(got)
	if err != nil {
		return nil, fmt.Errorf("other document: %w", err)
	}
	return Diff(w, g), nil
}

// Diff returns the differences between two documents by their places, none
// if they mean the same: the order of members has no meaning, integers are
// compared with all their digits, and so is the text of other numbers; dates are
// compared as instants.
func Diff(want, got any) []string { return diff("", want, got) }

func diff(at jsontext.Pointer, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return diffObjects(at, want, got)
		}
	case []any:
		if got, ok := got.([]any); ok && len(want) == len(got) {
			var all []string
			for i := range want {
				all = append(all, diff(at.AppendToken(strconv.Itoa(i)), want[i], got[i])...)
			}
			return all
		}
	case json.Number:
		if got, ok := got.(json.Number); ok && sameNumber(want.String(), got.String()) {
			return nil
		}
	case string:
		if got, ok := got.(string); ok && (want == got || sameInstant(want, got)) {
			return nil
		}
	default:
		if want == got { // nil, true and false
			return nil
		}
	}
	return []string{fmt.Sprintf("%q: want %s, got %s", at, short(want), short(got))}
}

func diffObjects(at jsontext.Pointer, want, got map[string]any) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, ok := got[name]; ok {
			all = append(all, diff(at.AppendToken(name), want[name], value)...)
		} else {
			all = append(all, fmt.Sprintf("%q: want %s, got nothing", at.AppendToken(name), short(want[name])))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			all = append(all, fmt.Sprintf("%q: want nothing, got %s", at.AppendToken(name), short(got[name])))
		}
	}
	return all
}

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, ok1 := new(big.Int).SetString(a, 10)
	y, ok2 := new(big.Int).SetString(b, 10)
	return ok1 && ok2 && x.Cmp(y) == 0
}

func sameInstant(a, b string) bool {
	x, err1 := time.Parse(time.RFC3339, a)
	y, err2 := time.Parse(time.RFC3339, b)
	return err1 == nil && err2 == nil && x.Equal(y)
}

func short(value any) string {
	text, err := Format(value)
	if err != nil {
		return err.Error()
	}
	text = text[:len(text)-1] // the line break
	if len(text) > 120 {
		return string(text[:120]) + "..."
	}
	return string(text)
}
