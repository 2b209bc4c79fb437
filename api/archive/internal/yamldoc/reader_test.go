package yamldoc

import (
	"errors"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pairsOf reads the pairs of a document that is a mapping.
func pairsOf(text string) (pairs []string, err error) {
	r, root, err := Read([]byte(text), 10)
	if err != nil {
		return nil, err
	}
	err = r.Pairs(root, "the document", 0, func(key, value *yaml.Node) error {
		pairs = append(pairs, key.Value+"="+Follow(value).Value)
		return nil
	})
	return pairs, err
}

func TestPairs_withThoseOfMergeKeys(t *testing.T) {
	t.Parallel()
	text := "a: 1\n<<: [{a: 2, b: 3}, {b: 4, c: 5}]\n"
	if pairs, err := pairsOf(text); err != nil || !slices.Equal(pairs, []string{"a=1", "b=3", "c=5"}) {
		t.Errorf("%q, %v", pairs, err)
	}
}

func TestPairs_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"a: 1\nb: 2\na: 3":  {DuplicateKey, 3, "the key a is already in line 1"},
		"a: 1\n[b]: 2":      {Invalid, 2, "a key of the document is not text"},
		"a: 1\n<<: 2":       {Invalid, 2, "a merge key (<<) takes a mapping, or a list of mappings"},
		"a: 1\n!odd b: 2\n": {Invalid, 2, "a YAML tag that is not supported; a text that begins with ! needs quotes"},
	} {
		_, err := pairsOf(text)
		if fault, ok := errors.AsType[*Fault](err); !ok || *fault != want {
			t.Errorf("%q: got %+v, want %+v", text, err, want)
		}
	}
}

func TestFromJSON_givesWhatEveryReaderTakesForTheSame(t *testing.T) {
	t.Parallel()
	n, err := FromJSON([]byte(`{"b":[1,1e3,"yes","text",null],"a":{}}`), 2)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Dump(n, map[string]int{"b": -1})
	if want := "b:\n  - 1\n  - !!float 1e3\n  - \"yes\"\n  - text\n  - null\na: {}\n"; err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	if _, err := FromJSON([]byte(`[[[[]]]]`), 2); err == nil || err.Error() != "it is nested deeper than 2 levels" {
		t.Errorf("too deep: %v", err)
	}
}
