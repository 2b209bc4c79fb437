package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// picture leaves a picture of the whole page in the folder PICTURES, if that is set.
func (w *tab) picture(name string) {
	w.Helper()
	folder := os.Getenv("PICTURES")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		w.Errorf("picture %s: %v", name, err)
	}
}

// looks visits a page in every way that it may be looked at, and checks it.
func (w *tab) looks(name, address string) {
	w.Helper()
	for _, scripts := range []bool{true, false} {
		w.scripts(scripts)
		w.visit(address)
		w.sizes(fmt.Sprintf("%s-scripts-%t", name, scripts))
	}
	w.scripts(true)
}

// sizes checks the page that is open, narrow and wide, light and dark.
func (w *tab) sizes(name string) {
	w.Helper()
	for _, width := range []int64{360, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			w.size(width)
			w.scheme(scheme)
			w.check(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
}

// check checks the page that is open as it is.
func (w *tab) check(name string) {
	w.Helper()
	w.picture(name)
	if wide := eval[int](w, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		w.Errorf("%s: it is %d pixels wider than the window", name, wide)
	}
	here, err := url.Parse(eval[string](w, "location.href"))
	if err != nil {
		w.Fatal(err)
	}
	w.mu.Lock()
	requests, said := w.requests, w.said
	w.mu.Unlock()
	for _, request := range requests {
		if !strings.HasPrefix(request, here.Scheme+"://"+here.Host+"/") && here.Scheme != "file" {
			w.Errorf("%s: it loads %s", name, request)
		}
	}
	for _, line := range said {
		w.Errorf("%s: on the console: %s", name, line)
	}
	for _, f := range w.axe() {
		w.Errorf("%s: axe-core: %s", name, f)
	}
}

// finding is what axe-core says.
type finding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (f finding) String() string {
	text := fmt.Sprintf("%s (%s): %s", f.ID, f.Impact, f.Help)
	for _, n := range f.Nodes {
		text += fmt.Sprintf("\n\t%s\n\t\t%s", n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", "\n\t\t"))
	}
	return text
}

// axe returns the serious and critical findings of axe-core on the page. It runs in
// the page, also if scripts of the page itself are off.
func (w *tab) axe() (serious []finding) {
	w.Helper()
	w.scripts(true)
	eval[any](w, axeScript()+"\n;null")
	text := eval[string](w, "axe.run({preload: false}).then(result => JSON.stringify({passes: result.passes.length, violations: result.violations}))")
	var result struct {
		Passes     int       `json:"passes"`
		Violations []finding `json:"violations"`
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		w.Fatal(err)
	}
	if result.Passes < 5 {
		w.Errorf("axe-core has looked at %d rules only", result.Passes)
	}
	for _, f := range result.Violations {
		if f.Impact == "serious" || f.Impact == "critical" {
			serious = append(serious, f)
		}
	}
	return serious
}

var axeScript = sync.OnceValue(func() string {
	text, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		panic(fmt.Sprintf("AXE has to name the script of axe-core, as doc.go says: %v", err))
	}
	return string(text)
})
