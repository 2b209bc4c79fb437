package cli

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/conformance"
)

func conformanceServerCommand(s *session) *cobra.Command {
	var to access
	var format reportFormat
	var opts conformance.Options
	var host string
	var sweep, anonymous bool
	cmd := to.command("server", "Check whether a server keeps the contract",
		"  ubiops-transfer conformance server --host http://localhost:8080/v2.1 --project conformance --write",
		cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
			there := *s
			there.getenv = func(name string) string {
				if name == api.EnvHost {
					return cmp.Or(host, s.getenv(name))
				}
				return s.getenv(name)
			}
			client, project, err := to.open(cmd.Context(), &there)
			if err != nil {
				return err
			}
			if sweep {
				gone, err := conformance.Sweep(cmd.Context(), client, project)
				for _, name := range gone {
					fmt.Fprintln(cmd.OutOrStdout(), "deleted", name)
				}
				return err
			}
			opts.Project = project
			report, err := conformance.Run(cmd.Context(), client, opts)
			if errors.Is(err, conformance.ErrUnauthorized) {
				return exitWith(exitUnreachable, err)
			}
			if err != nil {
				return err
			}
			if anonymous {
				return report.Anonymous().WriteJSON(cmd.OutOrStdout())
			}
			return format.print(cmd.OutOrStdout(), report)
		})
	cmd.Long = "server asks a server what the contract says, and reports each answer. Only what\n" +
		"reads is asked, unless --write is given: then exports and imports are made and\n" +
		"deleted. With --create imports also create deployments, named conformance-...,\n" +
		"which the API cannot delete: give a project that is there for nothing else.\n\n" +
		"It exits with 1 if a check failed, and with 5 if the server cannot be reached or\n" +
		"does not accept the token. A report has no token and no value of a variable."
	flags := cmd.Flags()
	flags.StringVar(&host, "host", "", "base URL (default "+api.EnvHost+", or that of the profile)")
	flags.BoolVar(&opts.Write, "write", false, "make and delete exports and imports")
	flags.BoolVar(&opts.Create, "create", false, "let imports create deployments, which stay; needs --write")
	flags.StringSliceVar(&opts.Only, "only", nil, "checks to run, by name or its beginning, as in exports/download")
	flags.StringSliceVar(&opts.Without, "without", nil, "checks to leave out")
	flags.BoolVar(&sweep, "sweep", false, "check nothing; delete the exports and imports that a killed run has left")
	flags.BoolVar(&anonymous, "observed", false, "print only what nobody documents, as JSON without a name or address")
	settings.Flag(cmd, &opts.Wait, "wait", (2 * time.Minute).String(), "duration", "how long an export or import may take", settings.PositiveDuration)
	complete(cmd, "only", conformance.Names()...)
	complete(cmd, "without", conformance.Names()...)
	format.define(cmd)
	return cmd
}
