package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Options says what is checked, and how.
type Options struct {
	Project string // that the token belongs to; required
	Token   string // for [Test] with a handler or a URL
	// Base is the path that a handler has the API under; empty stands for /v2.1.
	Base string

	Write  bool // make and delete exports and imports
	Create bool // let imports create deployments, which stay; needs Write

	// Only are the names of the checks to run, or the beginnings of names up to a
	// slash, as in exports/download; nil stands for all. What is in Without does
	// not run. The rest is [Off].
	Only, Without []string

	// Wait is how long an export or import may take until it is completed; 0 stands
	// for two minutes.
	Wait time.Duration
	// Poll is the time between the first two reads of one; it doubles from one to
	// the next, up to twenty times as much. 0 stands for 250 ms, or for 2 ms with a
	// handler.
	Poll time.Duration
}

var projectName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

func (o Options) withDefaults() (Options, error) {
	var errs []error
	if !projectName.MatchString(o.Project) {
		errs = append(errs, fmt.Errorf("the project %q is not a name that a project can have", o.Project))
	}
	if o.Create && !o.Write {
		errs = append(errs, errors.New("without Write, Create means nothing"))
	}
	if o.Wait < 0 || o.Poll < 0 {
		errs = append(errs, errors.New("a negative Wait or Poll"))
	}
	for _, name := range append(append([]string(nil), o.Only...), o.Without...) {
		if !isCheck(name) {
			errs = append(errs, fmt.Errorf("there is no check %q", name))
		}
	}
	if o.Wait == 0 {
		o.Wait = 2 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 250 * time.Millisecond
	}
	return o, errors.Join(errs...)
}

func isCheck(name string) bool {
	for _, c := range checks() {
		if within(c.name, []string{name}) {
			return true
		}
	}
	return false
}

// off says why a check is left out, or nothing.
func (o Options) off(name string) string {
	switch {
	case o.Only != nil && !within(name, o.Only):
		return "it was not asked for"
	case within(name, o.Without):
		return "it was left out"
	}
	return ""
}

func within(name string, names []string) bool {
	for _, n := range names {
		if name == n || strings.HasPrefix(name, strings.TrimSuffix(n, "/")+"/") {
			return true
		}
	}
	return false
}
