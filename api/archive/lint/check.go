package lint

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Check returns what is odd in an archive, all of it warnings, sorted by path;
// nothing if all is well. The path of a finding leads to the place in the
// content's JSON, as in /deployments/NAME/versions/NAME/zip, or is the name of
// a file in the archive, which never begins with a slash. Findings with one of the
// codes in ignore are left out: give [CodeReference] for an archive that is a part
// of a project. Packages are not read.
func Check(a *archive.Archive, ignore ...archive.Code) []*archive.Finding {
	c := checker{content: a.Content(), structures: map[end]structure{}}
	c.files(a)
	c.info(a)
	c.packages()
	c.objects()
	for name, p := range c.content.Pipelines {
		c.pipeline(name, p)
	}
	c.members("", reflect.ValueOf(c.content))
	found := slices.DeleteFunc(c.found, func(f *archive.Finding) bool { return slices.Contains(ignore, f.Code) })
	slices.SortFunc(found, compare)
	return found
}

type checker struct {
	content    archive.Content
	structures map[end]structure
	found      []*archive.Finding
}

// files looks at what the archive has no place for.
func (c *checker) files(a *archive.Archive) {
	root := ""
	if a.Root() != "" {
		root = a.Root() + "/"
	}
	c.found = a.Warnings()
	for _, name := range a.Others() {
		rel, inside := strings.CutPrefix(name, root)
		said := func(f *archive.Finding) bool {
			return f.Path != "" && (f.Path == name || strings.HasPrefix(name, f.Path+"/"))
		}
		switch of := packageOf(rel); {
		case inside && of != "": // which is more exact than the warning that Open gives
			c.found = slices.DeleteFunc(c.found, said)
			c.found = append(c.found, warning(CodeMissingDocument, name, "a package without its "+of+": there is no YAML file of the same name beside it"))
		case !slices.ContainsFunc(c.found, said):
			c.found = append(c.found, warning(CodeUnknownFile, name, "the format has no place for this file; an import does not use it"))
		}
	}
}

// packageOf says what a package in this place belongs to; nothing for any other
// file.
func packageOf(rel string) string {
	for pattern, document := range map[string]string{"deployments/*/versions/[^.]*.zip": "version", "environments/*/[^.]*.zip": "environment"} {
		if ok, err := path.Match(pattern, rel); ok && err == nil {
			return document
		}
	}
	return ""
}

func (c *checker) info(a *archive.Archive) {
	place := path.Join(a.Root(), "info.yaml")
	info := a.Info()
	unknown := keysOf(info.Unknown)
	if info.Metadata != nil {
		for _, key := range keysOf(info.Metadata.Unknown) {
			unknown = append(unknown, "metadata/"+key)
		}
	}
	for _, key := range unknown {
		c.add(CodeUnknownKey, jsontext.Pointer(place), "the format does not know the key %.100q; it is kept", key)
	}
}

// packages warns once of an archive without any, which was exported so.
func (c *checker) packages() {
	var without []jsontext.Pointer
	versions := 0
	for name, d := range c.content.Deployments {
		for version, v := range d.Versions {
			if versions++; v.Zip.Or("") == "" {
				without = append(without, at("deployments", name, "versions", version))
			}
		}
	}
	if versions > 1 && versions == len(without) {
		c.add(CodeMissingPackage, "/deployments", "none of the %d versions has a package: was the archive exported without packages?", versions)
		return
	}
	for _, path := range without {
		c.add(CodeMissingPackage, path, "the version has no package in the archive, so no code")
	}
}

// objects looks at each object by itself.
func (c *checker) objects() {
	c.variables("", c.content.EnvironmentVariables)
	for name, d := range c.content.Deployments {
		path := at("deployments", name)
		c.name(path, name, maxName)
		c.description(path, d.Description)
		c.variables(path, d.EnvironmentVariables)
		defaultVersion(c, path, d.DefaultVersion, d.Versions)
		for version, v := range d.Versions {
			path := at("deployments", name, "versions", version)
			c.name(path, version, maxName)
			c.description(path, v.Description)
			c.variables(path, v.EnvironmentVariables)
			c.generations(path, v)
		}
	}
	for name, p := range c.content.Pipelines {
		path := at("pipelines", name)
		c.name(path, name, maxName)
		c.description(path, p.Description)
		defaultVersion(c, path, p.DefaultVersion, p.Versions)
		for version, v := range p.Versions {
			path := at("pipelines", name, "versions", version)
			c.name(path, version, maxName)
			c.description(path, v.Description)
		}
	}
	for name, e := range c.content.Environments {
		path := at("environments", name)
		c.name(path, name, maxEnvironmentName)
		c.description(path, e.Description)
	}
}

func defaultVersion[T any](c *checker, path jsontext.Pointer, name models.Nullable[string], versions map[string]T) {
	version := name.Or("")
	if _, ok := versions[version]; !ok && version != "" {
		c.add(CodeDefaultVersion, path.AppendToken("default_version"), "the version %.100q is not in the archive; it has to be in the project already", version)
	}
}
