package cli_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func TestWhatTheJournalPrintsIsAsPublished(t *testing.T) {
	t.Parallel()
	text, err := cli.RunsJSON()
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, "journal", text)
	conforms(t, "journal", "[]")
}
