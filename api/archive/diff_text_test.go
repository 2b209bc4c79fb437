package archive

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// everyChange has one of each kind on each level.
func everyChange() []Change {
	value := func(s string) jsontext.Value { return jsontext.Value(s) }
	sum := func(s string) jsontext.Value { return value(`"` + sha(s) + `"`) }
	return []Change{
		{Kind: Removed, Path: "/deployments/gone"},
		{Kind: Added, Path: "/deployments/report-2/versions/v1"},
		{Kind: Added, Path: "/deployments/report/labels/a~1b", New: value(`"x"`)},
		{Kind: Changed, Path: "/deployments/report/versions/v1/environment_variables/KEY/value", Secret: true},
		{
			Kind: Changed, Path: "/deployments/report/versions/v1/zip", Old: sum("1"), New: sum("2"),
			Files: []FileChange{{Changed, "a.py", sha("3"), sha("4")}, {Added, "b\x1b[2J.py", "", sha("5")}},
		},
		{Kind: Removed, Path: "/deployments/report/zz", Old: value("null")},
		{Kind: Changed, Path: "/environments/e/zip", Old: sum("6"), New: sum("7"), Note: "no files"},
		{Kind: Added, Path: "/environment_variables/NEW"},
		{Kind: Changed, Path: "/services/s\u202e/text", Old: value(`"` + strings.Repeat("long ", 40) + `"`), New: value("\"\u202e\u009b\"")},
		{Kind: Changed, Path: "/x/y", Old: value("1"), New: value("2.50")},
	}
}

const everyChangeText = `- deployment "gone"
+ deployment "report-2" version "v1"
~ deployment "report"
    + labels/a/b: "x"
    - zz: null
~ deployment "report" version "v1"
    ~ environment_variables/KEY/value: (secret)
    ~ zip: "sha256:6b86b273ff34" -> "sha256:d4735e3a265e"
        ~ a.py
        + "b\x1b[2J.py"
~ environment "e"
    ~ zip: "sha256:e7f6c011776e" -> "sha256:7902699be42c"
        (no files)
+ environment variable "NEW"
~ service "s\u202e"
    ~ text: "long long long long long long long long long long long long long long long long long long long long long long long long... -> "\u202e\u009b"
~ project
    ~ x/y: 1 -> 2.50
2 objects added, 1 removed, 5 changed
`

func TestWriteChanges_areGroupedByObject(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := WriteChanges(&b, everyChange()); err != nil || b.String() != everyChangeText {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := WriteChanges(&b, nil); err != nil || b.String() != "no differences\n" {
		t.Errorf("%v %q", err, b.String())
	}
	b.Reset()
	if err := WriteChanges(&b, []Change{{Kind: Changed}}); err != nil || b.String() != "~ project\n    ~ /\n0 objects added, 0 removed, 1 changed\n" {
		t.Errorf("%v %q", err, b.String())
	}
}

func TestWriteChangesJSON_keepsTheirNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	changes := everyChange()
	if err := WriteChangesJSON(&b, []Change{changes[0], changes[2], changes[3], changes[4], changes[6]}); err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "kind": "removed",
    "path": "/deployments/gone"
  },
  {
    "kind": "added",
    "path": "/deployments/report/labels/a~1b",
    "new": "x"
  },
  {
    "kind": "changed",
    "path": "/deployments/report/versions/v1/environment_variables/KEY/value",
    "secret": true
  },
  {
    "kind": "changed",
    "path": "/deployments/report/versions/v1/zip",
    "old": "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "new": "sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35",
    "files": [
      {
        "kind": "changed",
        "path": "a.py",
        "old": "sha256:4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
        "new": "sha256:4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a"
      },
      {
        "kind": "added",
        "path": "b\u001b[2J.py",
        "new": "sha256:ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d"
      }
    ]
  },
  {
    "kind": "changed",
    "path": "/environments/e/zip",
    "old": "sha256:e7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683",
    "new": "sha256:7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451",
    "note": "no files"
  }
]
`
	if b.String() != want {
		t.Error(b.String())
	}
	b.Reset()
	if err := WriteChangesJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("%v %q", err, b.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestWriteChanges_reportsTheWriter(t *testing.T) {
	t.Parallel()
	if err := WriteChanges(fullDisk{}, nil); err == nil {
		t.Error("text: no error")
	}
	if err := WriteChangesJSON(fullDisk{}, nil); err == nil {
		t.Error("JSON: no error")
	}
}
