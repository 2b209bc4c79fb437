package conformance_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/server"
)

func TestTheReferenceServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	conformance.Test(t, h, conformance.Options{Project: "demo", Token: token})
}
