package main

import (
	"os"
	"slices"
	"testing"
)

func TestTheContractHasNoMistake(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if mistakes := check(contract); len(mistakes) > 0 {
		t.Errorf("%q", mistakes)
	}
}

func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	t.Parallel()
	const contract = `paths:
  /a~b/{id}:
    get: { operationId: list, summary: x }
    post:
      operationId: create
    delete: { summary: $ref }
  /b:
    parameters: [{ $ref: "#/paths/~1a~0b~1{id}/get" }, { $ref: "other.yaml#/x" }]
    get: { operationId: list }
components:
  links: { next: { operationId: list } }
  schemas:
    A: { items: { $ref: "#/components/schemas/B" } }
    C: { $ref: "#/paths/~1a~0b~1{id}/get/summary/x" }
`
	for _, test := range []struct {
		contract string
		want     []string
	}{
		{contract, []string{
			"13: #/components/schemas/B leads nowhere",
			"14: #/paths/~1a~0b~1{id}/get/summary/x leads nowhere",
			"9: the operationId list is taken in line 3",
		}},
		{"", []string{" yaml: construct errors: <unknown position>: yaml: no documents in stream"}},
		{"a:\n  b: c: d\n", []string{"2: mapping values are not allowed in this context"}},
		{"text", nil},
	} {
		if got := check([]byte(test.contract)); !slices.Equal(got, test.want) {
			t.Errorf("%q\ngot  %q\nwant %q", test.contract, got, test.want)
		}
	}
}
