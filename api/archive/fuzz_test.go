package archive

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// fuzzLimits keep a fuzzing process small.
var fuzzLimits = Limits{Entries: 1000, DirectorySize: 1 << 20, TotalSize: 8 << 20, EntrySize: 4 << 20, DocumentSize: 16 << 10, DocumentsSize: 64 << 10, Depth: 32}

// Whatever is opened either is refused, or can be read, written, and read again
// as the same.
func FuzzOpen(f *testing.F) {
	f.Add(template(f))
	f.Add(small().zip(f))
	f.Add(storedZip(f, small().with("x/other", "")))
	f.Add(files{"info.yaml": "format_spec: v1.0", "environment_variables.yaml": "- {name: A, value: 1}", "services/a/b.yaml": "service_name: s\nx: 0x1"}.zip(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		a, err := openBytes(data, WithLimits(fuzzLimits))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without text")
			}
			return
		}
		for _, p := range a.Packages() {
			rc, err := a.OpenPackage(p.Path)
			if err != nil {
				continue
			}
			if n, err := io.Copy(io.Discard, rc); err == nil && n != p.Size {
				t.Errorf("%s has %d bytes, states %d", p.Path, n, p.Size)
			}
			if err := rc.Close(); err != nil {
				t.Error(err)
			}
		}
		var b bytes.Buffer
		if Write(&b, a.Content(), a.OpenPackage) != nil {
			return // a damaged package, or a name that is no path
		}
		again, err := openBytes(b.Bytes())
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		changes, err := Diff(a, again)
		if err != nil || len(changes) > 0 {
			t.Fatalf("what was written differs: %v %v", changes, err)
		}
	})
}

// A document either is refused, or comes back as the same from what is written
// for it.
func FuzzDocument(f *testing.F) {
	for kind, text := range []string{
		"format_spec: v1.0\nmetadata: {export_date: 2025-01-01}",
		"deployment_name: a\n" + pipes + "deployment_labels: {a: 1.10}\ninput_fields: [{name: a, data_type: int, x: 0x1F}]\n",
		"version_name: v\nmemory_allocation: 1_0\nversion_environment_variables: [{name: A, value: yes, secret: True}]\nports: [{public_port: 1}]",
		"pipeline_name: p\n" + pipes + "a: &a [*b]\nb: &b {<<: *a}\n",
		"version_name: v\nobjects: [{name: a, reference_name: b, configuration: {x: .5}}]\nattachments: [{destination_name: a, sources: [{source_name: b}]}]",
		"environment_name: e\nenvironment_display_name: |\n  two\n  lines\n",
		"service_name: s\nx: !!float 1\ny: \"\\0\\u2028\"\n? long\n: - 1E400\n",
	} {
		f.Add(uint8(kind), []byte(text))
	}
	documents := []*document{
		infoDocument, deploymentDocument, deploymentVersionDocument, pipelineDocument, pipelineVersionDocument, environmentDocument, serviceDocument,
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		if len(data) > int(fuzzLimits.DocumentSize) {
			return
		}
		doc := documents[int(kind)%len(documents)]
		v, again := newModel(doc), newModel(doc)
		name, err := doc.decode(data, "f.yaml", limitsOf([]Option{WithLimits(fuzzLimits)}), v)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Errorf("no path: %v", err)
			}
			return
		}
		text, err := doc.encode(name, v)
		if err != nil {
			if strings.Contains(err.Error(), "of its own") {
				return // a key such as description beside the one that is written for it
			}
			t.Fatalf("%q cannot be written: %v", data, err)
		}
		name2, err := doc.decode(text, "g.yaml", DefaultLimits(), again)
		if err != nil || name2 != name || asJSON(t, v) != asJSON(t, again) {
			t.Fatalf("%v\nname %q, then %q\n%s\n%s\n%s", err, name, name2, asJSON(t, v), text, asJSON(t, again))
		}
	})
}

func newModel(doc *document) any {
	switch doc {
	case infoDocument:
		return new(Info)
	case deploymentDocument:
		return new(models.Deployment)
	case deploymentVersionDocument:
		return new(models.DeploymentVersion)
	case pipelineDocument:
		return new(models.Pipeline)
	case pipelineVersionDocument:
		return new(models.PipelineVersion)
	case environmentDocument:
		return new(models.Environment)
	default:
		return new(models.Service)
	}
}
