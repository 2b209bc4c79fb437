package cli_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func TestWhatProfileCommandsPrintIsAsPublishedAndHasNoToken(t *testing.T) {
	t.Parallel()
	text, err := cli.ProfileJSON()
	if err != nil || strings.Contains(text, "secret") {
		t.Fatalf("%s, error %v", text, err)
	}
	conforms(t, "profile", text)
}
