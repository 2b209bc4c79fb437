package store_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/internal/store/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
	storetest.RunBlobs(t, func(*testing.T) store.Blobs { return store.NewMemory().Blobs() })
}
