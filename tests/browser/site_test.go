package browser

import (
	"fmt"
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
	s.holds(t, "target", "fetch names scorer")
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
