package archive

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// Code says what kind of fault a [Finding] is about. Programs switch on it;
// the sentence beside it is for people and may change.
type Code string

// The codes of the findings for which [Open] and [Verify] refuse an archive.
const (
	CodeNotZip          Code = "not-zip"          // not a ZIP file, or its end is missing
	CodeDamaged         Code = "damaged"          // parts of the ZIP file contradict each other, or a checksum is wrong
	CodeLimit           Code = "limit"            // more than the Limits allow
	CodeName            Code = "name"             // an entry's name leaves the root or is not a portable path
	CodeIrregular       Code = "irregular"        // an entry is neither a file nor a directory
	CodeEncrypted       Code = "encrypted"        // an entry needs a password
	CodeMethod          Code = "method"           // an entry is neither stored nor deflated
	CodeClash           Code = "clash"            // two entries have one name, or differ by case only
	CodeNoInfo          Code = "no-info"          // there is no info.yaml, so no root directory
	CodeLayout          Code = "layout"           // a file lies where it belongs to nothing, or to two things
	CodeYAML            Code = "yaml"             // not the YAML that the format uses
	CodeDuplicateKey    Code = "duplicate-key"    // a YAML mapping has a key twice
	CodeMissingKey      Code = "missing-key"      // a YAML document lacks a key that the format documents as required
	CodeType            Code = "type"             // a YAML value has the wrong type
	CodeDuplicateObject Code = "duplicate-object" // two objects have one name
	CodeMismatch        Code = "mismatch"         // an entry's own header says something else than the directory
	CodeOverlap         Code = "overlap"          // two entries share bytes of the file
	CodeHiddenData      Code = "hidden-data"      // bytes that belong to no entry, or to none that is read
)

// Finding is one fault of an archive. Programs that check archives by rules of
// their own make findings with codes of their own. The JSON form has the
// members code, severity, path, line and message; path and line are left out
// if they are empty.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`

	// Path is the name of the entry as it is in the archive, and empty if
	// the fault is of the whole file. What lies in a package has the path of
	// the package, "!/", and the name there.
	Path string `json:"path,omitzero"`

	Line    int    `json:"line,omitzero"` // line in the YAML document, from 1; 0 if there is none
	Message string `json:"message"`       // never holds a value of the archive, since that may be a secret
}

// Error returns path, line and message.
func (f *Finding) Error() string { return f.place() + f.Message }

// String returns all of the finding in one line.
func (f *Finding) String() string {
	return fmt.Sprintf("%s%s: %s [%s]", f.place(), f.Severity, f.Message, f.Code)
}

// place returns path and line as the beginning of a message.
func (f *Finding) place() string {
	switch {
	case f.Path == "":
		return ""
	case f.Line > 0:
		return fmt.Sprintf("%s:%d: ", printable.Name(f.Path), f.Line)
	}
	return printable.Name(f.Path) + ": "
}

// MarshalJSON writes the finding. What is not UTF-8 in the path is replaced.
func (f Finding) MarshalJSON() ([]byte, error) {
	type plain Finding
	f.Path = strings.ToValidUTF8(f.Path, string(unicode.ReplacementChar))
	return json.Marshal(plain(f))
}

// Findings are the faults for which an archive was refused, at least one.
// errors.As finds the list as well as its first *[Finding].
type Findings []*Finding

// Error returns one line for each finding.
func (f Findings) Error() string {
	lines := make([]string, len(f))
	for i, finding := range f {
		lines[i] = finding.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the findings one by one, for the package errors.
func (f Findings) Unwrap() []error {
	list := make([]error, len(f))
	for i, finding := range f {
		list[i] = finding
	}
	return list
}

// maxFindings bounds what a hostile archive can make us collect and print.
const maxFindings = zipcheck.MaxFaults

// add appends a finding until there are enough of them.
func (f *Findings) add(code Code, path string, format string, args ...any) {
	f.append(&Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *Findings) append(finding *Finding) {
	switch {
	case len(*f) < maxFindings:
		*f = append(*f, finding)
	case len(*f) == maxFindings:
		*f = append(*f, &Finding{Code: finding.Code, Severity: finding.Severity, Message: "further findings are left out"})
	}
}

// err returns nil for an empty list, which as an error would not be nil.
func (f Findings) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Printable makes a name from an archive or a server, or a path of names, fit to
// print: with quotes and escapes if it has a control character or is not UTF-8, and
// cut after 300 bytes.
func Printable(name string) string { return printable.Name(name) }

// Severity says how bad a [Finding] is. The zero value is [SeverityError].
type Severity uint8

// The severities of findings.
const (
	SeverityError   Severity = iota // the archive is refused
	SeverityWarning                 // the archive can be used; a person should look at it
)

// String returns "error" or "warning".
func (s Severity) String() string {
	switch s {
	case SeverityError:
		return "error"
	case SeverityWarning:
		return "warning"
	}
	return fmt.Sprintf("severity %d", uint8(s))
}

// MarshalText returns what String returns, or an error for a value that is not a
// severity.
func (s Severity) MarshalText() ([]byte, error) {
	if s > SeverityWarning {
		return nil, fmt.Errorf("there is no %s", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{SeverityError, SeverityWarning} {
		if string(text) == known.String() {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("there is no severity %q", text)
}
