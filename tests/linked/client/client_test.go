package client_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/tests/linked/client"
)

func TestCount(t *testing.T) {
	t.Parallel()
	n, err := client.Count(t.Context(), apitest.New(t).Client(apitest.DefaultProject), apitest.DefaultProject)
	if n != 0 || err != nil {
		t.Errorf("%d exports, error %v", n, err)
	}
}
