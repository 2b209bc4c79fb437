package browser

import (
	"testing"
)

func TestTheHarnessSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.visit(`data:text/html,<html lang="en"><title>t</title><main><h1>h</h1><ul><li>a<li>b</ul><a href="%23x">c</a><button></button></main>`)
	found := w.axe()
	if len(found) != 1 || found[0].ID != "button-name" {
		t.Errorf("a button without a name: %v", found)
	}
}
