package cli

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
)

// The variables of the environment that say where a command goes, beside those of
// package api. The Terraform provider of the platform knows UBIOPS_BASE_URL.
const (
	envProject = "UBIOPS_PROJECT"
	envBaseURL = "UBIOPS_BASE_URL"
)

// access is what flags say of the host and the project.
type access struct {
	project string
}

func (c *access) define(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&c.project, "project", "p", "", "project (default "+envProject+")")
}

// open returns a client for the host, and the name of the project. Variables of
// the environment take the place of flags that were not given.
func (c *access) open(s *session) (*api.Client, string, error) {
	project := cmp.Or(c.project, s.getenv(envProject))
	if project == "" {
		return nil, "", errors.New("no project: give --project or set " + envProject)
	}
	lookup := func(name string) (string, bool) {
		value := s.getenv(name)
		if name == api.EnvHost && value == "" {
			value = s.getenv(envBaseURL)
		}
		return value, value != ""
	}
	client, err := api.NewClient(api.WithEnv(lookup), api.WithUserAgent("ubiops-transfer"))
	return client, project, err
}
