package archive

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

// restyle writes a document in another style: other quotes, other brackets,
// other order of keys, without its last newline.
func (g generator) restyle(t testing.TB, text string) string {
	t.Helper()
	var root yaml.Node
	if err := yaml.Load([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	var change func(n *yaml.Node)
	change = func(n *yaml.Node) {
		n.Line, n.Column = 0, 0
		switch text := n.Style == yaml.DoubleQuotedStyle || n.Tag == "!!str" && yamldoc.Text(n.Value).Style == 0; {
		case n.Kind != yaml.ScalarNode:
			n.Style = []yaml.Style{0, yaml.FlowStyle}[g.IntN(2)]
		case text: // unlike 1E400, which is a number
			n.Tag = "!!str"
			n.Style = []yaml.Style{yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, 0}[g.IntN(3)]
			if strings.Contains(n.Value, "\n") { // a block at the end would lose a newline with the document
				n.Style = yaml.DoubleQuotedStyle
			}
		}
		for i := 2; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			j := 2 * g.IntN(i/2+1)
			n.Content[i], n.Content[j] = n.Content[j], n.Content[i]
			n.Content[i+1], n.Content[j+1] = n.Content[j+1], n.Content[i+1]
		}
		for _, child := range n.Content {
			change(child)
		}
	}
	change(&root)
	// Compact sequences in sequences are dumped as no valid YAML.
	data, err := yaml.Dump(&root, yaml.WithIndent(2+g.IntN(6)), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithUnicode(g.IntN(2) == 0))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(data), "\n")
}

// rearrange writes the same archive as somebody else would.
func (g generator) rearrange(t testing.TB, data []byte, root string) []byte {
	t.Helper()
	entries, directories := unzipped(t, data, "export"), map[string]bool{}
	for i, e := range entries {
		name, text := root+e[0], e[1]
		if strings.HasSuffix(name, ".yaml") && g.IntN(4) > 0 {
			text = g.restyle(t, text)
		}
		entries[i] = [2]string{name, text}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			directories[dir] = true
		}
	}
	if g.IntN(2) == 0 {
		for _, dir := range sorted(directories) {
			entries = append(entries, [2]string{dir + "/", ""})
		}
	}
	g.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return zipOf(t, entries, func(h *zip.FileHeader) {
		if g.IntN(2) == 0 && !strings.HasSuffix(h.Name, "/") {
			h.Method = zip.Deflate
		}
	})
}

// fromDifference leaves out what two texts begin with in common.
func fromDifference(a, b string) (string, string) {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	i = max(0, i-20)
	return a[i:min(len(a), i+100)], b[i:min(len(b), i+100)]
}

func TestOpen_orderRootDirectoriesAndStyleMakeNoDifference(t *testing.T) {
	t.Parallel()
	eachSeed(t, 60, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 2))}
		c, packages := g.content(t)
		data := write(t, c, from(packages))
		want := asJSON(t, mustOpen(t, data).Content())
		root := []string{"", "import/", "export/", "a b/ü/"}[g.IntN(4)]
		other := g.rearrange(t, data, root)
		a, err := openBytes(other)
		if err != nil {
			t.Fatalf("root %q: %v", root, err)
		}
		if got := asJSON(t, a.Content()); got != want || a.Root() != strings.TrimSuffix(root, "/") {
			got, want := fromDifference(got, want)
			t.Fatalf("root %q, read as %q\ngot  %q\nwant %q", root, a.Root(), got, want)
		}
		for path, body := range packages {
			if got := readPackage(t, a, path); got != body {
				t.Fatalf("package %s is %q, want %q", path, got, body)
			}
		}
		if again := write(t, a.Content(), a.OpenPackage); !bytes.Equal(again, data) {
			t.Fatal("written again, it has other bytes")
		}
	})
}

func TestOpen_findingsDoNotDependOnTheOrderOfEntries(t *testing.T) {
	t.Parallel()
	entries := [][2]string{
		{"info.yaml", "- not a mapping"},
		{"deployments/a/a.yaml", "deployment_name: [\n"},
		{"deployments/a/versions/v.yaml", "version_name: v\nstatic_ip: 5\n"},
		{"services/s/s.yaml", ""},
		{"services/t/t.yaml", "service_name: same"},
		{"services/u/u.yaml", "service_name: same"},
	}
	_, err := openBytes(laidOut(t, entries...))
	want := err.Error()
	if n := strings.Count(want, "\n"); n != 4 {
		t.Errorf("%d lines: %s", n+1, want)
	}
	g := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		g.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if _, err := openBytes(laidOut(t, entries...)); err == nil || err.Error() != want {
			t.Fatalf("got  %v\nwant %s", err, want)
		}
	}
}
