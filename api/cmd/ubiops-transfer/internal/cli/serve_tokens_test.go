package cli_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func TestATokenFileHoldsATokenALine(t *testing.T) {
	t.Parallel()
	n, err := cli.ParseTokens(strings.NewReader("# who may do what\n\np read 0123456789abcdef\r\n  q\twrite  fedcba9876543210  \n"))
	if err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestBadLinesOfATokenFileAreNamedByNumberOnly(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef"
	for text, want := range map[string]string{
		"":                             "no token",
		"# only\n":                     "no token",
		"\np " + token:                 "line 2: it is not of the form PROJECT",
		token:                          "line 1: it is not of the form PROJECT",
		"p both " + token:              "line 1: the second word",
		"p " + token + " write":        "line 1: the second word",
		"p write " + token + " # mine": "line 1: it is not of the form PROJECT",
		"p read " + token + "\n\nq write " + token: "line 3: it repeats the token of line 1",
		"x\ny": "line 2",
		"p read " + token + "\n# " + strings.Repeat(token, 1<<13): "line 2: ",
	} {
		_, err := cli.ParseTokens(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}
