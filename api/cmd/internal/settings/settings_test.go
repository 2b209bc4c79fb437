package settings_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

func TestSizesOfEveryUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 1, "1048576": 1 << 20, "1GiB": 1 << 30, "500MB": 500_000_000, "1.5 TiB": 3 << 39, "2kb": 2000, "7 b": 7, "64gib": 64 << 30,
	} {
		if got, err := settings.Size(text); err != nil || got != want {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
}
