package cli

import (
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

// sights are the members that a host has sent, by the schema of the contract.
type sights map[string]map[string]bool

// see notes the members of what a host has sent, which the models keep whether
// the contract knows them or not, and a status that it does not know.
func (d *doctor) see(schema string, value any, status string, known bool) {
	var members map[string]jsontext.Value
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err != nil {
		d.fail(exitFailed, "contract", schema+": "+err.Error(), "")
		return
	}
	if d.sights[schema] == nil {
		d.sights[schema] = map[string]bool{}
	}
	for member := range members {
		d.sights[schema][member] = true
	}
	if name := fmt.Sprintf("status %q", status); !known && !slices.Contains(d.unknown, name) {
		d.unknown = append(d.unknown, name)
	}
}

// contract compares what the host has sent with the contract, which says for each
// part with which version of the official client it came.
func (d *doctor) contract() {
	contract, err := spec.GetSpec()
	if err != nil {
		d.fail(exitFailed, "contract", err.Error(), "")
		return
	}
	newest, missing := d.compare(contract)
	switch {
	case len(d.sights) == 0:
		d.say("contract", skipped, "there is no export or import to read", "--write makes an export")
	case len(d.unknown) > 0:
		d.say("contract", odd, "the host sends what the contract does not know: "+strings.Join(d.unknown, ", "), "members are kept, but a new status ends a wait; look for a newer ubiops-transfer")
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

// compare returns the newest version that a member came with which the host has
// sent, and the members of the contract that are newer. A member that is older and
// was not sent may just have no value. What the contract does not have is added to
// d.unknown.
func (d *doctor) compare(contract *openapi3.T) (newest string, missing []string) {
	absent := map[string]string{}
	for _, schema := range slices.Sorted(maps.Keys(d.sights)) {
		seen, known := d.sights[schema], map[string]string{}
		membersOf(contract.Components.Schemas[schema].Value, known)
		for _, member := range slices.Sorted(maps.Keys(seen)) {
			if since, ok := known[member]; !ok {
				d.unknown = append(d.unknown, schema+"."+member)
			} else if newer(since, newest) {
				newest = since
			}
		}
		for member, since := range known {
			if !seen[member] && since != "" {
				absent[schema+"."+member] = since
			}
		}
	}
	for _, member := range slices.Sorted(maps.Keys(absent)) {
		if newer(absent[member], newest) {
			missing = append(missing, fmt.Sprintf("%s (client %s)", member, absent[member]))
		}
	}
	return newest, missing
}

// newer compares versions of the official client; "" is older than all.
func newer(a, b string) bool { return semver.Compare("v"+a, "v"+b) > 0 }

// membersOf adds the members of a schema, each with the version of the official
// client that it came with, if the contract names one.
func membersOf(schema *openapi3.Schema, into map[string]string) {
	for name, member := range schema.Properties {
		into[name] = sinceClient(member.Value.Extensions)
	}
	for _, part := range schema.AllOf {
		membersOf(part.Value, into)
	}
}

func sinceClient(extensions map[string]any) string {
	source, _ := extensions["x-source"].(string)
	version, ok := strings.CutPrefix(source, "client ")
	if !ok {
		return ""
	}
	return version
}
