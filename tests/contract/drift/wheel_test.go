package drift

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

const wheelsVariable = "DRIFT_WHEELS"

// wheel returns an official wheel. Once there is a folder, each has to be there.
func wheel(t *testing.T, name string) []byte {
	t.Helper()
	folder := os.Getenv(wheelsVariable)
	if folder == "" {
		t.Skipf("NOT RUN: %s is not set, so there is no %s. Run .ci/run drift, which downloads it.", wheelsVariable, name)
	}
	data, err := os.ReadFile(filepath.Join(folder, name+"-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func read(t *testing.T, data []byte) *Wheel {
	t.Helper()
	client, err := ReadWheel(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// drifts compares a client as the program does.
func drifts(t *testing.T, data []byte, all bool) Findings {
	t.Helper()
	client := read(t, data)
	report, err := NewReport("client", client.Version, CompareWheel(client, load(t)), all)
	if err != nil {
		t.Fatal(err)
	}
	return report.Drift
}

// marked are the facts of the contract that a client brought, or was seen in.
func marked(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for at, fact := range contractFacts(load(t)) {
		if version, ok := strings.CutPrefix(fact.source, "client "); ok {
			all[at] = version
		}
	}
	return all
}

func TestAClientHasWhatIsMarkedWithIt(t *testing.T) {
	t.Parallel()
	clients := map[string]*Wheel{}
	for at, version := range marked(t) {
		if clients[version] == nil {
			clients[version] = read(t, wheel(t, "ubiops-"+version))
		}
		if _, has := clients[version].facts[at]; !has {
			t.Errorf("%s is marked with client %s, which does not have it", at, version)
		}
	}
}

// Of what is marked with firstSeen, some came before: older clients may have it.
const firstSeen = "4.12.0"

func TestAnOlderClientLacksWhatCameLaterAndNothingElse(t *testing.T) {
	t.Parallel()
	for version, least := range map[string]int{"4.9.0": 36, "4.12.0": 17, "4.13.0": 12, "4.14.0": 10, "4.15.0": 0} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			data := wheel(t, "ubiops-"+version)
			client := read(t, data)
			var later Findings
			for at, came := range marked(t) {
				if _, has := client.facts[at]; semver.Compare("v"+came, "v"+version) > 0 && (!has || came != firstSeen) {
					later.add("%s: the client does not have it, the contract does (client %s)", at, came)
				}
			}
			if missing := notIn(later, CompareWheel(client, load(t))); len(missing) > 0 {
				t.Errorf("it has, though it came later: %q", missing)
			}
			found := drifts(t, data, version == "4.15.0")
			if others := notIn(found, later); len(others) > 0 {
				t.Errorf("found too: %q", others)
			}
			if len(found) < least {
				t.Errorf("found %d: %q", len(found), found)
			}
		})
	}
}

func notIn(found, others Findings) Findings {
	return slices.DeleteFunc(slices.Clone(found), func(finding string) bool { return slices.Contains(others, finding) })
}

func TestAChangedClientHasExactlyWhatWasChangedInIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, old, new, want string }{
		{"new parameter", "api/imports_and_exports.py", `query_params.append(("all",`, `query_params.append(("every", 1))
            query_params.append(("all",`, "exports_create every: the client has it, the contract does not"},
		{"renamed path", "api/imports_and_exports.py", `url = "/projects/{project_name}/exports/{export_id}/download"`, `url = "/projects/{project_name}/exports/{export_id}/file"`,
			"exports_download: the client says GET /projects/{project_name}/exports/{export_id}/file file, the contract GET /projects/{project_name}/exports/{export_id}/download file"},
		{"other type", "models/export_list.py", `"size": "int"`, `"size": "str"`, "ExportList.size: the client says str, the contract int"},
		{"new member", "models/import_detail.py", `"size": "int",`, `"size": "int", "colour": "str",`, "ImportDetail.colour: the client has it, the contract does not"},
		{"removed member", "models/export_create.py", `"services": "dict(str, object)",`, "", "ExportCreate.services: the client does not have it, the contract does (client 4.12.0)"},
		{"other length", "models/export_create.py", `len(description) > 400`, `len(description) > 500`, "ExportCreate.description length: the client says at most 500, the contract at most 400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := drifts(t, edited(t, wheel(t, "ubiops-4.15.0"), "ubiops/"+test.file, test.old, test.new), true)
			if !slices.Equal(found, Findings{test.want}) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
}

// edited returns a wheel with a text of one of its files replaced.
func edited(t *testing.T, data []byte, name, before, after string) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	for _, file := range archive.File {
		if file.Name != name {
			if err := writer.Copy(file); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, err := content(archive, name)
		if err != nil || !strings.Contains(text, before) {
			t.Fatalf("%s has no %q: %v", name, before, err)
		}
		if name == "ubiops/models/import_detail.py" {
			text = strings.Replace(text, `"size": "size",`, `"size": "size", "colour": "colour",`, 1)
		}
		entry, err := writer.Create(name)
		if err == nil {
			_, err = io.WriteString(entry, strings.Replace(text, before, after, 1))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTheExamplesOfTheCommandFitTheContract(t *testing.T) {
	t.Parallel()
	data := wheel(t, "ubiops_cli-2.32.0")
	compare := func(data []byte) Findings {
		_, found, err := CompareCommand(bytes.NewReader(data), int64(len(data)), load(t))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := compare(data); len(found) > 0 {
		t.Errorf("%q", found)
	}
	changed := edited(t, data, "ubiops_cli/src/imports.py", "environment_name: ubiops", "colour: ubiops")
	if found, want := compare(changed), "imports_confirm /deployments/deployment-1/versions/v1/colour: the contract has no such member"; !slices.Equal(found, Findings{want}) {
		t.Errorf("found %q, want %q", found, want)
	}
}

func TestWhatIsNotAClientIsRefused(t *testing.T) {
	t.Parallel()
	var other bytes.Buffer
	writer := zip.NewWriter(&other)
	if _, err := writer.Create("other-1.0.dist-info/METADATA"); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{nil, []byte("PK"), other.Bytes()} {
		if _, err := ReadWheel(bytes.NewReader(data), int64(len(data))); err == nil {
			t.Errorf("%q is read as a client", data)
		}
		if _, _, err := CompareCommand(bytes.NewReader(data), int64(len(data)), load(t)); err == nil {
			t.Errorf("%q is read as the command", data)
		}
	}
}
