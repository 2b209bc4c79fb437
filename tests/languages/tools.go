package main

import (
	"fmt"
	"slices"
)

// tool is one generator: a folder of this name has its run.sh and its driver.
type tool struct {
	name    string
	version string
	option  string // its settings beside the contract
	long    bool   // only in the long form
}

// The project that a tool's client moves, and the one that it is moved to.
func (t tool) source() string { return "from-" + t.name }
func (t tool) target() string { return "to-" + t.name }

const openAPIGenerator = "7.26.0"

var tools = []tool{
	{name: "openapi-generator-python", version: openAPIGenerator},
	{name: "openapi-python-client", version: "0.29.1", option: "content_type_overrides: {application/zip: application/octet-stream}"},
	{name: "openapi-fetch", version: "0.17.0", option: "--default-non-nullable=false"},
	{name: "ogen", version: "1.24.0"},
	{name: "openapi-generator-go", version: openAPIGenerator, option: "enumClassPrefix=true", long: true},
	{name: "openapi-generator-java", version: openAPIGenerator, long: true},
	{name: "openapi-generator-typescript-fetch", version: openAPIGenerator, option: "modelPropertyNaming=original", long: true},
	{name: "hey-api", version: "0.99.0", long: true},
	{name: "orval", version: "8.38.0", option: `baseUrl: { runtime: "process.env.HOST" }`, long: true},
}

// choose returns the tools with these names, or all of a form.
func choose(long bool, names []string) ([]tool, error) {
	var chosen []tool
	for _, name := range names {
		i := slices.IndexFunc(tools, func(t tool) bool { return t.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no tool %q", name)
		}
		chosen = append(chosen, tools[i])
	}
	if len(names) > 0 {
		return chosen, nil
	}
	return slices.DeleteFunc(slices.Clone(tools), func(t tool) bool { return t.long && !long }), nil
}
