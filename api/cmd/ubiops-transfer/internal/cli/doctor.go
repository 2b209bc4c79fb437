package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
)

// diagnosis is what doctor prints. Its schema is doctor.json.
type diagnosis struct {
	Host    string  `json:"host"`
	Project string  `json:"project"`
	Checks  []check `json:"checks"`
	Support support `json:"support"`
}

// check is one thing that doctor looked at.
type check struct {
	Name    string  `json:"name"`
	Result  verdict `json:"result"`
	Message string  `json:"message"`
	Next    string  `json:"next,omitzero"` // what to do about it
}

type verdict string

const (
	good    verdict = "ok"
	odd     verdict = "warning" // it works, or will most of the time
	bad     verdict = "failed"
	skipped verdict = "skipped" // nothing is known
)

// support is what support asks for first. It has no secret.
type support struct {
	Version  string  `json:"version"`
	Go       string  `json:"go"`
	System   string  `json:"system"`
	Time     string  `json:"time"`
	Requests []asked `json:"requests"`
}

type asked struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
	RequestID string `json:"request_id,omitzero"`
}

func doctorCommand(s *session) *cobra.Command {
	var to access
	var format string
	var write bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out why a host does not do what it should",
		Long: "doctor looks at the host, the base path, the clock, the token, the project, what the token\n" +
			"may do, the rate limit, and what the host knows of the contract. It only reads, unless\n" +
			"--write is given: then it also makes an export with nothing in it, and deletes it. In\n" +
			"the end it prints what support asks for first, without any secret.\n\n" +
			"It exits with 0 if nothing failed, 5 if the host cannot be reached or does not let the\n" +
			"token in, and 1 for anything else.",
		Example: "  ubiops-transfer doctor --project my-project\n" +
			"  ubiops-transfer doctor --write --format json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, project, err := to.open(cmd.Context(), s)
			if err != nil {
				return err
			}
			d, err := newDoctor(client, project)
			if err != nil {
				return err
			}
			d.examine(cmd.Context(), write)
			if cmd.Context().Err() == nil {
				err = printAs(cmd.OutOrStdout(), format, d.diagnosis, d.table)
			}
			return cmp.Or(err, d.err(cmd.Context()))
		},
	}
	to.define(cmd)
	cmd.Flags().BoolVar(&write, "write", false, "also make an empty export, and delete it")
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}

// doctor is the state that its checks share.
type doctor struct {
	diagnosis
	client  *api.Client
	project api.Project
	limit   *api.RateLimit  // of the last response that had one
	seen    map[string]bool // see see
	left    string          // what --write could not delete
	code    int
}

func newDoctor(client *api.Client, project string) (*doctor, error) {
	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		return nil, err
	}
	d := &doctor{client: once, project: once.Project(project), seen: map[string]bool{}}
	d.Host, d.Project = strings.TrimSuffix(once.Raw().Server, "/"), project
	d.Support = support{Version: "unknown", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Time: time.Now().UTC().Format(time.RFC3339)}
	if build, ok := debug.ReadBuildInfo(); ok {
		d.Support.Version = build.Main.Version
	}
	return d, nil
}

// trace notes what support asks for, of every response of the client.
func (d *doctor) trace(ctx context.Context) context.Context {
	return api.TraceResponses(ctx, func(r api.Response) {
		d.Support.Requests = append(d.Support.Requests, asked{r.Method, r.Path, r.StatusCode, r.RequestID})
		if r.RateLimit != nil {
			d.limit = r.RateLimit
		}
	})
}

// say adds a check that did not fail.
func (d *doctor) say(name string, result verdict, message, next string) {
	d.Checks = append(d.Checks, check{name, result, message, next})
}

// fail adds a check that failed, and with what the command exits for it.
func (d *doctor) fail(code int, name, message, next string) {
	d.say(name, bad, message, next)
	d.code = max(d.code, code)
}

// err is what doctor ends with, and names what it has left behind.
func (d *doctor) err(ctx context.Context) error {
	failed := 0
	for _, c := range d.Checks {
		if c.Result == bad {
			failed++
		}
	}
	err := ctx.Err()
	if err == nil && failed > 0 {
		err = exitWith(d.code, errors.New(many(failed, "check")+" failed"))
	}
	if d.left != "" {
		return leaving(err, d.left+": see 'ubiops-transfer exports list'")
	}
	return err
}

func (d diagnosis) table(w io.Writer) {
	fmt.Fprintf(w, "%s, project %s\n\n", cell(d.Host), cell(d.Project))
	for _, c := range d.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Name, c.Result, cell(c.Message))
		if c.Next != "" {
			fmt.Fprintf(w, "\t\t-> %s\n", cell(c.Next))
		}
	}
	s := d.Support
	fmt.Fprintf(w, "\nFor support, without secrets:\nversion\t%s, %s, %s\ntime\t%s\n", s.Version, s.Go, s.System, s.Time)
	for _, r := range s.Requests {
		fmt.Fprintf(w, "request\t%s %s: %d %s\n", r.Method, cell(r.Path), r.Status, cell(r.RequestID))
	}
}
