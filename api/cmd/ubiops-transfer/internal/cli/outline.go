package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// outline prints the objects of a content, one a line.
func outline(w io.Writer, indent string, content archive.Content) {
	line := func(kind, name, more string) {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%s%-12s %s  %s", indent, kind, name, more), " "))
	}
	for _, name := range names(content.Environments) {
		line("environment", name, "")
	}
	for _, name := range names(content.Deployments) {
		d := content.Deployments[name]
		line("deployment", name, variables(d.EnvironmentVariables))
		for _, version := range names(d.Versions) {
			v := d.Versions[version]
			more := "without a package"
			if zip, ok := v.Zip.Get(); ok {
				more = "from " + zip
			}
			line("  version", version, strings.TrimSpace(more+"  "+variables(v.EnvironmentVariables)))
		}
	}
	for _, name := range names(content.Pipelines) {
		p := content.Pipelines[name]
		line("pipeline", name, "")
		for _, version := range names(p.Versions) {
			var objects []string
			for _, o := range p.Versions[version].Objects.Or(nil) {
				objects = append(objects, o.Name)
			}
			line("  version", version, "of "+strings.Join(objects, ", "))
		}
	}
	for _, name := range names(content.Services) {
		line("service", name, "")
	}
	if v := variables(content.EnvironmentVariables); v != "" {
		line("project", "", v)
	}
}

// variables lists variables by name; values are nobody's business.
func variables(vars map[string]models.EnvironmentVariable) string {
	if len(vars) == 0 {
		return ""
	}
	var list []string
	for _, name := range names(vars) {
		if v := vars[name]; v.Secret != nil && *v.Secret {
			name += " (secret)"
		}
		list = append(list, name)
	}
	return "variables: " + strings.Join(list, ", ")
}

// count says in words how much a content is.
func count(c archive.Content) string {
	versions, pipelineVersions := 0, 0
	for _, d := range c.Deployments {
		versions += len(d.Versions)
	}
	for _, p := range c.Pipelines {
		pipelineVersions += len(p.Versions)
	}
	return fmt.Sprintf("%s with %s, %s with %s, %s",
		many(len(c.Deployments), "deployment"), many(versions, "version"),
		many(len(c.Pipelines), "pipeline"), many(pipelineVersions, "version"), many(len(c.Environments), "environment"))
}

func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func names[T any](objects map[string]T) []string { return slices.Sorted(maps.Keys(objects)) }

// oneLine joins the lines of an error that has several.
func oneLine(err error) error {
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}
