package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// platform stands for the real one: it answers every "METHOD /path" below
// /projects/demo with a text of the map, and anything else with 404.
func platform(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, path, _ := strings.Cut(r.URL.Path, "/v2.1/projects/demo")
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			log.Print(err)
		}
		answer, ok := answers[r.Method+" "+path]
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
			answer = `{"error": "The export does not exist"}`
		case strings.HasSuffix(path, "/download"):
			w.Header().Set("Content-Type", "application/zip")
			w.Header().Set("Content-Disposition", `attachment; filename="export.zip"`)
		}
		fmt.Fprint(w, answer)
	}))
}

func ExampleNewClient() {
	srv := platform(map[string]string{
		"GET /exports": `[{"id": "f629a052", "status": "completed", "error_message": "", "creation_date": "2020-05-18T11:26:57.904+00:00", "size": 86400}]`,
	})
	defer srv.Close()

	// Without options the token and the host come from UBIOPS_API_TOKEN and
	// UBIOPS_API_HOST.
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("Token 1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	exports, err := client.Exports.List(context.Background(), "demo", models.ExportStatusCompleted)
	if err != nil {
		log.Fatal(err)
	}
	for _, export := range exports {
		fmt.Println(export.ID, export.Status, export.Size.Or(0), "bytes")
	}
	// Output: f629a052 completed 86400 bytes
}

func ExampleExportsService_Create() {
	srv := platform(map[string]string{
		"POST /exports":                  `{"id": "903ccd12", "status": "pending", "size": null}`,
		"GET /exports/903ccd12":          `{"id": "903ccd12", "status": "completed", "size": 12}`,
		"GET /exports/903ccd12/download": "PK\x03\x04 archive",
	})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	created, err := client.Exports.Create(ctx, "demo", models.ExportCreate{
		Deployments: map[string]models.DeploymentSelection{
			"deployment-1": {Versions: map[string]models.VersionSelection{"v1": {}}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	export, err := client.Exports.Wait(ctx, "demo", created.ID)
	if err != nil {
		log.Fatal(err)
	}
	archive, err := client.Exports.Download(ctx, "demo", export.ID)
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Body.Close()
	n, err := io.Copy(io.Discard, archive.Body) // to a file, in real life
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d of %d bytes\n", archive.FileName, n, archive.Size)
	// Output: export.zip: 12 of 12 bytes
}

func ExampleImportsService_Confirm() {
	srv := platform(map[string]string{
		"POST /imports": `{"id": "ecb39626", "status": "pending", "size": null}`,
		"GET /imports/ecb39626": `{"id": "ecb39626", "status": "confirmation", "size": 12,
			"deployments": {"deployment-1": {"versions": {"v1": {}}}},
			"environment_variables": {"API_KEY": {"value": null, "secret": true}}}`,
		"PATCH /imports/ecb39626": `{"id": "ecb39626", "status": "confirmation_pending", "size": 12}`,
	})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	archive := strings.NewReader("PK\x03\x04 archive") // or api.FromFile("export.zip")
	created, err := client.Imports.Create(ctx, "demo", api.FromReader(archive, archive.Size(), "export.zip"))
	if err != nil {
		log.Fatal(err)
	}
	scanned, err := client.Imports.Wait(ctx, "demo", created.ID, models.ImportStatusConfirmation)
	if err != nil {
		log.Fatal(err)
	}

	// Values of secrets are never in an archive.
	for name, variable := range scanned.EnvironmentVariables {
		if _, ok := variable.Value.Get(); !ok {
			fmt.Println("giving a value to", name)
			variable.Value = models.Value("s3cr3t")
			scanned.EnvironmentVariables[name] = variable
		}
	}
	confirmed, err := client.Imports.Confirm(ctx, "demo", scanned.ID, models.ImportUpdate{
		Deployments:          scanned.Deployments,
		EnvironmentVariables: scanned.EnvironmentVariables,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(confirmed.ID, confirmed.Status) // and then Wait for completed, with api.Confirmed()
	// Output:
	// giving a value to API_KEY
	// ecb39626 confirmation_pending
}

func ExampleError() {
	srv := platform(nil)
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Exports.Get(context.Background(), "demo", "903ccd12")
	fmt.Println(err)
	fmt.Println("not found:", errors.Is(err, api.ErrNotFound))
	var answer *api.Error
	if errors.As(err, &answer) {
		fmt.Println(answer.StatusCode, "because", answer.Message)
	}
	// Output:
	// GET /projects/demo/exports/903ccd12: 404 Not Found: The export does not exist
	// not found: true
	// 404 because The export does not exist
}

func ExampleImportsService_Create() {
	srv := platform(map[string]string{"POST /imports": `{"id": "ecb39626", "status": "pending", "size": null}`})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}

	// The server fetches the archive and creates everything without asking.
	created, err := client.Imports.Create(context.Background(), "demo",
		api.FromLink("https://example.com/export.zip"), api.SkipConfirmation(true))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID, created.Status)
	// Output: ecb39626 pending
}

func ExampleNewClient_invalid() {
	_, err := api.NewClient(api.WithHost("http://api.example.com"), api.WithToken("Token Token 1234abcd"))
	fmt.Println(err)
	// Output:
	// WithHost: plain http is accepted for loopback hosts only, and "api.example.com" is none; use https
	// WithToken: the token's prefix is doubled, or is all there is
}
