package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// withProject runs f with a server that has a project, filled from an archive.
func withProject(f func(ctx context.Context, s *server.Server) error) {
	err := func() error {
		ctx := context.Background()
		s, err := server.New(server.Options{})
		if err != nil {
			return err
		}
		defer s.Close()
		if err := s.AddProject(ctx, "my-project"); err != nil {
			return err
		}
		zip, err := sample.Archive()
		if err != nil {
			return err
		}
		if err := s.Load(ctx, "my-project", bytes.NewReader(zip), int64(len(zip))); err != nil {
			return err
		}
		return f(ctx, s)
	}()
	if err != nil {
		fmt.Println(err)
	}
}

// An import that waits for its confirmation, without a request.
func ExampleServer_AddImport() {
	withProject(func(ctx context.Context, s *server.Server) error {
		zip, err := sample.Archive()
		if err != nil {
			return err
		}
		id, err := s.AddImport(ctx, "my-project", "me", bytes.NewReader(zip))
		if err != nil {
			return err
		}
		jobs, err := s.Jobs(ctx, "my-project")
		fmt.Println(len(jobs), jobs[0].ID == id)
		return err
	})
	// Output:
	// 1 true
}

// The contract, with a server in place of the platform.
func ExampleContractAt() {
	_, servers, _ := strings.Cut(server.ContractAt("https://archives.example:8443"), "\nservers:\n")
	url, _, _ := strings.Cut(servers, "\n")
	fmt.Println(strings.TrimSpace(url))
	// Output:
	// - url: "https://archives.example:8443/v2.1"
}

// Objects that are loaded replace those of the same name; the others stay.
func ExampleServer_Load() {
	withProject(func(ctx context.Context, s *server.Server) error {
		var zip bytes.Buffer
		err := archive.Write(&zip, archive.Content{
			EnvironmentVariables: map[string]models.EnvironmentVariable{"TICKET_TOKEN": {Value: models.Value("another")}},
		}, nil)
		if err != nil {
			return err
		}
		if err := s.Load(ctx, "my-project", bytes.NewReader(zip.Bytes()), int64(zip.Len())); err != nil {
			return err
		}
		content, err := s.Content(ctx, "my-project")
		fmt.Println(content.EnvironmentVariables["TICKET_TOKEN"].Value.Or(""))
		fmt.Println(len(content.Deployments), "deployments")
		return err
	})
	// Output:
	// another
	// 3 deployments
}

// A project is saved to a file, or loaded into another server.
func ExampleServer_Save() {
	withProject(func(ctx context.Context, s *server.Server) error {
		var zip bytes.Buffer
		if err := s.Save(ctx, "my-project", &zip); err != nil {
			return err
		}
		saved, err := archive.Open(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
		if err != nil {
			return err
		}
		fmt.Println(len(saved.Packages()), "packages")
		return nil
	})
	// Output: 5 packages
}

// A test looks at what a project holds without an export of it.
func ExampleServer_Content() {
	withProject(func(ctx context.Context, s *server.Server) error {
		content, err := s.Content(ctx, "my-project")
		fmt.Println(len(content.Deployments), "deployments,", len(content.Pipelines), "pipeline")
		return err
	})
	// Output: 3 deployments, 1 pipeline
}

// The jobs of a project, and their status.
func ExampleServer_Jobs() {
	withProject(func(ctx context.Context, s *server.Server) error {
		web := httptest.NewServer(s)
		defer web.Close()
		token, err := s.AddToken(ctx, "my-project", "me", true)
		if err != nil {
			return err
		}
		client, err := api.NewClient(api.WithHost(web.URL+server.BaseURL), api.WithToken(token))
		if err != nil {
			return err
		}
		created, err := client.Project("my-project").Exports.Create(ctx, api.Selection{})
		if err != nil {
			return err
		}
		if _, err := client.Project("my-project").Exports.WaitCompleted(ctx, created.ID); err != nil {
			return err
		}
		jobs, err := s.Jobs(ctx, "my-project")
		for _, job := range jobs {
			fmt.Println(job.Kind, job.Status, job.ID == created.ID)
		}
		return err
	})
	// Output: export completed true
}
