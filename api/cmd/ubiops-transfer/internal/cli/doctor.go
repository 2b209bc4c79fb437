package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	Proxy    string  `json:"proxy,omitzero"`
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
			if err := cmd.Context().Err(); err != nil {
				if d.left != "" {
					err = exitWith(exitInterrupted, d.leaving(errors.New("interrupted")))
				}
				return err
			}
			if err := printAs(cmd.OutOrStdout(), format, d.diagnosis, d.table); err != nil {
				return err
			}
			return d.err()
		},
	}
	to.define(cmd)
	cmd.Flags().BoolVar(&write, "write", false, "also make an empty export, and delete it")
	formatFlag(cmd, &format, "table", "json", "yaml")
	return cmd
}

// doctor is the state that its checks share.
type doctor struct {
	diagnosis
	client  *api.Client
	project api.Project
	limit   *api.RateLimit // of the last response that had one
	sights  sights
	unknown []string // what the contract does not know
	left    string   // what --write could not delete
	code    int
}

func newDoctor(client *api.Client, project string) (*doctor, error) {
	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		return nil, err
	}
	d := &doctor{client: once, project: once.Project(project), sights: sights{}}
	d.Host, d.Project = strings.TrimSuffix(once.Raw().Server, "/"), project
	d.Support = support{Version: "unknown", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Time: time.Now().UTC().Format(time.RFC3339)}
	if build, ok := debug.ReadBuildInfo(); ok {
		d.Support.Version = build.Main.Version
	}
	if req, err := http.NewRequest(http.MethodGet, d.Host, nil); err == nil { //nolint:noctx // it is not sent
		if proxy, err := http.ProxyFromEnvironment(req); err == nil && proxy != nil {
			d.Support.Proxy = proxy.Host // without its password
		}
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

func (d *doctor) err() error {
	failed := 0
	for _, c := range d.Checks {
		if c.Result == bad {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return exitWith(d.code, d.leaving(errors.New(many(failed, "check")+" failed")))
}

func (d *doctor) leaving(err error) error {
	if d.left == "" {
		return err
	}
	return fmt.Errorf("%w; %s: see `ubiops-transfer exports list`", err, d.left)
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
	if s.Proxy != "" {
		fmt.Fprintf(w, "proxy\t%s\n", cell(s.Proxy))
	}
	for _, r := range s.Requests {
		fmt.Fprintf(w, "request\t%s %s: %d %s\n", r.Method, cell(r.Path), r.Status, cell(r.RequestID))
	}
}
