package browser

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestAnImportIsReviewedInTheServer(t *testing.T) {
	t.Parallel()
	s := serve(t, "target")
	imports := s.project(t, "target").Imports
	created, err := imports.Create(t.Context(), api.FromFile(archiveOf(t, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imports.WaitScanned(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	w := open(t)
	w.visit(s.origin + "/review/")
	w.sees("#token")
	w.sizes("review-sign-in")
	w.fill("#project", "target")
	w.fill("#token", "guess")
	w.click("main button")
	w.expect("[role=alert]", "there is no such project, or the token is not one of it")
	w.forget()
	w.check("review-sign-in-wrong")
	w.fill("#project", "target")
	w.fill("#token", s.tokens["target"])
	w.click("main button")
	w.sees(".waiting")
	w.expect(".waiting", created.ID)
	w.sizes("review-waiting")
	w.click(".waiting button")
	w.sees("#objects")
	w.expect("h1", "Import into target")
	w.fill("#values input", "planted-secret")
	w.click("#confirm:not([disabled])")
	w.sees(".result")
	w.expect(".result", "Done")
	w.click(".result a")
	w.expect("main", "There are none.")
	another, err := imports.Create(t.Context(), api.FromFile(archiveOf(t, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imports.WaitScanned(t.Context(), another.ID); err != nil {
		t.Fatal(err)
	}
	w.visit(s.origin + "/review/")
	w.click(".waiting button")
	w.click(".decision summary")
	w.sizes("review-reject")
	w.click("button[value=reject]")
	w.expect(".result", "Rejected", "The import is deleted")
	if left, err := imports.List(t.Context()); err != nil || len(left) != 1 {
		t.Errorf("%d imports are left, %v", len(left), err)
	}
	s.holds(t, "target", "fetch names scorer")
}

// The first two URLs that the command of the README prints are pages with something on
// them: packages that are compared, a deployment that is left out with what needs it, and
// secrets that are missing.
func TestTheServerOfTheREADMEShowsBothPages(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, line, ok := strings.Cut(string(readme), "go run ./api/cmd/ubiops-transfer serve ")
	if line, _, _ = strings.Cut(line, "\n"); !ok {
		t.Fatal("the README has no server")
	}
	s := &server{process: start(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, strings.Fields(strings.ReplaceAll(line, "=tests/", "=../"))...)...)}
	printed := map[string]string{}
	for line := range s.lines {
		what, of, _ := strings.Cut(line, " ")
		printed[what] = of
		if what == "serving" {
			break
		}
	}
	_, token, _ := strings.Cut(printed["token"], ": ")
	w := open(t)
	w.visit(printed["documentation"])
	w.expect("#exports_list", "List exports")
	w.visit(printed["reviews"])
	w.fill("#project", "my-project")
	w.fill("#token", token)
	w.click("main button")
	w.click(".waiting button")
	w.expect(".counts", "9 to create", "2 in conflict", "4 only in the project")
	w.click("#packages")
	w.sees("main:not(:has(#packages)) #objects")
	w.click("a[href*='class=conflict']")
	w.click("#objects li a")
	w.click("#open .children a")
	w.expect("#open", "changed deployment_package/deployment.py", "removed deployment_package/libraries/README.md")
	w.sizes("review-packages")
	w.click("input[aria-label='Take deployment deployment-1']")
	w.expect(".notes", "Left out along: pipeline scoring, since it needs deployment deployment-1")
	w.expect("#blockers", "2 variables have no value yet")
	// What was typed is not lost by a look at an object.
	w.fill("#values .field:nth-of-type(2) input", "planted-secret")
	w.click("#objects li a")
	w.sees("#open")
	w.expect("#values", "given; empty keeps it", "missing")
	w.expect("#blockers", "1 variable has no value yet")
	w.fill("#values .field:nth-of-type(2) input", "planted-secret")
	w.expect("#values", "entered")
	if eval[bool](w, "document.querySelector('#blockers').checkVisibility()") {
		t.Error("the page says what is missing, and nothing is")
	}
	// The review is the same in another window.
	other := eval[string](w, "location.origin") + "/review/"
	w.visit(other)
	w.click(".waiting button")
	w.expect("#values", "given; empty keeps it", "missing")
	w.fill("#values .field:nth-of-type(2) input", "planted-secret")
	w.click("#confirm:not([disabled])")
	w.expect(".result", "Done", "has created 7 objects in project my-project, which was read again and is as planned")
	w.picture("review-sample-done")
}

func TestTheFirstPageOfALargePlanIsThereInASecond(t *testing.T) {
	t.Parallel()
	const versions = 10_000
	s := serve(t, "target")
	_, link := s.review(t, "target", archiveOf(t, func(c *archive.Content) {
		for i := range versions / 10 {
			d := c.Deployments["fetch"]
			d.Versions = map[string]models.DeploymentVersion{}
			for k := range 10 {
				d.Versions[fmt.Sprintf("v%d", k)] = models.DeploymentVersion{EnvironmentName: models.Value("tools"), InstanceType: models.Value("512mb"),
					EnvironmentVariables: map[string]models.EnvironmentVariable{"API_KEY": {Secret: new(true)}}}
			}
			c.Deployments[fmt.Sprintf("deployment-%d", i)] = d
		}
	}))
	w := open(t)
	w.visit(link)
	w.sees("#objects")
	w.visit(eval[string](w, "location.href"))
	w.sees("#objects")
	entry := "performance.getEntriesByType('navigation')[0]"
	took, size := eval[float64](w, entry+".domContentLoadedEventEnd"), eval[int](w, entry+".decodedBodySize")
	t.Logf("%d bytes in %.0f ms", size, took)
	if took > 1000 || size > 300_000 {
		t.Errorf("the first page of %d versions has %d bytes and is there after %.0f ms", versions, size, took)
	}
	w.expect("#blockers", "10001 variables have no value yet")
	w.check("review-large")
}
