package document_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

func TestDiffComparesByMeaningWithEveryDigit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ want, got, place string }{
		{`{"a":1,"b":2}`, `{ "b": 2, "a": 1 }`, ""},
		{`{"a":"\u0041"}`, `{"a":"A"}`, ""},
		{`-0`, `0`, ""},
		{`{"creation_date":"2020-05-18T11:26:57.904+00:00"}`, `{"creation_date":"2020-05-18T11:26:57.904Z"}`, ""},
		{`{"creation_date":"2020-05-18T11:26:57.904Z"}`, `{"creation_date":"2020-05-18T11:26:57.905Z"}`, `"/creation_date"`},
		{`{"since":"2020-05-18T13:26:57.904+02:00"}`, `{"since":"2020-05-18T11:26:57.904Z"}`, ""},
		{`{"a":{"b":9007199254740993}}`, `{"a":{"b":9007199254740992}}`, `"/a/b"`},
		{`{"a":1e400}`, `{"a":1e401}`, `"/a"`},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, `"/a/0"`},
		{`{"a":[1,2]}`, `{"a":[1]}`, `"/a"`},
		{`{"a":null}`, `{}`, `"/a": want null, got nothing`},
		{`{}`, `{"a":null}`, `"/a": want nothing, got null`},
		{`{"a":{}}`, `{"a":[]}`, `"/a"`},
		{`{"a":0}`, `{"a":"0"}`, `"/a"`},
		{`{"a":false}`, `{"a":null}`, `"/a"`},
		{`{"a":""}`, `{"a":null}`, `"/a"`},
	} {
		diffs, err := document.DiffJSON([]byte(test.want), []byte(test.got))
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(diffs, "\n")
		if (test.place == "") != (all == "") || !strings.HasPrefix(all, test.place) {
			t.Errorf("%s and %s differ at %s, found %q", test.want, test.got, test.place, all)
		}
	}
}

func TestParseRefusesWhatIsNotOneDocument(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "{", `{} {}`, `{}x`, `{"a":1,"a":1}`, `{"a":{"b":1,"\u0062":2}}`, "\"\xff\""} {
		if doc, err := document.Parse([]byte(data)); err == nil {
			t.Errorf("%q was parsed to %v", data, doc)
		}
	}
}

func TestSetAndRemoveChangeOnePlaceOfACopy(t *testing.T) {
	t.Parallel()
	const before = `{"a/b":[{"":1},{"c":2}],"d":{}}`
	doc, err := document.Parse([]byte(before))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at   jsontext.Pointer
		set  bool
		want string
	}{
		{"", true, `true`},
		{"/a~1b", true, `{"a/b":true,"d":{}}`},
		{"/a~1b", false, `{"d":{}}`},
		{"/a~1b/0/", true, `{"a/b":[{"":true},{"c":2}],"d":{}}`},
		{"/a~1b/0/", false, `{"a/b":[{},{"c":2}],"d":{}}`},
		{"/a~1b/1", true, `{"a/b":[{"":1},true],"d":{}}`},
		{"/d/new", true, `{"a/b":[{"":1},{"c":2}],"d":{"new":true}}`},
	} {
		change := document.Remove
		if test.set {
			change = func(doc any, at jsontext.Pointer) (any, error) { return document.Set(doc, at, true) }
		}
		after, err := change(doc, test.at)
		if err != nil {
			t.Fatalf("%q: %v", test.at, err)
		}
		same(t, test.want, after)
	}
	same(t, before, doc)
	for _, at := range []jsontext.Pointer{"/none/inside", "/a~1b/2", "/a~1b/x", "/a~1b/0//deep"} {
		if after, err := document.Set(doc, at, true); err == nil {
			t.Errorf("%q was set: %v", at, after)
		}
	}
}

func same(t *testing.T, want string, doc any) {
	t.Helper()
	got, err := document.Format(doc)
	if err != nil {
		t.Fatal(err)
	}
	diffs, err := document.DiffJSON([]byte(want), got)
	if err != nil || len(diffs) > 0 {
		t.Errorf("%v %v", diffs, err)
	}
}

func TestPlacesVisitsEveryPlaceInOrder(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse([]byte(`{"b":[1,{"x/y":null}],"a":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for at := range document.Places(doc) {
		all = append(all, string(at))
	}
	if got := strings.Join(all, " "); got != " /a /b /b/0 /b/1 /b/1/x~1y" {
		t.Errorf("places are %q", got)
	}
}
