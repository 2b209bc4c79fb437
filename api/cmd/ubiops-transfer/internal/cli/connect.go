package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

// The variables of the environment that say where a command goes, beside those of
// package api. The Terraform provider of the platform knows UBIOPS_BASE_URL.
const (
	envProject = "UBIOPS_PROJECT"
	envBaseURL = "UBIOPS_BASE_URL"
)

// access is what flags say of the host, the token and the project.
type access struct {
	profile, project string
	alone            bool // the profile decides without the environment
}

func (a *access) define(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&a.project, "project", "p", "", "project (default "+envProject+", or that of the profile)")
	cmd.Flags().StringVar(&a.profile, "profile", defaultProfile, "profile for what the environment does not say")
	if err := cmd.RegisterFlagCompletionFunc("profile", completeProfiles); err != nil {
		panic(err) // there is no such flag
	}
}

// command makes a command that has the flags of a.
func (a *access) command(use, short, example string, args cobra.PositionalArgs, run func(*cobra.Command, []string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Example: example, Args: args, RunE: run}
	a.define(cmd)
	return cmd
}

// open returns a client for the host, and the name of the project. Flags win over
// variables of the environment, and these over the profile.
func (a *access) open(ctx context.Context, s *session) (*api.Client, string, error) {
	p, err := profileNamed(a.profile)
	if err != nil {
		return nil, "", err
	}
	getenv := s.getenv
	if a.alone {
		getenv = func(string) string { return "" }
	}
	project := cmp.Or(a.project, getenv(envProject), p.Project)
	if project == "" {
		return nil, "", errors.New("no project: give --project, or set " + envProject)
	}
	own := cmp.Or(p.Host, api.DefaultHost)
	host := cmp.Or(getenv(api.EnvHost), getenv(envBaseURL), own)
	token := getenv(api.EnvToken)
	if token == "" {
		if token, err = p.token(ctx, settings.Printable{Writer: s.stderr}); err != nil {
			return nil, "", err
		}
		if token == "" {
			return nil, "", errors.New("no token: set " + api.EnvToken + ", or make a profile with 'ubiops-transfer profile add'")
		}
		if strings.TrimRight(host, "/") != strings.TrimRight(own, "/") {
			return nil, "", fmt.Errorf("the token of the profile is for %s, and the environment says %s: set %s too", own, host, api.EnvToken)
		}
	}
	client, err := api.NewClient(api.WithEnv(nil), api.WithHost(host), api.WithToken(token), api.WithUserAgent("ubiops-transfer"))
	if err != nil {
		return nil, "", settings.OneLine(err)
	}
	return client, project, nil
}

// openProject is open for a command on one project.
func (a *access) openProject(cmd *cobra.Command, s *session) (api.Project, string, error) {
	client, project, err := a.open(cmd.Context(), s)
	if err != nil {
		return api.Project{}, "", err
	}
	return client.Project(project), project, nil
}
