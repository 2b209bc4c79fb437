package api_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Back up a whole project.
func ExampleExportsService_RunToFile() {
	source, _, folder, done := platform()
	defer done()
	ctx := context.Background()

	file, err := source.Exports.RunToFile(ctx, api.Everything(), filepath.Join(folder, "project.zip"))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(filepath.Base(file.Path), file.Size > 0, len(file.SHA256))
	// Output: project.zip true 64
}

// Restore an archive, with the values of its secrets from the environment.
func ExampleImportsService_Run() {
	source, target, folder, done := platform()
	defer done()
	ctx, path := context.Background(), backup(source, folder)
	lookup := environment(map[string]string{"TICKET_TOKEN": "s3cr3t"}) // or os.LookupEnv

	imported, err := target.Imports.Run(ctx, api.FromFile(path), api.Accept(api.FillFrom(lookup)))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(imported.Status)
	// Output: completed
}

// The steps one by one, to look at what an archive offers before it is created.
func ExampleImportsService_Confirm() {
	source, target, folder, done := platform()
	defer done()
	ctx, path := context.Background(), backup(source, folder)
	lookup := environment(map[string]string{"TICKET_TOKEN": "s3cr3t"}) // or os.LookupEnv

	created, err := target.Imports.Create(ctx, api.FromFile(path))
	if err != nil {
		log.Fatal(err)
	}
	scanned, err := target.Imports.WaitScanned(ctx, created.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(scanned.Deployments), "deployments are offered")
	update, err := api.Accept(api.FillFrom(lookup))(scanned)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := target.Imports.Confirm(ctx, created.ID, update); err != nil {
		log.Fatal(err)
	}
	imported, err := target.Imports.WaitCompleted(ctx, created.ID)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(imported.Status)
	// Output:
	// 3 deployments are offered
	// completed
}

// Move one deployment, and let it run on another instance type.
func ExampleEditVersion() {
	source, target, folder, done := platform()
	defer done()
	ctx, path := context.Background(), backup(source, folder)

	imported, err := target.Imports.Run(ctx, api.FromFile(path), api.Accept(
		api.Keep(func(kind, name string) bool { return kind == "deployments" && name == "report" }),
		api.EditVersion("report", "v1", func(v *models.DeploymentVersion) error {
			fmt.Println("instead of", v.InstanceType.Or("the default"))
			v.InstanceType = models.Value("2048mb")
			return nil
		}),
	))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(imported.Status)
	// Output:
	// instead of the default
	// completed
}

// Delete the exports that are older than a month.
func ExampleExportsService_List() {
	source, _, folder, done := platform()
	defer done()
	backup(source, folder)
	ctx, exports := context.Background(), source.Exports

	old := time.Now().AddDate(0, -1, 0)
	list, err := exports.List(ctx, api.ExportsIn(models.ExportStatusCompleted))
	if err != nil {
		log.Fatal(err)
	}
	for _, export := range list {
		if export.CreationDate.Before(old) {
			if err := exports.Delete(ctx, export.ID); err != nil {
				log.Fatal(err)
			}
			fmt.Println("deleted", export.ID)
		}
	}
	// Output: deleted 00000000-0000-7000-8000-000000000001
}

// The server fetches the archive by itself.
func ExampleFromLink() {
	_, target, _, done := platform()
	defer done()
	ctx := context.Background()

	created, err := target.Imports.Create(ctx, api.FromLink("https://example.com/export.zip?signature=1"), api.SkipConfirmation())
	if err != nil {
		log.Fatal(err)
	}
	imported, err := target.Imports.WaitCompleted(ctx, created.ID)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(imported.Status, len(imported.Deployments), "deployments")
	// Output: completed 3 deployments
}

// Show how far a transfer is, in bytes and by its status.
func ExampleOnProgress() {
	source, _, folder, done := platform()
	defer done()
	ctx, terminal := context.Background(), io.Discard // or os.Stderr

	file, err := source.Exports.RunToFile(ctx, api.Everything(), filepath.Join(folder, "a.zip"),
		api.OnExportStatus(func(status models.ExportStatus) { fmt.Println("export", status) }),
		api.OnProgress(func(bytes, total int64) { fmt.Fprintf(terminal, "\r%d %%", 100*bytes/total) }))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(file.Resumed, "bytes were there from an earlier call")
	// Output:
	// export completed
	// 0 bytes were there from an earlier call
}

// Tell errors apart.
func ExampleError() {
	source, target, folder, done := platform()
	defer done()
	ctx, path := context.Background(), backup(source, folder)
	lookup := environment(map[string]string{}) // or os.LookupEnv

	_, err := target.Imports.Run(ctx, api.FromFile(path), api.Accept(api.FillFrom(lookup)))
	var job *api.JobError
	var refused *api.Error
	switch {
	case errors.Is(err, api.ErrUnauthorized), errors.Is(err, api.ErrForbidden):
		fmt.Println("another token, please")
	case errors.As(err, &refused):
		fmt.Println("the server says:", refused.StatusCode, refused.Message, refused.RequestID)
	case errors.As(err, &job):
		fmt.Println(job.Job, "remains after", job.Step, "-", job.Err)
	}

	_, err = target.Exports.Get(ctx, "903ccd12-81d1-46e1-9ac9-b9d70af118de")
	fmt.Println("not found:", errors.Is(err, api.ErrNotFound))
	// Output:
	// import remains after refuse - no value for /environment_variables/TICKET_TOKEN
	// not found: true
}

// Behind a proxy, with a certificate authority of one's own, a log, and another
// policy for what is sent again.
func ExampleNewClient() {
	host, authority, done := secureHost()
	defer done()

	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(authority)
	client, err := api.NewClient(
		api.WithHost(host), api.WithToken("1234abcd"), // or UBIOPS_API_HOST and UBIOPS_API_TOKEN
		api.WithHTTPClient(&http.Client{Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			TLSClientConfig: &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
		}}),
		api.WithLogger(slog.New(slog.NewTextHandler(os.Stdout, logOptions))),
		api.WithRetry(api.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond}))
	if err != nil {
		log.Fatal(err)
	}
	exports, err := client.Project("demo").Exports.List(context.Background())
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(len(exports), "exports")
	// Output:
	// level=DEBUG msg=request method=GET path=/projects/demo/exports attempt=1 status=503 error="GET /projects/demo/exports: 503 Service Unavailable: busy"
	// level=DEBUG msg="sending again" method=GET path=/projects/demo/exports attempt=2
	// level=DEBUG msg=request method=GET path=/projects/demo/exports attempt=2 status=200
	// 0 exports
}

// Stream an archive to wherever it belongs.
func ExampleExportsService_Download() {
	source, _, _, done := platform()
	defer done()
	ctx := context.Background()

	export, err := source.Exports.Run(ctx, api.Everything().WithoutPackages().WithDescription("nightly"))
	if err != nil {
		log.Fatal(err)
	}
	archive, err := source.Exports.Download(ctx, export.ID)
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Body.Close()
	n, err := io.Copy(io.Discard, archive.Body)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(n == archive.Size, filepath.Ext(archive.FileName))
	// Output: true .zip
}
