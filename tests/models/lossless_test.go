package models_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

// losses returns how the document differs from what comes back in each way.
func losses(ways []way, doc any) []string {
	data, err := document.Format(doc)
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	for _, way := range ways {
		framed := data
		if way.frame != "%s" {
			framed = fmt.Appendf(nil, way.frame, data)
		}
		back, err := way.trip(framed)
		if err != nil {
			all = append(all, fmt.Sprintf("%s: %v\n%s", way.name, err, data))
			continue
		}
		diffs, err := document.DiffJSON(framed, back)
		if err != nil {
			all = append(all, fmt.Sprintf("%s: %v", way.name, err))
		}
		for _, diff := range diffs {
			all = append(all, way.name+": "+diff)
		}
	}
	return all
}

// keeps fails the test unless the document comes back from every way as it was.
// One loss is enough to say: what is lost once is lost in many documents and ways.
func keeps(t *testing.T, ways []way, what string, doc any) {
	t.Helper()
	if t.Failed() {
		return
	}
	if lost := losses(ways, doc); len(lost) > 0 {
		t.Errorf("%s: %s (%d losses)", what, lost[0], len(lost))
	}
}

// direct picks the two ways that everything else is built on.
func direct(ways []way) []way {
	var two []way
	for _, way := range ways {
		if way.name == "json, a value" || way.name == "json v2, a value" {
			two = append(two, way)
		}
	}
	return two
}

func eachModel(t *testing.T, test func(t *testing.T, model model, schema *openapi3.Schema)) {
	t.Helper()
	doc := contract(t)
	for _, model := range all {
		t.Run(model.name, func(t *testing.T) {
			t.Parallel()
			schema := *doc.Components.Schemas[model.name].Value
			schema.Nullable = false // a member of it can be null, it by itself cannot
			test(t, model, &schema)
		})
	}
}

func TestDocumentedExamplesComeBack(t *testing.T) {
	t.Parallel()
	fixtures, err := fixtures.All()
	if err != nil || len(fixtures) == 0 {
		t.Fatal(len(fixtures), err)
	}
	for _, fixture := range fixtures {
		t.Run(fixture.File, func(t *testing.T) {
			t.Parallel()
			data, err := fixture.Data()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := document.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, model := range all {
				if model.name == fixture.Schema {
					keeps(t, model.ways, fixture.File, doc)
					return
				}
			}
			t.Errorf("no model for %s", fixture.Schema)
		})
	}
}

func TestWholeDocumentsComeBackInEveryWay(t *testing.T) {
	t.Parallel()
	eachModel(t, func(t *testing.T, model model, schema *openapi3.Schema) {
		full := document.Sampler{}.Document(schema)
		keeps(t, model.ways, "every member", full)

		random := document.Sampler{Rand: rand.New(rand.NewPCG(2, uint64(len(model.name))))}
		for i := range 40 {
			keeps(t, model.ways, fmt.Sprintf("random document %d", i), random.Document(schema))
		}
	})
}

func TestUnknownMembersComeBackAtEveryLevel(t *testing.T) {
	t.Parallel()
	eachModel(t, func(t *testing.T, model model, schema *openapi3.Schema) {
		full := document.Sampler{}.Document(schema)
		everywhere, places := full, 0
		set := func(doc any, at jsontext.Pointer, value any) any {
			doc, err := document.Set(doc, at, value)
			if err != nil {
				t.Fatal(err)
			}
			return doc
		}
		for place := range document.Described(schema, full) {
			if !document.Open(place.Schema) || free(place.Schema) {
				continue
			}
			places++
			for _, member := range document.Unknown {
				at := place.At.AppendToken(member.Name)
				keeps(t, direct(model.ways), "an unknown member", set(full, at, member.Value))
				everywhere = set(everywhere, at, member.Value)
			}
			for name := range place.Schema.Properties {
				at := place.At.AppendToken(strings.ToUpper(name))
				everywhere = set(everywhere, at, json.Number("9007199254740993"))
			}
		}
		if places == 0 {
			t.Error("it has no room for an unknown member")
		}
		keeps(t, model.ways, "unknown members everywhere", everywhere)
	})
}

func TestAbsenceNullAndEmptinessStayApart(t *testing.T) {
	t.Parallel()
	empty := map[string]any{
		openapi3.TypeString: "", openapi3.TypeInteger: json.Number("0"), openapi3.TypeNumber: json.Number("0"), openapi3.TypeBoolean: false,
		openapi3.TypeArray: []any{}, openapi3.TypeObject: map[string]any{},
	}
	eachModel(t, func(t *testing.T, model model, schema *openapi3.Schema) {
		full := document.Sampler{}.Document(schema)
		tried := 0
		try := func(what string, place document.Place, doc any, err error) {
			if err != nil {
				t.Fatal(err)
			}
			tried++
			keeps(t, direct(model.ways), fmt.Sprintf("%q %s", place.At, what), doc)
		}
		for place := range document.Described(schema, full) {
			if place.Schema.Type != nil && place.Schema.Format != "date-time" && len(place.Schema.Required) == 0 {
				doc, err := document.Set(full, place.At, empty[place.Schema.Type.Slice()[0]])
				try("empty", place, doc, err)
			}
			if place.Member && !place.Required {
				doc, err := document.Remove(full, place.At)
				try("absent", place, doc, err)
			}
			if place.Schema.Nullable {
				doc, err := document.Set(full, place.At, nil)
				try("null", place, doc, err)
			}
		}
		if tried == 0 {
			t.Error("nothing was tried")
		}
	})
}

// free reports whether the schema is of a member that can be anything.
func free(schema *openapi3.Schema) bool {
	return schema.Type == nil || document.Open(schema) && len(schema.Properties) == 0 && schema.Nullable
}

// lossyImport is an ImportDetail that keeps nothing but what it names.
type lossyImport struct {
	ID          string `json:"id"`
	Deployments map[string]struct {
		Versions map[string]struct {
			Environment string `json:"environment"`
		} `json:"versions"`
	} `json:"deployments"`
}

// TestLossyStructsAreFound does the same with structs that are known to lose
// members: each way has to notice.
func TestLossyStructsAreFound(t *testing.T) {
	t.Parallel()
	lossy := of(reflect.TypeFor[lossyImport]())
	full := document.Sampler{}.Document(contract(t).Components.Schemas["ImportDetail"].Value)
	for _, at := range []jsontext.Pointer{"/future", "/deployments/deployment-1/versions/deployment-1/future"} {
		doc, err := document.Set(full, at, json.Number("9007199254740993"))
		if err != nil {
			t.Fatal(err)
		}
		for i, way := range lossy.ways {
			if found := losses(lossy.ways[i:i+1], doc); !strings.Contains(strings.Join(found, " "), string(at)) {
				t.Errorf("%s: %s went unnoticed: %q", way.name, at, found)
			}
		}
	}
}
