package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// planted would run if a name were markup.
const planted = `"><script>document.title='planted'</script><img src=x onerror="document.title='planted'">`

func TestAReviewIsDecidedWithTheMouse(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, "target")
			command, link := s.review(t, "target", archiveOf(t, nil))
			w := open(t)
			w.scripts(scripts)
			w.visit(link)
			w.sees("#objects")
			w.expect("h1", "target")
			w.expect(".counts", "9 to create")
			update := func() {
				if !scripts {
					w.click("#update")
				}
			}
			w.click("#objects details:nth-of-type(2) summary") // deployments
			w.click("#objects details:nth-of-type(2) li a")
			w.sees("#open table")
			w.expect("#open", "description", `"of the archive"`)
			w.picture("review-open")

			w.click("input[aria-label='Take deployment scorer']")
			update()
			w.sees(".notes")
			w.expect(".notes", "Left out along: pipeline nightly, since it needs deployment scorer")
			w.expect(".counts", "5 to create")
			w.expect("#blockers", "1 variable has no value yet")
			if eval[bool](w, "document.querySelector('#confirm').disabled") != true {
				t.Error("it could be confirmed without a value")
			}
			w.picture("review-left-out")

			w.fill("input[type=password]", "planted-secret")
			update()
			w.click("#confirm:not([disabled])")
			w.sees(".result")
			w.expect(".result", "Done")
			w.picture("review-done")
			w.check("review-done")
			command.exits(0)
			if out := command.said(); strings.Contains(out, "planted-secret") {
				t.Errorf("it prints the secret: %s", out)
			}
			if body := w.text("html"); strings.Contains(body, "planted-secret") || strings.Contains(body, s.tokens["target"]) {
				t.Errorf("the page shows a secret: %s", body)
			}
			s.holds(t, "target", "fetch names")
		})
	}
}

func TestAReviewIsDecidedWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	command, link := s.review(t, "target", archiveOf(t, nil))
	w := open(t)
	w.visit(link)
	w.sees("#objects")
	// focus presses Tab until an element has the focus, as it has to be seen.
	focus := func(selector string) {
		t.Helper()
		for range 80 {
			if eval[bool](w, "document.activeElement.matches("+quote(selector)+")") {
				if eval[string](w, "getComputedStyle(document.activeElement).outlineStyle") == "none" {
					t.Errorf("the focus on %s cannot be seen", selector)
				}
				return
			}
			w.press(kb.Tab)
		}
		w.picture("keyboard-failed")
		t.Fatalf("Tab does not reach %s", selector)
	}
	focus("#objects details:nth-of-type(2) summary")
	w.press(kb.Enter)
	focus("input[aria-label='Take deployment names']")
	w.press(" ")
	w.sees("input[aria-label='Take deployment names']:not([checked])")
	focus("input[type=password]")
	w.press("planted-secret")
	focus("#confirm")
	w.press(kb.Enter)
	w.sees(".result")
	w.expect(".result", "Done")
	command.exits(0)
	s.holds(t, "target", "fetch scorer")
}

func TestAReviewOfAChangedProjectShowsTheNewPlan(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	command, link := s.review(t, "target", archiveOf(t, nil))
	w := open(t)
	w.visit(link)
	w.sees("#objects")
	s.load(t, "target", archiveOf(t, func(c *archive.Content) {
		c.Pipelines, c.Environments, c.EnvironmentVariables = nil, nil, nil
		d := c.Deployments["fetch"]
		d.Description = models.Value("of the project")
		c.Deployments = map[string]models.Deployment{"fetch": d, "theirs": d}
	}))
	w.fill("input[type=password]", "planted-secret")
	w.click("#confirm:not([disabled])")
	w.sees(".changed")
	w.expect(".changed", "The project has changed", "- create deployment fetch", `+ conflict deployment fetch`)
	w.expect(".counts", "1 in conflict", "1 only in the project")
	w.sizes("review-stale")
	w.click("a[href*='class=conflict']")
	w.click("#objects a[href*='open=']")
	w.sees("#open table")
	w.expect("#open", `"of the project"`, `"of the archive"`)
	w.sizes("review-conflict")
	w.click("input[aria-label='Take deployment fetch']")
	w.sees("#confirm:not([disabled])")
	w.click("#confirm")
	w.sees(".result")
	w.expect(".result", "Done")
	command.exits(0)
	s.holds(t, "target", "fetch names scorer theirs")
}

func TestAReviewCanBeCancelled(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	command, link := s.review(t, "target", archiveOf(t, nil))
	w := open(t)
	w.visit(link)
	w.click("button[value=cancel]")
	w.sees(".result")
	w.expect(".result", "Cancelled", "nothing is left behind")
	w.sizes("review-cancelled")
	command.exits(4)
	s.holds(t, "target", "")
}

func TestAReviewCanBeLookedAtEverywhere(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	s.load(t, "target", archiveOf(t, func(c *archive.Content) {
		c.Pipelines = nil
		d := c.Deployments["scorer"]
		d.Versions = map[string]models.DeploymentVersion{"v1": {EnvironmentName: models.Value("tools"), InstanceType: models.Value("1024mb"), MaximumInstances: models.Value(int64(3))}}
		c.Deployments = map[string]models.Deployment{"scorer": d, "only-there": d}
	}))
	_, link := s.review(t, "target", archiveOf(t, nil))
	w := open(t)
	w.visit(link)
	w.sees("#objects")
	here := eval[string](w, "location.href")
	w.looks("review", here)
	w.visit(here + "?class=only-in-target")
	w.expect("#objects", "deployment only-there")
	w.check("review-only")
	w.visit(here + "?class=conflict")
	w.click("#objects a[href*='open=']")
	w.sees("#open")
	w.click("#open .children a")
	w.sees("#open .children a, #open table")
	w.looks("review-object", eval[string](w, "location.href"))
}

func TestNamesOfAnArchiveAreNotMarkup(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	_, link := s.review(t, "target", archiveOf(t, func(c *archive.Content) {
		d := c.Deployments["names"]
		d.Description, d.Labels = models.Value(planted), models.Value(map[string]string{planted: planted})
		c.Deployments[planted] = d
		c.EnvironmentVariables[planted] = models.EnvironmentVariable{Secret: new(true)}
	}))
	w := open(t)
	w.visit(link)
	w.sees("#objects")
	title := eval[string](w, "document.title")
	w.visit(eval[string](w, "location.href") + "?class=create")
	w.sees("#objects")
	w.click("#objects details:nth-of-type(2) li a") // the first by name
	w.expect("#open", planted)
	w.check("review-planted")
	if got := eval[string](w, "document.title"); got != title || !strings.HasPrefix(got, "Import into") {
		t.Errorf("the title is %q", got)
	}
	if n := eval[int](w, "document.querySelectorAll('script:not([src]), img').length"); n > 0 {
		t.Errorf("there are %d elements of the archive", n)
	}
	w.expect("#objects", planted)
}

func TestALinkOfAReviewWorksOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	_, link := s.review(t, "target", archiveOf(t, nil))
	first, second := open(t), open(t)
	first.visit(link)
	first.sees("#objects")
	second.visit(link)
	second.expect("body", "This link does not work any more")
	if strings.Contains(second.text("body"), "scorer") {
		t.Error("it shows the plan")
	}
	first.visit(eval[string](first, "location.href"))
	first.sees("#objects")
}
