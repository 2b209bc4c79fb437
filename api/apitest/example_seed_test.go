package apitest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func ExampleFromFile() {
	example(func(t *fakeT) {
		dir, err := os.MkdirTemp("", "") // in your own test, a folder testdata
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		path := filepath.Join(dir, "project.zip")
		if err := os.WriteFile(path, sampleZIP(t), 0o600); err != nil {
			t.Fatal(err)
		}
		s := apitest.New(t, apitest.WithProject("demo", apitest.FromFile(path)))
		fmt.Println(len(s.Content("demo").Packages()), "packages")
	})
	// Output: 5 packages
}

func ExampleFromBytes() {
	example(func(t *fakeT) {
		zip := sampleZIP(t) // or one that is embedded
		s := apitest.New(t, apitest.WithProject("demo", apitest.FromBytes(zip)))
		fmt.Println(len(s.Content("demo").Packages()), "packages")
	})
	// Output: 5 packages
}

func ExampleFromReader() {
	example(func(t *fakeT) {
		zip := bytes.NewReader(sampleZIP(t))
		s := apitest.New(t, apitest.WithProject("demo", apitest.FromReader(zip, zip.Size())))
		fmt.Println(len(s.Content("demo").Packages()), "packages")
	})
	// Output: 5 packages
}

func ExampleServer_AddProject() {
	example(func(t *fakeT) {
		s := apitest.New(t)
		s.AddProject("late", apitest.FromContent(archive.Content{
			EnvironmentVariables: map[string]models.EnvironmentVariable{"REGION": {Value: models.Value("eu")}},
		}, nil))
		exports, err := s.Project("late").Exports.List(t.Context())
		fmt.Println(len(exports), "exports", err)
		fmt.Println(s.Content("late").Content().EnvironmentVariables["REGION"].Value.Or(""))
	})
	// Output:
	// 0 exports <nil>
	// eu
}

func ExampleWithServer() {
	example(func(t *fakeT) {
		// An import leaves objects that the project already has as they are.
		s := apitest.New(t,
			apitest.WithServer(server.Options{OnConflict: plan.Skip}),
			apitest.WithProject("demo", apitest.FromBytes(sampleZIP(t))))
		imported, err := s.Project("demo").Imports.Create(t.Context(), file(sampleZIP(t)), api.SkipConfirmation())
		if err != nil {
			t.Fatal(err)
		}
		done, err := s.Project("demo").Imports.WaitCompleted(t.Context(), imported.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(done.Status)
	})
	// Output: completed
}

func ExampleJobsInBackground() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.JobsInBackground())
		client := s.Client("demo")
		created, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		// A single read may find any status; waiting finds the last.
		export, err := client.Project("demo").Exports.WaitCompleted(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(export.Status)
	})
	// Output: completed
}

func ExampleBetween() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.Between(2, 3), apitest.Answer(401, nil, "")))
		for range 4 {
			_, err := s.Project("demo").Exports.List(t.Context())
			fmt.Println(errors.Is(err, api.ErrUnauthorized))
		}
	})
	// Output:
	// false
	// true
	// true
	// false
}

func ExampleServer_Heal() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.AnyOperation, apitest.Every(), apitest.Answer(401, nil, "")))
		list := func(ctx context.Context) error {
			_, err := s.Project("demo").Exports.List(ctx)
			return err
		}
		fmt.Println(errors.Is(list(t.Context()), api.ErrUnauthorized))
		s.Heal()
		fmt.Println(list(t.Context()))
	})
	// Output:
	// true
	// <nil>
}
