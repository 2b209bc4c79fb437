package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ubiops-contrib/transfer/api"
)

// check is one thing that is held against the contract.
type check struct {
	name, operation string
	write, create   bool
	needs           []string // checks without which this one says nothing
	run             func(*probe)
}

func checks() []check {
	return slices.Concat(accessChecks(), jobChecks(exports), exportChecks(), jobChecks(imports), importChecks(), createChecks())
}

// Names returns the names of all checks, in their order.
func Names() []string {
	var names []string
	for _, c := range checks() {
		names = append(names, c.name)
	}
	return names
}

// ErrUnauthorized says that the server accepts the token for nothing, so that
// nothing could be checked.
var ErrUnauthorized = errors.New("the server does not accept the token")

// Run checks the server that a client leads to. The report is not nil if anything
// could be asked; [Report.Err] says whether all is well.
//
// Errors: options that make no sense, a server that cannot be reached, one that
// answers nothing but 401 ([ErrUnauthorized]) or does not know the project, and the
// error of ctx, all with what was found out until then.
func Run(ctx context.Context, client *api.Client, opts Options) (*Report, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	s, err := newSuite(ctx, client, opts)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	report := &Report{Subject: "server", Target: withoutQuery(s.base), Started: time.Now().UTC()}
	if err := s.reach(ctx); err != nil {
		return report, fmt.Errorf("conformance: %w", err)
	}
	for _, c := range checks() {
		report.Results = append(report.Results, s.check(ctx, c)...)
		if err := context.Cause(ctx); err != nil {
			return report, fmt.Errorf("conformance: %s: %w", c.name, err)
		}
	}
	return report, nil
}

// reach returns an error if nobody answers, or if neither list is there for the
// token and the project.
func (s *suite) reach(ctx context.Context) error {
	var statuses [2]int
	var errs [2]error
	for i, k := range []kind{exports, imports} {
		x, err := (&probe{suite: s, ctx: ctx}).try(http.MethodGet, "/"+k.name, nil)
		if errs[i] = err; err == nil {
			statuses[i] = x.status
		}
	}
	switch {
	case errs[0] != nil && errs[1] != nil:
		return errs[0]
	case statuses == [2]int{http.StatusUnauthorized, http.StatusUnauthorized}:
		return ErrUnauthorized
	case statuses == [2]int{http.StatusNotFound, http.StatusNotFound}:
		return fmt.Errorf("the server does not know the project %q, or not for this token", s.opts.Project)
	}
	return nil
}

// check carries out one check.
func (s *suite) check(ctx context.Context, c check) []Result {
	result := Result{Check: c.name, Operation: c.operation, Outcome: Pass}
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Wait+time.Minute, nil)
	defer cancel()
	p := &probe{suite: s, ctx: ctx}
	if reason := s.opts.off(c.name); reason != "" {
		result.Outcome, result.Message = Off, reason
	} else if reason := s.lacks(c); reason != "" {
		result.Outcome, result.Message = Skip, reason
	} else {
		result.Outcome, result.Message = p.carryOut(ctx, c.run)
	}
	if result.Outcome == Fail && p.last != nil {
		result.Curl = s.redact(p.last.curl)
	}
	result.Message, result.Seconds = s.redact(result.Message), time.Since(began).Seconds()
	s.ended[c.name] = result.Outcome
	results := []Result{result}
	for _, text := range p.observed {
		results = append(results, Result{Check: c.name, Operation: c.operation, Outcome: Observed, Message: text})
	}
	return results
}

// lacks says why a check cannot be carried out, or nothing.
func (s *suite) lacks(c check) string {
	switch {
	case c.write && !s.opts.Write:
		return "it writes"
	case c.create && !s.opts.Create:
		return "it creates deployments, which stay"
	}
	for _, name := range c.needs {
		if s.ended[name] != Pass && s.ended[name] != Off {
			return name + " did not pass"
		}
	}
	return ""
}

func withoutQuery(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	u.RawQuery, u.User, u.Fragment = "", nil, ""
	return u.String()
}
