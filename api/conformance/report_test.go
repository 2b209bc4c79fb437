package conformance_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ubiops-contrib/transfer/api/conformance"
)

func mixed() *conformance.Report {
	return &conformance.Report{
		Subject: "server", Target: "https://example.com/v2.1", Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Results: []conformance.Result{
			{Check: "exports/list", Operation: "exports_list", Outcome: conformance.Pass, Seconds: 0.25},
			{Check: "exports/get", Operation: "exports_get", Outcome: conformance.Fail, Message: "at \"/size\":\nit is <negative>", Curl: "curl -H 'Authorization: Token ...' https://example.com"},
			{Check: "exports/create", Outcome: conformance.Skip, Message: "it writes"},
			{Check: "imports/list", Outcome: conformance.Off, Message: "left out"},
			{Check: "imports/get", Outcome: conformance.Error, Message: "no connection"},
			{Check: "exports/list", Outcome: conformance.Observed, Message: "newest first", Seconds: 0.25},
		},
	}
}

func TestAReportIsTextWithACommandForEachFailure(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := mixed().WriteText(&out); err != nil {
		t.Fatal(err)
	}
	const want = `pass      exports/list    
FAIL      exports/get     at "/size": it is <negative>
                            curl -H 'Authorization: Token ...' https://example.com
skip      exports/create  it writes
off       imports/list    left out
ERROR     imports/get     no connection
observed  exports/list    newest first
1 pass, 1 fail, 1 error, 1 skip, 1 off, 1 observed
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAReportFitsItsPublishedSchema(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(conformance.ReportSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("report.json")
	for _, report := range []*conformance.Report{mixed(), mixed().Anonymous(), {Subject: "client"}} {
		var out bytes.Buffer
		if err := report.WriteJSON(&out); err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Error(err)
		}
		if len(report.Results) == 0 {
			continue
		}
		result := value.(map[string]any)["results"].([]any)[0].(map[string]any)
		for _, wrong := range []map[string]any{{"outcome": "maybe"}, {"check": "A B"}, {"other": 1}} {
			for name, other := range wrong {
				before, had := result[name]
				result[name] = other
				if schema.Validate(value) == nil {
					t.Errorf("the schema accepts %s %v", name, other)
				}
				if result[name] = before; !had {
					delete(result, name)
				}
			}
		}
	}
}

func TestAReportIsJUnit(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := mixed().WriteJUnit(&out); err != nil {
		t.Fatal(err)
	}
	type text struct {
		Message string `xml:"message,attr"`
	}
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *text  `xml:"failure"`
			Error   *text  `xml:"error"`
			Skipped *text  `xml:"skipped"`
			Out     string `xml:"system-out"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suite); err != nil {
		t.Fatal(err)
	}
	if suite.Tests != 6 || suite.Failures != 1 || suite.Errors != 1 || suite.Skipped != 2 || len(suite.Cases) != 6 {
		t.Fatalf("%s", out.String())
	}
	c := suite.Cases
	if c[1].Failure == nil || c[1].Failure.Message != "at \"/size\":\nit is <negative>" || c[2].Skipped == nil || c[4].Error == nil || c[5].Out != "newest first" {
		t.Errorf("%s", out.String())
	}
}

func TestAReportIsAnErrorUnlessSomethingPassed(t *testing.T) {
	t.Parallel()
	of := func(outcomes ...conformance.Outcome) *conformance.Report {
		var r conformance.Report
		for _, o := range outcomes {
			r.Results = append(r.Results, conformance.Result{Outcome: o})
		}
		return &r
	}
	for _, r := range []*conformance.Report{of(), of(conformance.Skip, conformance.Off, conformance.Observed)} {
		if err := r.Err(); !errors.Is(err, conformance.ErrNothingChecked) {
			t.Errorf("%v: %v", r, err)
		}
	}
	for _, r := range []*conformance.Report{of(conformance.Pass, conformance.Fail), of(conformance.Pass, conformance.Error)} {
		if err := r.Err(); err == nil || errors.Is(err, conformance.ErrNothingChecked) {
			t.Errorf("%v: %v", r, err)
		}
	}
	if err := of(conformance.Pass, conformance.Skip, conformance.Observed).Err(); err != nil {
		t.Error(err)
	}
}

func TestWhatWasObservedIsAnonymous(t *testing.T) {
	t.Parallel()
	r := mixed().Anonymous()
	if r.Target != "" || len(r.Results) != 1 || r.Results[0].Message != "newest first" || r.Results[0].Seconds != 0 || r.Started.Hour() != 0 {
		t.Errorf("%+v", r)
	}
}
