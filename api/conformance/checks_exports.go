package conformance

import "net/http"

func exportChecks() []check {
	creates := func(what string, run func(*probe)) check {
		return check{name: "exports/create/" + what, operation: "exports_create", write: true, needs: []string{"exports/create"}, run: run}
	}
	return []check{
		creates("empty", func(p *probe) { p.newExport("", "{}") }),
		creates("malformed", func(p *probe) {
			for _, body := range []string{`{"deployments": `, `[]`, `{"deployments": ["one"]}`, `{"environment_variables": {"A": {"include_value": "yes"}}}`} {
				x := p.send(http.MethodPost, "/exports", asJSON(body))
				if x.status/100 == 2 {
					p.keep(exports, x)
				}
				p.refused(x)
			}
		}),
		creates("unknown-member", func(p *probe) { p.newExport("", `{"`+unknownName+`": {"a": 1}}`) }),
		creates("unknown-name", func(p *probe) {
			x := p.send(http.MethodPost, "/exports", asJSON(`{"deployments": {"`+p.deploymentName("-none")+`": {}}}`))
			if x.status/100 == 2 {
				p.keep(exports, x)
			}
			p.observe("an export of a deployment that does not exist: %d", x.status)
		}),
		creates("python-booleans", func(p *probe) { p.newExport("?all=False&packages=True", p.described()) }),
		creates("description", func(p *probe) {
			got := p.get(exports, p.newExport("", p.described()).ID)
			p.observe("the description of an export is kept: %t", got.Description != nil && *got.Description == p.mark)
		}),
	}
}
