package conformance

import (
	"net/http"
	"strings"
)

// createChecks let imports create deployments, and look at exports of them. Only a
// server that says what an archive offers can be asked for that.
func createChecks() []check {
	of := func(name, operation string, run func(*probe), needs ...string) check {
		return check{name: name, operation: operation, write: true, create: true, run: run, needs: append(needs, "imports/scan/offer", "imports/confirm")}
	}
	const everything, exported = "imports/confirm/everything", "exports/content"
	return []check{
		of(exported, "exports_download", func(p *probe) {
			p.confirmed("content")
			files := p.export("content", "")
			name := "deployment_" + p.deploymentName("content")
			text, ok := find(files, name+".yaml")
			if !ok || !strings.Contains(text, p.deploymentName("content")) {
				p.fail("the archive does not have the deployment that was selected")
			}
			if _, ok := find(files, name+"_version_v1.zip"); !ok {
				p.fail("the archive does not have the package of the version")
			}
		}),
		of(everything, "imports_update", func(p *probe) {
			j := p.scanned(p.archive("everything"))
			p.job(p.patch(j, "{}"))
			p.wait(imports, j, "completed")
			if !p.exists("everything") {
				p.fail("the confirmation {} has created nothing")
			}
		}),
		of("imports/confirm/selection", "imports_update", func(p *probe) {
			j := p.scanned(p.archive("chosen", "other"))
			p.job(p.patch(j, p.filled("chosen")))
			p.wait(imports, j, "completed")
			if !p.exists("chosen") {
				p.fail("the deployment that the confirmation names was not created")
			}
			if p.exists("other") {
				p.fail("a deployment was created that the confirmation does not name")
			}
		}, exported),
		{name: "imports/skip-confirmation", operation: "imports_create", write: true, create: true, needs: []string{"imports/settle"}, run: (*probe).skipped},
		of("exports/get/selection", "exports_get", func(p *probe) {
			p.confirmed("selected")
			j := p.newExport("", p.selection("selected"))
			if _, ok := p.get(exports, j.ID).Deployments[p.deploymentName("selected")]; !ok {
				p.fail("the detail does not have the deployment that was selected")
			}
		}),
		of("exports/without-packages", "exports_download", func(p *probe) {
			p.confirmed("bare")
			for name := range p.export("bare", "?packages=False") {
				if strings.HasSuffix(name, ".zip") {
					p.fail("the archive has a package, although it was to have none")
				}
			}
		}, exported),
		of("exports/all", "exports_download", func(p *probe) {
			p.confirmed("all")
			j := p.wait(exports, p.newExport("?all=True&packages=False", p.described()), "completed")
			if _, ok := find(p.contents(j), "deployment_"+p.deploymentName("all")+".yaml"); !ok {
				p.fail("an export of everything does not have a deployment of the project")
			}
		}, exported),
		of("exports/secret", "exports_download", func(p *probe) {
			p.confirmed("secret")
			for name, text := range p.export("secret", "") {
				if strings.Contains(text, p.secret) {
					p.fail("%s in the archive has the value of a variable that is secret", name)
				}
			}
		}, exported),
		of("exports/unknown-member", "exports_download", func(p *probe) {
			j := p.scanned(p.archiveWith(unknownName+": kept\n", "unknown"))
			p.job(p.patch(j, p.filled("unknown")))
			p.wait(imports, j, "completed")
			text, _ := find(p.export("unknown", ""), "deployment_"+p.deploymentName("unknown")+".yaml")
			if !strings.Contains(text, unknownName) {
				p.fail("a member that the contract does not name is lost on the way through an import and an export")
			}
		}, exported, "imports/scan/unknown-member"),
	}
}

// skipped lets an import complete by itself.
func (p *probe) skipped() {
	j := p.newImport(p.archive("skipped"), [2]string{"skip_confirmation", "True"})
	if j = p.wait(imports, j, "completed", "failed", "confirmation"); j.Status == "confirmation" {
		p.fail("it waits for a confirmation, although that was to be skipped")
	}
	p.observe("an import without confirmation and with a variable that is secret: %s", j.Status)
}

// filled is a confirmation of one deployment with the value of its secret.
func (p *probe) filled(suffix string) string {
	return `{"deployments": {"` + p.deploymentName(suffix) + `": {"environment_variables": {"` + variableName + `": {"value": "` + p.secret + `", "secret": true}}}}}`
}

// selection is an export of one deployment with its version and its variable.
func (p *probe) selection(suffix string) string {
	return `{"deployments": {"` + p.deploymentName(suffix) + `": {"versions": {"v1": {}}, "environment_variables": {"` + variableName + `": {"include_value": true}}}}}`
}

// confirmed lets a deployment come into being.
func (p *probe) confirmed(suffix string) {
	j := p.scanned(p.archive(suffix))
	p.job(p.patch(j, p.filled(suffix)))
	p.wait(imports, j, "completed")
}

// export downloads an export of one deployment.
func (p *probe) export(suffix, query string) map[string]string {
	return p.contents(p.wait(exports, p.newExport(query, p.selection(suffix)), "completed"))
}

func (p *probe) contents(j job) map[string]string {
	x := p.send(http.MethodGet, "/exports/"+j.ID+"/download", nil)
	p.success(x)
	return p.unzipped(x.body)
}

// exists reports whether the project has a deployment: an export of it is refused,
// or does not have it.
func (p *probe) exists(suffix string) bool {
	x := p.send(http.MethodPost, "/exports", asJSON(p.selection(suffix)))
	if x.status/100 == 4 {
		return false
	}
	j := p.wait(exports, p.keep(exports, x), "completed", "failed")
	if j.Status == "failed" {
		return false
	}
	_, ok := find(p.contents(j), "deployment_"+p.deploymentName(suffix)+".yaml")
	return ok
}
