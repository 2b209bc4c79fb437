package models_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// nextVersion are the ways through encoding/json as Go 1.27 has it: on top of
// the second version, whose methods it calls with the options of the first.
func nextVersion(model reflect.Type) []way {
	unmarshal := func(data []byte, v any) error { return jsonv1.Unmarshal(data, v) }
	marshal := func(v any) ([]byte, error) { return jsonv1.Marshal(v) }
	return []way{
		{"json of Go 1.27, a value", "%s", through(model, unmarshal, func(v any) ([]byte, error) { return jsonv1.Marshal(value(v)) })},
		{"json of Go 1.27, a pointer", "%s", through(model, unmarshal, marshal)},
		{"json of Go 1.27, in an own type", ownFrame, through(own(model), unmarshal, marshal)},
	}
}

func TestNextVersion(t *testing.T) {
	t.Parallel()
	eachModel(t, func(t *testing.T, model model, schema *openapi3.Schema) {
		random := document.Sampler{Rand: rand.New(rand.NewPCG(3, 4))}
		for i := range 40 {
			keeps(t, nextVersion(model.typ), fmt.Sprintf("random document %d", i), random.Document(schema))
		}
	})
	if jsonv1.Unmarshal([]byte(`{"name":"a","name":"b"}`), new(models.Field)) == nil {
		t.Error("a name twice is accepted")
	}
	for range 10 {
		out, err := jsonv1.Marshal(&models.Attachment{Unknown: []byte(`{"<":1}`)})
		want, _ := json.Marshal(&models.Attachment{Unknown: []byte(`{"<":1}`)})
		if err != nil || string(out) != string(want) {
			t.Errorf("%s (%v), want %s", out, err, want)
		}
	}
}
