// Package serve is the command serve, which serves the API: of the program for one
// machine, and of the one for several.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
)

// serveFlags is what serve is told.
type serveFlags struct {
	listen, tlsCert, tlsKey string
	data                    string
	projects, imports       []string
	tokenFile               string
	maxConnections          int
	clientConnections       int
	memory                  int64
	goMemoryLimit           string // GOMEMLIMIT
	shutdownTimeout         time.Duration
	logLevel                slog.Level
	logFormat               string
	trustedProxies          []string
	server                  server.Options
	other                   Storage // nil if there is only data
	useOther                bool
	beside                  []Beside

	from settings.Origins
}

// A Storage is another one than a folder of this machine.
type Storage interface {
	// Define adds flags.
	Define(cmd *cobra.Command)
	// Chosen reports whether they ask for this storage, or what is wrong with them.
	Chosen(from settings.Origins) (bool, error)
	// Open opens it. Errors name the flags.
	Open(ctx context.Context, log *slog.Logger) (server.Storage, error)
}

// Beside is what is served beside the API.
type Beside struct {
	Name, Is string // what it is called, and what it does
	Path     string // all of it is under this path, which ends in a slash
	// New makes it for the API s, which others reach at url, and returns what ends it, too.
	New func(ctx context.Context, s http.Handler, url string, mode plan.OnConflict) (http.Handler, func() error)
}

// Command returns serve and what belongs to it, of a program. other may be nil.
func Command(program string, getenv func(string) string, other Storage, beside ...Beside) *cobra.Command {
	f := serveFlags{other: other, beside: beside}
	pages := "/ documents the API"
	for _, b := range beside {
		pages += ", " + b.Path + " " + b.Is
	}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the Imports & Exports API from this machine",
		Long: "serve serves the Imports & Exports API with projects of its own. It prints its\n" +
			"URLs and, for each new project, a token that may write, unless there is a\n" +
			"token file. The log goes to stderr.\n\n" +
			"In a browser, " + pages + ".\n\n" +
			"Each flag can be given as a variable of the environment as well: --max-archive as\n" +
			settings.EnvPrefix + "MAX_ARCHIVE. A flag wins; values of a repeatable one are\n" +
			"separated by commas there.\n\n" +
			"SIGTERM and SIGINT stop it: new connections are refused, requests that are being\n" +
			"served are finished within --shutdown-timeout, and the rest is cut off. A second\n" +
			"signal ends it at once.",
		Example: "  " + program + " serve --project my-project=project.zip",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			f.goMemoryLimit = getenv("GOMEMLIMIT")
			if f.from, err = settings.FromEnv(cmd, getenv); err != nil {
				return settings.OneLine(err)
			}
			if err := f.complete(); err != nil {
				return err
			}
			return serve(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.define(cmd)
	if other != nil {
		other.Define(cmd)
	}
	cmd.AddCommand(dataBackupCommand(program, getenv))
	return cmd
}

func (f *serveFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	settings.Flag(cmd, &f.listen, "listen", "127.0.0.1:8080", "address", "where to listen; port 0 takes a free one", settings.ListenAddress)
	flags.StringVar(&f.tlsCert, "tls-cert", "", "file with the certificate; serves https together with --tls-key")
	flags.StringVar(&f.tlsKey, "tls-key", "", "file with the key of the certificate")
	dataFlag(cmd, &f.data)
	flags.Var(&settings.List{Into: &f.trustedProxies, Check: network}, "trusted-proxy", "CIDR or address of a proxy whose X-Forwarded-For says which client asks, for the\nlimits and the log; repeatable")
	flags.Var(&settings.List{Into: &f.projects, Check: settings.ProjectAndArchive}, "project", "NAME or NAME=ARCHIVE: a project to have; a project that is empty is filled from\nthe archive, or folder; repeatable (default \"default\")")
	flags.Var(&settings.List{Into: &f.imports, Check: importOf}, "import", "NAME=ARCHIVE: an import of an archive, or folder, that a new project has from the\nstart, and that waits for its confirmation; repeatable")
	flags.StringVar(&f.tokenFile, "token-file", "", "file with one token per line: PROJECT read|write TOKEN")
	settings.Flag(cmd, &f.server.OnConflict, "on-conflict", string(plan.Fail), "choice", "what to do with an object that exists already: fail, skip or overwrite", settings.OneOf(plan.Fail, plan.Skip, plan.Overwrite))
	settings.Flag(cmd, &f.server.EmptyConfirmation, "empty-confirmation", string(server.ConfirmAll), "choice", "what a confirmation that names nothing means: all or refuse", settings.OneOf(server.ConfirmAll, server.ConfirmRefuse))
	settings.Flag(cmd, &f.server.RateLimit, "rate-limit", "300", "number", "requests per minute from one address; 0 for no limit", settings.AtLeast(0))
	settings.Flag(cmd, &f.server.MaxArchive, "max-archive", "64GiB", "size", "largest archive that is accepted", settings.Size)
	settings.Flag(cmd, &f.maxConnections, "max-connections", "1000", "number", "connections at once; another one takes the place of an idle one, or is told to\ntry again", settings.AtLeast(1))
	settings.Flag(cmd, &f.clientConnections, "client-connections", "0", "number", "connections from one address at once, 0 for half of --max-connections; behind a\nproxy all come from one", settings.AtLeast(0))
	settings.Flag(cmd, &f.memory, "memory", "512MiB", "size", "memory to use, by estimates: large requests and jobs wait for each other;\nGOMEMLIMIT, if it is set, says when garbage is collected", settings.Size)
	settings.Flag(cmd, &f.server.MaxJSONBody, "max-json", "16MiB", "size", "largest JSON body that is accepted", settings.Size)
	settings.Flag(cmd, &f.server.MaxDocuments, "max-documents", "32MiB", "size", "limit on the YAML documents of an imported archive, as text; a project holds at\nmost twice as much", settings.Size)
	settings.Flag(cmd, &f.server.ProjectWorkers, "project-workers", "0", "number", "exports and imports of one project at once, 0 for all workers but one", settings.AtLeast(0))
	settings.Flag(cmd, &f.server.LinkTimeout, "link-timeout", "1h", "duration", "time limit for fetching an archive from a link", settings.PositiveDuration)
	flags.Var(&settings.List{Into: &f.server.AllowLinkHosts, Check: settings.HostAndPort}, "allow-link-host", "HOST or HOST:PORT that links may lead to although it is not public or the port is\nneither 80 nor 443; repeatable")
	settings.Flag(cmd, &f.server.Workers, "workers", "4", "number", "exports and imports that run at once, at most all but one of them from links", settings.AtLeast(1))
	settings.Flag(cmd, &f.shutdownTimeout, "shutdown-timeout", "20s", "duration", "time limit for finishing requests at the end", settings.PositiveDuration)
	settings.Flag(cmd, &f.logLevel, "log-level", "info", "choice", "debug, info, warn or error", logLevel)
	settings.Flag(cmd, &f.logFormat, "log-format", "text", "choice", "text or json", settings.OneOf("text", "json"))
}

// importOf accepts NAME=ARCHIVE.
func importOf(text string) error {
	if !strings.Contains(text, "=") || settings.ProjectAndArchive(text) != nil {
		return errors.New("it must be NAME=ARCHIVE; NAME is that of a project")
	}
	return nil
}

func logLevel(text string) (level slog.Level, err error) {
	name, err := settings.OneOf("debug", "info", "warn", "error")(text)
	if err != nil {
		return 0, err
	}
	return level, level.UnmarshalText([]byte(name))
}

// complete fills in and checks what concerns several flags.
func (f *serveFlags) complete() error {
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return fmt.Errorf("%s and %s must be given together", f.from.Of("tls-cert"), f.from.Of("tls-key"))
	}
	if f.other != nil {
		var err error
		if f.useOther, err = f.other.Chosen(f.from); err != nil {
			return err
		}
		if f.useOther && f.data != "" {
			return fmt.Errorf("%s is for one machine, and --database is for several", f.from.Of("data"))
		}
	}
	if !f.useOther {
		if err := completeData(&f.data); err != nil {
			return err
		}
	}
	if f.clientConnections == 0 {
		f.clientConnections = max(1, f.maxConnections/2)
	}
	if len(f.projects) == 0 {
		f.projects = []string{"default"}
	}
	return nil
}
