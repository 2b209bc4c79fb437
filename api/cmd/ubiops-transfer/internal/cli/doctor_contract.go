package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/semver"

	"github.com/ubiops-contrib/transfer/gen/spec"
)

// see notes what the host has sent: a schema of the contract, its members, which the
// models keep whether the contract knows them or not, and a status that it does not
// know.
func (d *doctor) see(schema string, value any, status interface{ Valid() bool }) {
	var members map[string]jsontext.Value
	text, err := json.Marshal(value)
	if err := cmp.Or(err, json.Unmarshal(text, &members)); err != nil {
		d.fail(exitFailed, "contract", schema+": "+err.Error(), "")
	}
	d.seen[schema] = true
	for member := range members {
		d.seen[schema+"."+member] = true
	}
	if !status.Valid() {
		d.seen[fmt.Sprintf("status %q", status)] = true
	}
}

// contract compares what the host has sent with the contract, which says for each
// part with which version of the official client it came. A member that was not sent
// may just have no value, unless nothing as new was sent.
func (d *doctor) contract() {
	contract, err := spec.GetSpec()
	if err != nil {
		d.fail(exitFailed, "contract", err.Error(), "")
		return
	}
	known := map[string]string{} // the versions
	for name, schema := range contract.Components.Schemas {
		if d.seen[name] {
			known[name] = ""
			membersOf(name+".", schema.Value, known)
		}
	}
	var newest string
	var unknown, missing []string
	for _, name := range slices.Sorted(maps.Keys(d.seen)) {
		if since, ok := known[name]; !ok {
			unknown = append(unknown, name)
		} else if newer(since, newest) {
			newest = since
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if newer(known[name], newest) {
			missing = append(missing, fmt.Sprintf("%s (client %s)", name, known[name]))
		}
	}
	switch {
	case len(d.seen) == 0:
		d.say("contract", skipped, "there is no export or import to read", "--write makes an export")
	case len(unknown) > 0:
		d.say("contract", odd, "the host sends what the contract does not know: "+strings.Join(unknown, ", "), "members are kept, but a new status ends a wait; look for a newer ubiops-transfer")
	case len(missing) > 0:
		d.say("contract", odd, "the host sends nothing as new as "+strings.Join(missing, ", "), "it may be older, and ignore what it does not know")
	default:
		d.say("contract", good, "the host sends what the contract knows", "")
	}
	for _, p := range contract.Paths.Value("/projects/{project_name}/exports").Post.Parameters {
		since := sinceClient(p.Value.Extensions)
		switch name := "query " + p.Value.Name; {
		case since == "":
		case !newer(since, newest):
			d.say(name, good, fmt.Sprintf("the host sends members of client %s, and this came with %s", newest, since), "")
		default:
			d.say(name, skipped, "it came with client "+since+"; nothing that was read tells whether the host knows it", "look into an export that was made with it: an older host ignores it")
		}
	}
}

// newer compares versions of the official client; "" is older than all.
func newer(a, b string) bool { return semver.Compare("v"+a, "v"+b) > 0 }

// membersOf adds the members of a schema, each with the version of the official
// client that it came with, if the contract names one.
func membersOf(prefix string, schema *openapi3.Schema, into map[string]string) {
	for name, member := range schema.Properties {
		into[prefix+name] = sinceClient(member.Value.Extensions)
	}
	for _, part := range schema.AllOf {
		membersOf(prefix, part.Value, into)
	}
}

func sinceClient(extensions map[string]any) string {
	source, _ := extensions["x-source"].(string)
	if version, ok := strings.CutPrefix(source, "client "); ok {
		return version
	}
	return ""
}
