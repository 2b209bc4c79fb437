// Package clientcheck tells whether a client keeps the contract. It runs the
// command of the client again and again, each time against a new server on
// loopback: first one that does everything right, then others that lose a response,
// limit the rate, cut a download, and so on.
package clientcheck

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/conformance"
)

// Options say what is run, and how.
type Options struct {
	Command  []string      // a program and its arguments
	Timeout  time.Duration // of one run
	Parallel int           // how many runs go on at once, at least one
}

// Run runs a command until all is known of it, or ctx ends. Whatever it does
// wrong is in the report. The error says that it could not be run at all, or what
// was wrong with the server.
func Run(ctx context.Context, opts Options) (*conformance.Report, error) {
	run, err := program(opts.Command)
	if err != nil {
		return nil, err
	}
	return check(ctx, run, opts)
}

// project is the name of the one that each server has.
const project = "conformance"

// operations are those of the contract, in the order of the report.
var operations = []apitest.Operation{
	apitest.ExportsCreate, apitest.ExportsList, apitest.ExportsGet, apitest.ExportsDownload, apitest.ExportsDelete,
	apitest.ImportsCreate, apitest.ImportsList, apitest.ImportsGet, apitest.ImportsUpdate, apitest.ImportsDownload, apitest.ImportsDelete,
}

// checker is one check of a client.
type checker struct {
	Options
	client   client
	archive  []byte // that each project begins with, and each run can import
	contract contract
	report   *conformance.Report
}

func check(ctx context.Context, run client, opts Options) (*conformance.Report, error) {
	report := &conformance.Report{Subject: "client", Target: strings.Join(opts.Command, " "), Started: time.Now()}
	c := &checker{Options: opts, client: run, report: report}
	var err error
	if c.archive, err = exampleArchive(); err != nil {
		return nil, err
	}
	if c.contract, err = readContract(); err != nil {
		return nil, err
	}
	normal, err := c.run(ctx)
	if err != nil {
		return nil, err
	}
	return report, c.checkScenarios(ctx, normal, c.checkNormal(normal))
}

// result is that of a check of an operation, as in exports/create/contract, or of
// all, as in command/run.
func result(op apitest.Operation, what string, outcome conformance.Outcome, message string) conformance.Result {
	if op == apitest.AnyOperation {
		return conformance.Result{Check: "command/" + what, Outcome: outcome, Message: message}
	}
	name := strings.Replace(string(op), "_", "/", 1) + "/" + what
	return conformance.Result{Check: name, Operation: string(op), Outcome: outcome, Message: message}
}

// checkNormal reports the run in which all goes well. It returns why no other run
// would say anything, or nothing.
func (c *checker) checkNormal(r *run) (why string) {
	ran := result(apitest.AnyOperation, "run", conformance.Pass, fmt.Sprintf("%d requests", len(r.requests)))
	switch {
	case len(r.requests) == len(r.of("")):
		why = "the command does nothing that is in the contract at the host in UBIOPS_API_HOST"
		ran.Outcome, ran.Message = conformance.Error, why+": "+r.end()
	case r.late, r.code != 0:
		why = "the command fails although nothing goes wrong"
		ran.Outcome, ran.Message = conformance.Fail, r.end()
	}
	ran.Seconds = r.took.Seconds()
	c.report.Results = append(c.report.Results, ran)
	for _, op := range append(operations, "") { // and what has no operation
		requests := r.of(op)
		if op == "" && len(requests) == 0 {
			continue // all were in the contract
		}
		checked := result(cmp.Or(op, apitest.AnyOperation), "contract", conformance.Pass, c.contract.sent(requests))
		if text := strings.Join(c.contract.allBroken(requests), "; "); text != "" {
			checked.Outcome, checked.Message = conformance.Fail, text+"; sent: "+checked.Message
		} else if len(requests) == 0 {
			checked.Outcome, checked.Message = conformance.Skip, notCalled
		}
		c.report.Results = append(c.report.Results, checked)
	}
	return why
}

const notCalled = "the command never does this"

// checkScenarios runs the command while something goes wrong.
func (c *checker) checkScenarios(ctx context.Context, normal *run, why string) error {
	type pair struct {
		scenario
		op apitest.Operation
	}
	var pairs []pair
	for _, s := range scenarios() {
		for _, op := range s.operations {
			pairs = append(pairs, pair{s, op})
		}
	}
	results := make([]conformance.Result, len(pairs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.Parallel)
	for i, p := range pairs {
		results[i] = result(p.op, p.name, conformance.Skip, why)
		at := &results[i]
		switch {
		case why != "":
		case !normal.did(p.op):
			at.Message = notCalled
		default:
			group.Go(func() error {
				r, err := c.run(ctx, p.arrange(p.op)...)
				if err != nil {
					return fmt.Errorf("%s: %w", at.Check, err)
				}
				at.Outcome, at.Message = c.outcome(p.scenario, p.op, normal, r)
				at.Seconds = r.took.Seconds()
				return nil
			})
		}
	}
	err := group.Wait()
	c.report.Results = append(c.report.Results, results...)
	return err
}

// outcome says how a client came through a scenario.
func (c *checker) outcome(s scenario, op apitest.Operation, normal, r *run) (conformance.Outcome, string) {
	if r.late {
		return conformance.Fail, r.end()
	}
	if !s.met(r, op) {
		return conformance.Skip, "this time the command does not come to it"
	}
	usual := c.contract.allBroken(normal.requests)
	for _, text := range c.contract.allBroken(r.requests) {
		if !slices.Contains(usual, text) {
			return conformance.Fail, "then " + text
		}
	}
	if text := s.wrong(r, op); text != "" {
		return conformance.Fail, text
	}
	if text := r.twice(normal); text != "" {
		return conformance.Fail, text
	}
	if r.code != 0 && s.mayStop {
		return conformance.Observed, "it stops, with nothing done twice: " + r.end()
	}
	if r.code != 0 {
		return conformance.Fail, r.end()
	}
	if left := r.leftOut(normal); left != "" {
		return conformance.Fail, fmt.Sprintf("it ends as if all were well, but never came to %s", left)
	}
	return conformance.Pass, fmt.Sprintf("%d requests instead of %d", len(r.requests), len(normal.requests))
}
