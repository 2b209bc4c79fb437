package conformance_test

import (
	"context"
	"testing"

	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

func TestTheReferenceServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	h, token := reference(t, server.Options{})
	conformance.Test(t, h, conformance.Options{Project: "demo", Token: token})
}

func TestTheReferenceServerOnAFolderKeepsTheContract(t *testing.T) {
	t.Parallel()
	storage, err := local.Open(context.WithoutCancel(t.Context()), t.TempDir(), local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h, token := reference(t, server.Options{Storage: storage})
	conformance.Test(t, h, conformance.Options{Project: "demo", Token: token})
}
