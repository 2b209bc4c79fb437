package conformance

import (
	_ "embed" // the schema of reports
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Outcome is how a check ended.
type Outcome string

// The outcomes of a check.
const (
	Pass     Outcome = "pass"     // what was checked is as the contract says
	Fail     Outcome = "fail"     // it is not
	Skip     Outcome = "skip"     // it could not be checked; the message has the reason
	Off      Outcome = "off"      // the caller has left it out, or expects it to fail
	Error    Outcome = "error"    // the suite could not do its work; the message says why
	Observed Outcome = "observed" // nobody documents it; the message says how it was
)

// A Report is what the suite has found out, in the order in which it was checked.
// Nothing in it contains a token, the value of a variable or the query of a link.
type Report struct {
	Subject string    `json:"subject"`          // "server" or "client"
	Target  string    `json:"target,omitempty"` // what was checked: a base URL without a query, or a command
	Started time.Time `json:"started"`
	Results []Result  `json:"results"`
}

// A Result is what became of one check, or one thing that was observed by it.
type Result struct {
	Check     string  `json:"check"`               // its name, as in exports/download/range
	Operation string  `json:"operation,omitempty"` // the operation of the contract, as in exports_download
	Outcome   Outcome `json:"outcome"`
	Message   string  `json:"message,omitempty"` // one line
	Curl      string  `json:"curl,omitempty"`    // repeats the request that a failure is about
	Seconds   float64 `json:"seconds"`           // that the check took
}

// ErrNothingChecked says that no check came to a result, so that nothing is known.
var ErrNothingChecked = errors.New("nothing was checked")

//go:embed report.schema.json
var schema string

// ReportSchema returns the JSON schema that [Report.WriteJSON] keeps to.
func ReportSchema() string { return schema }

// Count returns how many results have an outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// Err returns nil if something was checked, and all of it passed. Otherwise the
// error counts what failed, or is [ErrNothingChecked].
func (r *Report) Err() error {
	failed, broken := r.Count(Fail), r.Count(Error)
	switch {
	case failed+broken > 0:
		return fmt.Errorf("%d of %d checks failed, and %d could not be carried out", failed, r.Count(Pass)+failed+broken, broken)
	case r.Count(Pass) == 0:
		return ErrNothingChecked
	}
	return nil
}

// Anonymous returns what was observed, and nothing that tells where, so that it
// can be given to others.
func (r *Report) Anonymous() *Report {
	observed := slices.Clone(r.Results)
	observed = slices.DeleteFunc(observed, func(result Result) bool { return result.Outcome != Observed })
	for i := range observed {
		observed[i].Seconds = 0
	}
	return &Report{Subject: r.Subject, Started: r.Started.UTC().Truncate(24 * time.Hour), Results: observed}
}
