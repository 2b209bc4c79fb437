package archive

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// nasty is text that YAML, JSON or a path could take for something else.
var nasty = []string{
	"", " ", " x", "x ", "true", "False", "yes", "n", "null", "~", "1", "1.10", "0123", "0x1", "1e5", ".inf", "-", "--- ", "...",
	"2020-01-01", "12:30:45", "a: b", "a #b", "# x", "- a", "? a", ": ", "[a]", "{a: b}", "*a", "&a", "!a", "|", ">", "%A", "@", "`",
	"'", `"`, `\`, `\n`, "\n", "\na", "a\n", "a\n\n", " a\n  b\n c", "a\r\nb\rc", "\t", "a\tb", "\x00", "\x01\x1b\x7f", "\u0080\u0085\u009f",
	"\u00a0\u2028\u2029\ufeff", "\ufffd\ufffe\uffff", "é日本😀", "\u202eabc", "<<", "=", "default", "import", "name", "zip", "description",
}

// generator makes JSON for any shape.
type generator struct{ *rand.Rand }

func (g generator) text() string {
	if g.IntN(3) > 0 {
		return nasty[g.IntN(len(nasty))]
	}
	b := make([]rune, g.IntN(200))
	for i := range b {
		if b[i] = rune(g.IntN(0x3000)); g.IntN(9) == 0 {
			b[i] = '\n'
		}
	}
	return string(b)
}

func (g generator) value(s *shape, depth int) any {
	if s.nullable && g.IntN(6) == 0 {
		return nil
	}
	switch s.kind {
	case text:
		return g.text()
	case moment:
		return "2020-06-18T08:32:14.876451Z"
	case number:
		return jsontext.Value([]string{"1.0", "1E400", "0.123456789012345678901234567890", "-7"}[g.IntN(4)])
	case integer:
		return g.Int64() - g.Int64()
	case boolean:
		return g.IntN(2) == 0
	case list:
		all := []any{}
		for range g.IntN(3) {
			all = append(all, g.value(s.elem, depth))
		}
		return all
	case dictionary, variables:
		all := map[string]any{}
		for range g.IntN(4) {
			if key := g.text(); key != "" {
				all[key] = g.value(s.elem, depth)
			}
		}
		return all
	case object:
		all := map[string]any{"unknown " + g.text(): g.value(free, depth)}
		for _, name := range slices.Sorted(maps.Keys(s.fields)) { // so that a seed makes the same content again
			if g.IntN(3) > 0 {
				all[name] = g.value(s.fields[name], depth)
			}
		}
		for _, name := range s.required {
			all[name] = g.value(s.fields[name], depth)
		}
		return all
	default:
		return g.free(depth)
	}
}

func (g generator) free(depth int) any {
	if depth > 3 {
		return g.text()
	}
	switch g.IntN(8) {
	case 0:
		return nil
	case 1:
		return g.IntN(2) == 0
	case 2, 3:
		numbers := []string{"0", "-0", "1.10", "5.0", "1e5", "1E400", "-1.5e-7", "9007199254740993", "123456789012345678901234567890", "0.1000"}
		return jsontext.Value(numbers[g.IntN(len(numbers))])
	case 4:
		return g.value(&shape{kind: list, elem: free}, depth+1)
	case 5:
		return g.value(&shape{kind: dictionary, elem: free}, depth+1)
	}
	return g.text()
}

// fill decodes a generated object into a model.
func fill[T any](t testing.TB, g generator, doc *document) T {
	t.Helper()
	object := g.value(doc.shape, 0).(map[string]any)
	for _, member := range doc.reserved {
		delete(object, member)
	}
	for _, member := range doc.required {
		object[member] = g.value(doc.shape.fields[member], 0)
	}
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

// names returns up to n names that are elements of paths and differ from each other.
func (g generator) names(n int) []string {
	var all []string
	for i := range g.IntN(n + 1) {
		all = append(all, fmt.Sprintf("%s%d", []string{"model-", "1.", "True ", "ü ", "a:"}[g.IntN(5)], i))
	}
	return all
}

// objects returns up to n names of objects, some of which no path can have or
// would be the same in one, and what their files are called.
func (g generator) objects(n int, prefix string) (names []string, bases map[string]string) {
	all := map[string]bool{}
	for _, name := range g.names(n) {
		if g.IntN(2) == 0 {
			name = awkward[g.IntN(len(awkward))]
		}
		all[name] = true
	}
	return sorted(all), baseNames(prefix, all)
}

// awkward are names that a path has to have in another form, or only one of.
var awkward = []string{
	"Model", "model", "MODEL", "model~2", "a/b", `a\b`, "a%2Fb", "A%2fb", ".", "..", "../../etc", "x\ny", "\x00", "a\x7f", "\u0085",
	"/", "a/", ".git", "C:", "a.yaml", "a.zip", "a.package", "a_version_v1", " ", "İ", "i̇", strings.Repeat("long", 300), strings.Repeat("long", 301),
	strings.Repeat("é/", 2000), strings.Repeat("\x01", 1024),
}

// content makes everything that an archive can hold.
func (g generator) content(t testing.TB) (Content, map[string]string) {
	t.Helper()
	packages := map[string]string{}
	var c Content
	names, bases := g.objects(4, "deployment_")
	for _, name := range names {
		d := fill[models.Deployment](t, g, deploymentDocument)
		versions, versionBases := g.objects(3, bases[name]+"_version_")
		for _, version := range versions {
			v := fill[models.DeploymentVersion](t, g, deploymentVersionDocument)
			if g.IntN(2) == 0 {
				path := "deployments/" + bases[name] + "/versions/" + versionBases[version] + ".zip"
				v.Zip, packages[path] = models.Value(path), g.text()
			}
			put(&d.Versions, version, v)
		}
		put(&c.Deployments, name, d)
	}
	names, _ = g.objects(3, "")
	for _, name := range names {
		p := fill[models.Pipeline](t, g, pipelineDocument)
		versions, _ := g.objects(3, "")
		for _, version := range versions {
			put(&p.Versions, version, fill[models.PipelineVersion](t, g, pipelineVersionDocument))
		}
		put(&c.Pipelines, name, p)
	}
	names, bases = g.objects(3, "environment_")
	for _, name := range names {
		e := fill[models.Environment](t, g, environmentDocument)
		if g.IntN(2) == 0 {
			path := "environments/" + bases[name] + "/" + bases[name] + ".zip"
			e.Zip, packages[path] = models.Value(path), g.text()
		}
		put(&c.Environments, name, e)
	}
	names, _ = g.objects(3, "")
	for _, name := range names {
		put(&c.Services, name, fill[models.Service](t, g, serviceDocument))
	}
	for range g.IntN(4) {
		if name := g.text(); name != "" {
			put(&c.EnvironmentVariables, name, fill[models.EnvironmentVariable](t, g, variableDocument))
		}
	}
	return c, packages
}

func put[T any](m *map[string]T, name string, v T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[name] = v
}
