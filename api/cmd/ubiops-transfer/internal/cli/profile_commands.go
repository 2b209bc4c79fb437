package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
)

func profileCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use: "profile", Short: "Keep hosts, projects and tokens under a name",
		Long: "A profile is a host, a project and a token, or a program that prints the token. The\n" +
			"profile named default needs no --profile. Variables of the environment win:\n" +
			api.EnvToken + ", " + api.EnvHost + " or " + envBaseURL + ", " + envProject + ".\n" +
			"Profiles are in profiles.json in ubiops-transfer in the user's configuration folder,\n" +
			"which only the user can read.",
		Example: "  ubiops-transfer profile add --from-ubiops",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(profileAddCommand(s), profileListCommand(), profileShowCommand(), profileRemoveCommand())
	return cmd
}

func profileAddCommand(s *session) *cobra.Command {
	var p profile
	var official, overwrite bool
	cmd := &cobra.Command{
		Use:   "add [NAME] [-- COMMAND [ARGUMENT...]]",
		Short: "Add a profile, whose token is read from stdin or printed by a command",
		Long: "add makes a profile, named default if it has no name. The token is what COMMAND\n" +
			"prints whenever it is needed; it runs without a shell. Without a COMMAND the token is\n" +
			"read from stdin, on a terminal without showing it, and kept in the file.\n\n" +
			"--from-ubiops takes host and project from the official CLI, and its token whenever it\n" +
			"is needed, so that there is one place to sign in.",
		Example: "  ubiops-transfer profile add --from-ubiops\n" +
			"  ubiops-transfer profile add production --project shop -- pass show ubiops/shop\n" +
			"  ubiops-transfer profile add ci --project shop <token.txt",
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return cobra.MaximumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := defaultProfile
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args, p.TokenCommand = args[:dash], args[dash:]
			}
			if len(args) > 0 {
				name = args[0]
			}
			all, err := readProfiles()
			if err != nil {
				return err
			}
			if _, ok := all[name]; ok && !overwrite {
				return fmt.Errorf("there is a profile %s already; --overwrite replaces it", name)
			}
			if official {
				err = p.fromOfficial(cmd.Context(), cmd.ErrOrStderr())
			} else if len(p.TokenCommand) == 0 {
				p.Token, err = s.readToken(cmd.Context())
			}
			if err != nil {
				return err
			}
			if err := p.check(); err != nil {
				return err
			}
			all[name] = p
			if err := writeProfiles(all); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "profile %s: %s\n", name, p.summary())
			return err
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&p.Host, "host", "", "base URL of the API (default "+api.DefaultHost+")")
	cmd.Flags().StringVarP(&p.Project, "project", "p", "", "project that the token is for")
	settings.Flag(cmd, &p.Colour, "colour", "", "choice", "colour of the pages of review: "+strings.Join(review.Colours, ", ")+";\none is chosen if there is none", settings.OneOf(append([]string{""}, review.Colours...)...))
	complete(cmd, "colour", review.Colours...)
	cmd.Flags().BoolVar(&official, "from-ubiops", false, "take everything from the official CLI, which has to be on the path")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a profile of the same name")
	return cmd
}

// fromOfficial fills in what flags do not say from the official CLI.
func (p *profile) fromOfficial(ctx context.Context, stderr io.Writer) error {
	if len(p.TokenCommand) > 0 {
		return errors.New("--from-ubiops has a command of its own; leave out the other one")
	}
	for key, into := range map[string]*string{"auth.api": &p.Host, "default.project": &p.Project} {
		value, err := runFor(ctx, stderr, "ubiops", "config", "get", key)
		if err != nil {
			return fmt.Errorf("asking the official CLI for %s: %w", key, err)
		}
		*into = cmp.Or(*into, value)
	}
	p.TokenCommand = []string{"ubiops", "config", "get", "auth.service_token"}
	_, err := p.token(ctx, stderr) // so that it fails now if it does
	return err
}

// check lets package api check what it would be given.
func (p *profile) check() error {
	_, err := api.NewClient(api.WithEnv(nil), api.WithHost(cmp.Or(p.Host, api.DefaultHost)), api.WithToken(cmp.Or(p.Token, "printed-later")))
	return err
}

// readToken reads a token from stdin, which a terminal does not show.
func (s *session) readToken(ctx context.Context) (line string, err error) {
	if file, ok := s.stdin.(*os.File); ok && isTerminal(file) {
		line, err = s.readHidden(ctx, int(file.Fd()))
	} else {
		line, err = readLine(ctx, bufio.NewReader(s.stdin))
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("stdin has no token")
	}
	return strings.TrimSpace(line), err
}

// readHidden reads a line that is not shown: the prompt comes when nothing is shown
// any more. Ctrl-C is a character then.
func (s *session) readHidden(ctx context.Context, fd int) (string, error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{s.stdin, s.stderr}, "")
	typed, err := unlessDone(ctx, func() (string, error) { return t.ReadPassword("Token: ") })
	if errors.Is(err, io.EOF) {
		err = context.Canceled
		fmt.Fprint(s.stderr, "\r\n")
	}
	return typed, errors.Join(err, term.Restore(fd, before))
}

// summary says what a profile is without its token.
func (p *profile) summary() string {
	token := "token in the file"
	if len(p.TokenCommand) > 0 {
		token = "token from " + strings.Join(p.TokenCommand, " ")
	}
	return fmt.Sprintf("%s, project %s, %s", cmp.Or(p.Host, api.DefaultHost), cmp.Or(p.Project, "not set"), token)
}

// shownProfile is a profile as list and show print it. Its schema is profile.json.
type shownProfile struct {
	Name         string   `json:"name"`
	Host         string   `json:"host"`
	Project      string   `json:"project"`
	TokenCommand []string `json:"token_command"` // empty if the token is in the file
	Colour       string   `json:"colour"`        // empty if one is chosen
}

func shown(name string, p profile) shownProfile {
	return shownProfile{name, cmp.Or(p.Host, api.DefaultHost), p.Project, slices.Concat([]string{}, p.TokenCommand), p.Colour}
}

func profileListCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "list", Short: "List the profiles, without their tokens", Example: "  ubiops-transfer profile list --format json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := readProfiles()
			if err != nil {
				return err
			}
			list := []shownProfile{}
			for _, name := range slices.Sorted(maps.Keys(all)) {
				list = append(list, shown(name, all[name]))
			}
			return printAs(cmd.OutOrStdout(), format, list, func(w io.Writer) {
				fmt.Fprintln(w, "NAME\tHOST\tPROJECT\tTOKEN")
				for _, p := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, p.Host, p.Project, cmp.Or(strings.Join(p.TokenCommand, " "), "in the file"))
				}
			})
		},
	}
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}

func profileShowCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "show [NAME]", Short: "Show a profile, without its token", Example: "  ubiops-transfer profile show production", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := defaultProfile
			if len(args) > 0 {
				name = args[0]
			}
			all, err := readProfiles()
			if err != nil {
				return err
			}
			p, ok := all[name]
			if !ok {
				return noProfile(name)
			}
			return printAs(cmd.OutOrStdout(), format, shown(name, p), nil)
		},
		ValidArgsFunction: completeProfiles,
	}
	formatFlag(cmd, &format, yamlFormat, jsonFormat)
	return cmd
}

func profileRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a profile", Example: "  ubiops-transfer profile remove production", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := readProfiles()
			if err != nil {
				return err
			}
			if _, ok := all[args[0]]; !ok {
				return noProfile(args[0])
			}
			delete(all, args[0])
			return writeProfiles(all)
		},
		ValidArgsFunction: completeProfiles,
	}
}

func completeProfiles(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := readProfiles()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Sorted(maps.Keys(all)), cobra.ShellCompDirectiveNoFileComp
}
