package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestTheDocumentationLooksRightInEveryWay(t *testing.T) {
	t.Parallel()
	open(t).looks("docs", serve(t).origin+"/")
}

// shown counts the elements that a person can see.
func (w *tab) shown(selector string) int {
	w.Helper()
	return eval[int](w, fmt.Sprintf("Array.from(document.querySelectorAll(%q)).filter(e => e.checkVisibility()).length", selector))
}

// focused is what the focus is on: the name of the element, and what it says.
func (w *tab) focused() string {
	w.Helper()
	return eval[string](w, "(e => e.localName + ' ' + (e.value ?? e.textContent))(document.activeElement)")
}

// Each source can be chosen with the keyboard, and without a script. Then what is
// known from elsewhere is there only if it has something of that source in it.
func TestTheDocumentationIsFilteredBySource(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.scripts(false)
	w.visit(serve(t).origin + "/")
	for _, want := range []string{"a To the operations", "input "} {
		w.press(kb.Tab)
		if got := w.focused(); got != want {
			t.Fatalf("the focus is on %s, want %s", got, want)
		}
	}
	all := w.shown("[data-source]")
	choices := eval[int](w, "document.querySelectorAll('input[name=source]').length")
	for range choices - 1 {
		w.press(kb.ArrowDown)
		source, ok := strings.CutPrefix(w.focused(), "input ")
		if !ok {
			t.Fatalf("the focus is on %s", w.focused())
		}
		these := fmt.Sprintf("[data-source='%s']", source)
		if strings.HasPrefix(strings.TrimSpace(w.text("label:has(input:checked)")), "any ") {
			these = fmt.Sprintf(":is(%s, [data-source^='%s '])", these, source)
		}
		if got, want := w.shown(these), eval[int](w, fmt.Sprintf("document.querySelectorAll(%q).length", these)); got != want || got == 0 || got == all || !strings.HasSuffix(w.text("label:has(input:checked)"), fmt.Sprintf("(%d)", want)) {
			t.Errorf("%s: %d parts of %d are shown", w.text("label:has(input:checked)"), got, want)
		}
		// Nor is what would lead to others, or stand above nothing.
		if w.shown("nav a") > 0 || w.shown(fmt.Sprintf("main section:not(:has(%s))", these)) > 0 {
			t.Errorf("%s: the contents or headings of what is not shown are", source)
		}
		if got := w.shown(fmt.Sprintf("[data-source]:not(%s, :has(%s))", these, these)); got > 0 {
			t.Errorf("%s: %d other parts are shown", source, got)
		}
		if strings.HasSuffix(source, "archive") {
			w.picture("docs-only-archive")
		}
	}
	w.press(kb.ArrowDown) // around to the first choice
	if got := w.shown("[data-source]"); got != all {
		t.Errorf("%d of %d parts are shown again", got, all)
	}
}

// A link leads to its part, also if the filter hides it, and the keyboard leads on
// from there.
func TestAnAnchorOfTheDocumentationIsShown(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.scripts(false)
	s := serve(t)
	w.visit(s.origin + "/#DeploymentVersion.maximum_idle_time")
	target := "li:target"
	if got := w.text(target); !strings.HasPrefix(got, "maximum_idle_time ") {
		t.Errorf("the anchor is at %s", got)
	}
	seen := fmt.Sprintf("(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector(%q).getBoundingClientRect())", target)
	if !eval[bool](w, seen) {
		t.Error("the anchor is not in the window")
	}
	w.click("input[value=archive]")
	if w.shown(target) != 1 || w.shown("article:target, article:has(:target)") != 1 {
		t.Error("the filter hides the part that the address names")
	}
	w.visit(s.origin + "/#exports_create.201")
	w.click("input[value=archive]")
	if got, all := w.shown(":target [data-source]"), eval[int](w, "document.querySelectorAll(':target [data-source]').length"); got != all || all == 0 {
		t.Errorf("of the part that the address names, the filter shows %d parts of %d", got, all)
	}
	w.click("article:has(:target) h3 a")
	w.press(kb.Tab)
	if got := w.focused(); !strings.HasPrefix(got, "a ") {
		t.Errorf("the focus is on %s", got)
	}
}

func TestTheDocumentationIsReadWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.scripts(false)
	w.visit(serve(t).origin + "/")
	w.press(kb.Tab)
	w.press(kb.Enter)
	w.press(kb.Tab)
	if got := w.focused(); got != "a List exports" {
		t.Errorf("after the link to the operations, the focus is on %s", got)
	}
	outline := "getComputedStyle(document.activeElement).outlineStyle"
	if got := eval[string](w, outline); got != "solid" {
		t.Errorf("the focus is seen as %s", got)
	}
	w.press(kb.Enter)
	if got := eval[string](w, "location.hash"); got != "#exports_list" {
		t.Errorf("the address is %s", got)
	}
}
