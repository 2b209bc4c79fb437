package conformance

import (
	"net/http"
	"regexp"
	"strings"
)

// accessChecks are about who may ask, and where.
func accessChecks() []check {
	return []check{
		{name: "access/no-token", operation: "exports_list", run: func(p *probe) {
			p.refused(p.send(http.MethodGet, "/exports", &request{header: [][2]string{{"Authorization", ""}}}), http.StatusUnauthorized)
		}},
		{name: "access/wrong-token", operation: "exports_list", run: func(p *probe) {
			wrong := "Token " + strings.Repeat("0", 40)
			p.refused(p.send(http.MethodGet, "/exports", &request{header: [][2]string{{"Authorization", wrong}}}), http.StatusUnauthorized)
		}},
		{name: "access/other-project", operation: "exports_list", run: (*probe).otherProject},
		{name: "access/both-versions", operation: "exports_list", run: (*probe).bothVersions},
		{name: "access/rate-limit", operation: "exports_list", run: func(p *probe) {
			x := p.send(http.MethodGet, "/exports", nil)
			p.success(x)
			announced := "x-ratelimit-limit, -remaining and -reset are %s"
			if x.header.Get("X-Ratelimit-Limit") != "" && x.header.Get("X-Ratelimit-Remaining") != "" && x.header.Get("X-Ratelimit-Reset") != "" {
				p.observe(announced, "there")
			} else {
				p.observe(announced, "not all there")
			}
		}},
	}
}

// otherProject asks for a project that the token does not see: there is none of
// this name.
func (p *probe) otherProject() {
	for _, k := range []kind{exports, imports} {
		x := p.send(http.MethodGet, "/"+k.name, &request{project: p.mark})
		p.refused(x)
		if x.status != http.StatusNotFound && x.status != http.StatusForbidden {
			p.fail("it answers %d for a project that the token does not see, not 404", x.status)
		}
		p.observe("%s of a project that the token does not see: %d", k.name, x.status)
	}
}

var version = regexp.MustCompile(`/v2(\.1)?$`)

// bothVersions asks for the same under the other one of /v2.1 and /v2.
func (p *probe) bothVersions() {
	found := version.FindString(p.base)
	if found == "" {
		p.skip("the base URL ends in neither /v2.1 nor /v2")
	}
	other := map[string]string{"/v2.1": "/v2", "/v2": "/v2.1"}[found]
	base := strings.TrimSuffix(p.base, found) + other
	if x := p.send(http.MethodGet, "/exports", &request{base: base}); x.status/100 != 2 {
		p.fail("it answers %d under %s, which clients use too", x.status, other)
	}
}
