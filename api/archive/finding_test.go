package archive

import (
	stdjson "encoding/json"
	"testing"

	"github.com/go-json-experiment/json"
)

func TestFinding_hasAFormForPeopleAndOneForPrograms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		finding              Finding
		err, people, program string
	}{
		{Finding{Code: CodeNotZip, Message: "not a ZIP file"},
			"not a ZIP file", "error: not a ZIP file [not-zip]",
			`{"code":"not-zip","severity":"error","message":"not a ZIP file"}`},
		{Finding{Code: CodeClash, Path: "x/a", Message: "twice"},
			"x/a: twice", "x/a: error: twice [clash]",
			`{"code":"clash","severity":"error","path":"x/a","message":"twice"}`},
		{Finding{Code: "old-key", Severity: SeverityWarning, Path: "x/a.yaml", Line: 3, Message: "language is old"},
			"x/a.yaml:3: language is old", "x/a.yaml:3: warning: language is old [old-key]",
			`{"code":"old-key","severity":"warning","path":"x/a.yaml","line":3,"message":"language is old"}`},
	} {
		f := test.finding
		if f.Error() != test.err || f.String() != test.people {
			t.Errorf("got %q and %q\nwant %q and %q", f.Error(), f.String(), test.err, test.people)
		}
		for name, marshal := range map[string]func(any) ([]byte, error){
			"encoding/json": stdjson.Marshal,
			"the models'":   func(v any) ([]byte, error) { return json.Marshal(v) },
		} {
			data, err := marshal(Findings{&f})
			if err != nil || string(data) != "["+test.program+"]" {
				t.Errorf("%s JSON: %s (%v), want [%s]", name, data, err, test.program)
			}
		}
		var again Finding
		if err := stdjson.Unmarshal([]byte(test.program), &again); err != nil || again != f {
			t.Errorf("read again: %#v (%v)", again, err)
		}
	}
}

func TestFinding_aboutANameThatIsNotTextHasJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(&Finding{Code: CodeName, Path: "x/\xff", Message: "not UTF-8"})
	if want := `{"code":"name","severity":"error","path":"x/` + "\ufffd" + `","message":"not UTF-8"}`; err != nil || string(data) != want {
		t.Errorf("%s (%v), want %s", data, err, want)
	}
}

func TestFinding_otherSeveritiesDoNotExist(t *testing.T) {
	t.Parallel()
	if _, err := json.Marshal(&Finding{Severity: 7}); err == nil {
		t.Error("severity 7 was written")
	}
	var s Severity
	if err := s.UnmarshalText([]byte("fatal")); err == nil {
		t.Error("severity fatal was read")
	}
	if got := Severity(7).String(); got != "severity 7" {
		t.Error(got)
	}
}
