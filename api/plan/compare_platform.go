package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// older are the settings that the platform replaced or dropped over time, by kind
// of object: an import takes them, and the platform keeps what they mean in another
// form, if at all. The generations are those of real archives and of the models of
// the platform's clients.
var older = map[string][]string{
	"version": {"language", "memory_allocation", "deployment_mode", "environment", "instance_type", "static_ip",
		"maximum_queue_size_express", "maximum_queue_size_batch"},
	"environment": {"base_environment", "display_name"},
	"service":     {"rate_limit_token", "health_check"},
}

// none are the members that mean nothing by being absent. What any other absent
// member means is the platform's choice, documented nowhere, and changes.
var none = []string{"description", "display_name", "labels", "input_fields", "output_fields", "objects", "attachments", "metadata",
	"ports", "command", "args", "deployment", "version"}

// byPlatform finds the members of one object that the platform has set.
func byPlatform(members []Row) {
	target, wanted := environmentOf(members)
	for i := range members {
		if reason := platformReason(members[i], target, wanted); reason != "" {
			members[i].Class, members[i].Reason = SetByPlatform, reason
		}
	}
}

// platformReason returns "" for a difference that the platform did not make. It
// gets the environments that the differing members of the object name.
func platformReason(r Row, target, wanted jsontext.Value) string {
	name := strings.TrimPrefix(string(r.Member), "/")
	switch {
	case r.Member == "/labels/"+ImportLabel && r.Kind != "variable":
		return "marks what an import created"
	case isEnvironment(r) && target != nil && wanted != nil:
		if bytes.Equal(target, wanted) {
			return "another spelling of the same environment"
		}
		return ""
	case r.Kind == "variable", r.Reason != "", strings.Contains(name, "/"):
		return ""
	case r.Target == nil && slices.Contains(older[r.Kind], name):
		return "replaced in newer versions of the platform"
	case r.Wanted == nil && !slices.Contains(none, name):
		return "not stated; the platform chooses"
	}
	return ""
}

func isEnvironment(r Row) bool {
	return r.Kind == "version" && (r.Member == "/environment" || r.Member == "/environment_name")
}

// environmentOf returns what the differing members of a version name as its
// environment, in either spelling; nil if they do not.
func environmentOf(members []Row) (target, wanted jsontext.Value) {
	for _, r := range members {
		if isEnvironment(r) && r.Target != nil {
			target = r.Target
		}
		if isEnvironment(r) && r.Wanted != nil {
			wanted = r.Wanted
		}
	}
	return target, wanted
}
