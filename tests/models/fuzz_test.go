package models_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

// FuzzImportDetail decodes arbitrary JSON. What the contract describes has to
// come back whole, both times; of anything else the second time may not differ
// from the first.
func FuzzImportDetail(f *testing.F) {
	schema := contract(f).Components.Schemas["ImportDetail"].Value
	all, err := fixtures.All()
	if err != nil {
		f.Fatal(err)
	}
	for _, fixture := range all {
		data, err := fixture.Data()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	random := document.Sampler{Rand: rand.New(rand.NewPCG(1, 2))}
	for range 20 {
		data, err := document.Format(random.Document(schema))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var first, second models.ImportDetail
		if err := jsonv2.Unmarshal(data, &first); err != nil {
			if json.Unmarshal(data, &first) == nil {
				t.Errorf("only encoding/json takes it: %v", err)
			}
			return
		}
		once, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("it decodes, but does not encode: %v", err)
		}
		if err := json.Unmarshal(once, &second); err != nil {
			t.Fatalf("its own encoding %s does not decode: %v", once, err)
		}
		twice, err := json.Marshal(second)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("encoded to %s, then to %s (%v)", once, twice, err)
		}

		doc, err := document.Parse(data)
		if err != nil {
			t.Fatalf("it decodes, but is not JSON: %v", err)
		}
		if schema.VisitJSON(doc) != nil {
			return
		}
		diffs, err := document.DiffJSON(data, twice)
		if err != nil {
			t.Fatal(err)
		}
		for _, diff := range diffs {
			t.Error(diff)
		}
	})
}
