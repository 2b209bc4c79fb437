package conformance

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report for people: a line for each result, for each failure
// the command that repeats it, and a summary. It may have control characters of
// the server, so it is not for a terminal as it is.
func (r *Report) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, result := range r.Results {
		outcome := string(result.Outcome)
		if result.Outcome == Fail || result.Outcome == Error {
			outcome = strings.ToUpper(outcome)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", outcome, result.Check, oneLine(result.Message))
		if result.Curl != "" {
			fmt.Fprintf(table, "\t\t  %s\n", oneLine(result.Curl))
		}
	}
	counts := make([]string, 0, 6)
	for _, o := range []Outcome{Pass, Fail, Error, Skip, Off, Observed} {
		counts = append(counts, fmt.Sprintf("%d %s", r.Count(o), o))
	}
	fmt.Fprintf(table, "%s\n", strings.Join(counts, ", "))
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// oneLine keeps a text within its cell.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// WriteJSON writes the report as [ReportSchema] says.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	whole := *r
	if whole.Results == nil {
		whole.Results = []Result{} // not null
	}
	if err := enc.Encode(whole); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

type junitSuite struct {
	XMLName   xml.Name    `xml:"testsuite"`
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Error   *junitText `xml:"error"`
	Skipped *junitText `xml:"skipped"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as the XML that continuous integration reads.
// Skip and Off are skipped there, and what was observed is a passed case with
// output.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := junitSuite{
		Name: "conformance of a " + r.Subject, Tests: len(r.Results), Failures: r.Count(Fail), Errors: r.Count(Error),
		Skipped: r.Count(Skip) + r.Count(Off), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, result := range r.Results {
		c := junitCase{Class: suite.Name, Name: result.Check, Time: fmt.Sprintf("%.3f", result.Seconds)}
		text := &junitText{Message: result.Message, Text: result.Curl}
		switch result.Outcome {
		case Fail:
			c.Failure = text
		case Error:
			c.Error = text
		case Skip, Off:
			c.Skipped = text
		case Observed:
			c.Out = result.Message
		case Pass:
		}
		suite.Cases = append(suite.Cases, c)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, data)
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
