package archive

import "fmt"

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

// MarshalText returns what String returns, or an error for a value that is no
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
