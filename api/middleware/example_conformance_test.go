package middleware_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/conformance"
)

func TestTheServerOfTheExampleKeepsTheContract(t *testing.T) {
	t.Parallel()
	handler, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	conformance.Test(t, handler, conformance.Options{Project: "demo", Token: "letmein"})
}
