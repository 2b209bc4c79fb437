package zipcheck

import (
	"fmt"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// Code says what kind of fault a [Fault] is.
type Code string

// The codes of faults.
const (
	NotZip     Code = "not-zip"     // not a ZIP file, or its end is missing
	Damaged    Code = "damaged"     // parts of the file contradict each other, or a checksum is wrong
	Limit      Code = "limit"       // more than the Limits allow
	Name       Code = "name"        // an entry's name leaves the root or is not portable
	Irregular  Code = "irregular"   // an entry is neither a file nor a directory
	Encrypted  Code = "encrypted"   // an entry needs a password
	Method     Code = "method"      // an entry is neither stored nor deflated
	Clash      Code = "clash"       // two entries have one name, or differ by case only
	Mismatch   Code = "mismatch"    // an entry's own header says something else than the directory
	Overlap    Code = "overlap"     // two entries share bytes of the file
	HiddenData Code = "hidden-data" // bytes that belong to no entry, or to none that is read
	BackSlash  Code = "back-slash"  // a warning: names have back-slashes, which are read as slashes
	Portable   Code = "portable"    // a warning: names or kinds of files that some systems cannot hold
)

// Fault is one fault of a ZIP file.
type Fault struct {
	Code    Code
	Entry   string // its name; empty if the fault is of the whole file
	Message string
}

// Error returns the entry's name and the message.
func (f *Fault) Error() string {
	if f.Entry == "" {
		return f.Message
	}
	return printable.Name(f.Entry) + ": " + f.Message
}

// Faults are faults of one file, at most [MaxFaults] and one that says that there
// are more.
type Faults []*Fault

// MaxFaults bounds what a hostile file can make us collect and print.
const MaxFaults = 50

// Error returns one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns nil for an empty list, which as an error would not be nil.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func (f *Faults) add(code Code, entry, format string, args ...any) {
	f.append(&Fault{Code: code, Entry: entry, Message: fmt.Sprintf(format, args...)})
}

func (f *Faults) append(fault *Fault) {
	switch {
	case len(*f) < MaxFaults:
		*f = append(*f, fault)
	case len(*f) == MaxFaults:
		*f = append(*f, &Fault{Code: fault.Code, Message: "further findings are left out"})
	}
}

func damaged(format string, args ...any) error {
	return Faults{{Code: Damaged, Message: "the ZIP file is damaged: " + fmt.Sprintf(format, args...)}}
}

func overLimit(format string, args ...any) error {
	return Faults{{Code: Limit, Message: fmt.Sprintf(format, args...)}}
}
