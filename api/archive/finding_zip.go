package archive

import (
	"errors"
	"io"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// findingOf makes a finding of a fault of a ZIP file, of the same code.
func findingOf(fault *zipcheck.Fault, severity Severity) *Finding {
	return &Finding{Code: Code(fault.Code), Severity: severity, Path: fault.Entry, Message: fault.Message}
}

func findingsOf(faults zipcheck.Faults, severity Severity) Findings {
	var found Findings
	for _, fault := range faults {
		found = append(found, findingOf(fault, severity))
	}
	return found
}

// asFindings turns faults of a ZIP file into findings. Any other error stays what it
// is.
func asFindings(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if faults, ok := errors.AsType[zipcheck.Faults](err); ok {
		return findingsOf(faults, SeverityError)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, err := range joined.Unwrap() {
			all = append(all, asFindings(err))
		}
		return errors.Join(all...)
	}
	if fault, ok := errors.AsType[*zipcheck.Fault](err); ok {
		return findingOf(fault, SeverityError)
	}
	return err
}

// entryReader is an entry of a ZIP file. Its faults are findings.
type entryReader struct{ *zipcheck.EntryReader }

func (r entryReader) Read(p []byte) (int, error) {
	n, err := r.EntryReader.Read(p)
	return n, asFindings(err)
}
