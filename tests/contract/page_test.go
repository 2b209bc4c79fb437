package contract

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

// printed matches a block of the page that is not indented, which is how it
// prints its JSON; code samples are indented.
var printed = regexp.MustCompile("(?ms)^```\n(.*?)^```$")

func page(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("page/imports-and-exports.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFixturesAreWhatThePagePrintsAndAllOfIt(t *testing.T) {
	t.Parallel()
	page := page(t)
	left := map[string]int{} // how often the page prints a block that no fixture has taken
	for _, block := range printed.FindAllStringSubmatch(page, -1) {
		left[block[1]]++
	}
	if len(left) == 0 {
		t.Fatal("the page prints nothing")
	}
	for _, fixture := range allFixtures(t) {
		if fixture.Example == "Empty" {
			if call := "ubiops." + fixture.Schema + "()"; !strings.Contains(page, call) {
				t.Errorf("%s: no code sample passes %s", fixture.File, call)
			}
			continue
		}
		data, err := fixture.PrintedData()
		if err != nil {
			t.Fatal(err)
		}
		if left[string(data)] == 0 {
			t.Errorf("%s is not on the page", fixture.File)
		}
		left[string(data)]--
	}
	for block, times := range left {
		if times > 0 {
			t.Errorf("no fixture has what the page prints %d times more:\n%s", times, block)
		}
	}
}

// documented returns what the page documents.
func documented(t testing.TB) drift.Table {
	t.Helper()
	data, err := os.ReadFile("page/imports-and-exports.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := drift.ReadPage(string(data), contract(t))
	if err != nil {
		t.Fatal(err)
	}
	return page.Table
}
