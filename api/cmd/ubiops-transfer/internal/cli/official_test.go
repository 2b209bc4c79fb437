package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// parsed is what a command line of the official CLI comes to: the values of the
// flags that were given, in order, and the arguments; or the exit code.
func parsed(t *testing.T, line ...string) string {
	t.Helper()
	s := &session{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	groups := map[string]func(*session) *cobra.Command{"exports": exportsCommand, "imports": importsCommand}
	group := groups[line[0]](s)
	cmd, _, err := group.Find(line[1:2])
	if err != nil {
		t.Fatal(err)
	}
	cmd.InitDefaultHelpFlag()
	args, err := officialArgs(cmd.Flags(), line[2:])
	if err != nil {
		return "refused"
	}
	if err := cmd.ParseFlags(args); err != nil {
		return "refused"
	}
	var parts []string
	for _, name := range []string{"help", "format", "progress_bar", "skip_confirmation", "assume_yes", "quiet", "status", "output_path", "yaml_file", "zip_path", "project"} {
		if cmd.Flags().Changed(name) {
			parts = append(parts, name+" "+cmd.Flag(name).Value.String())
			parts[0] = strings.ReplaceAll(parts[0], "JSON", "json")
		}
	}
	return strings.Join(append(parts, cmd.Flags().Args()...), ", ")
}

// Each was tried with the official CLI.
func TestArgumentsAreReadAsTheOfficialCLIReadsThem(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string][]string{
		"format json": {
			"exports list -fmt json", "exports list -fmt=json", "imports list --format json", "imports list --format=JSON",
			"exports list -fmt JSON", "exports list --format table -fmt json",
		},
		"progress_bar off":                     {"imports create -pb off", "imports create -pb=off", "imports create --progress_bar=off"},
		"progress_bar Y":                       {"imports create -pb Y"},
		"output_path FILE, id":                 {"exports get id -oFILE", "exports get -o FILE id", "exports get --output_path=FILE id", "exports get -o FILE -- id"},
		"output_path =F, id":                   {"exports get -o=F id"},
		"quiet true, output_path =F, id":       {"exports get -qo=F id"},
		"quiet true, output_path F, id":        {"exports get id -qo F", "exports get -qoF id"},
		"assume_yes true, quiet true, id":      {"exports delete id -yq", "exports delete -q -y id"},
		"output_path -fmt, id":                 {"imports get -o -fmt id", "imports get --output_path -fmt id"},
		"help true":                            {"imports create -h", "imports create --help"},
		"skip_confirmation true, zip_path a=b": {"imports create --skip_confirmation -za=b"},
		"yaml_file mtjson":                     {"exports create -fmtjson"},
		"project p":                            {"exports list -p p", "exports list -pp"},
		"id, -fmt, json":                       {"exports get id -- -fmt json"},
		"refused": {
			"imports create -pbfalse", "imports create -pb maybe", "exports list -fmtjson", "exports list --form json",
			"exports list -fmt xml", "exports get id -o", "exports list -pb true", "exports list -x",
		},
	} {
		for _, line := range lines {
			if got := parsed(t, strings.Fields(line)...); got != want {
				t.Errorf("%s: %s, want %s", line, got, want)
			}
		}
	}
}

func TestATruthValueHasTheWordsOfTheOfficialCLI(t *testing.T) {
	t.Parallel()
	for want, words := range map[bool]string{true: "1 true t yes y on True ON", false: "0 false f no n off False"} {
		for word := range strings.FieldsSeq(words) {
			if got, err := clickBool(word); err != nil || got != want {
				t.Errorf("%s is %v, error %v", word, got, err)
			}
		}
	}
	if _, err := clickBool("maybe"); err == nil {
		t.Error("maybe is taken")
	}
}

func TestATableIsAsTheOfficialCLIHasIt(t *testing.T) {
	t.Parallel()
	s := &session{getenv: func(string) string { return "" }, stdout: io.Discard}
	for name, step := range map[string]struct {
		list []rawJSON
		want string
	}{
		"empty": {nil, "ID    CREATION_DATE    STATUS    SIZE\n----  ---------------  --------  ------\n"},
		"no size": {
			[]rawJSON{`{"id":"a-b","creation_date":"2026-11-26T21:35:32.1Z","status":"pending","size":null}`},
			"ID    CREATION_DATE                 STATUS    SIZE\n----  ----------------------------  --------  ------\na-b   Thu Nov 26 2026 21:35:32 UTC  pending\n",
		},
		"sizes": {
			[]rawJSON{`{"id":"a","creation_date":"2026-11-26T23:35:32+02:00","status":"completed","size":123456789}`, `{"id":"b","status":"failed"}`},
			"ID    CREATION_DATE                 STATUS          SIZE\n----  ----------------------------  ---------  ---------\na     Thu Nov 26 2026 21:35:32 UTC  completed  123456789\nb                                   failed\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var records []record
			for _, value := range step.list {
				r, err := exportJob.record(value, false)
				if err != nil {
					t.Fatal(err)
				}
				records = append(records, r)
			}
			var out bytes.Buffer
			if err := s.printTable(&out, listColumns, records); err != nil || out.String() != step.want {
				t.Errorf("%v\n%s\nwant\n%s", err, &out, step.want)
			}
		})
	}
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

func TestMembersHaveTheOrderOfTheOfficialModel(t *testing.T) {
	t.Parallel()
	r, err := importJob.record(rawJSON(`{"size":1,"new":{"b":1},"id":"x","status":"pending"}`), false)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jsonText(r)
	if want := `{"id": "x", "imported_by": null, "creation_date": null, "status": "pending", "error_message": null, "size": 1, "new": {"b": 1}}`; err != nil || string(text) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, text, want)
	}
}
