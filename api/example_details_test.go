package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"path/filepath"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func ExampleNewClient_invalid() {
	_, err := api.NewClient(api.WithHost("http://api.example.com"), api.WithToken("Token Token 1234abcd"))
	fmt.Println(err)
	// Output:
	// WithHost: plain http is accepted for loopback hosts only, and "api.example.com" is not one; use https
	// WithToken: the token's prefix is doubled
}

func ExampleClient_With() {
	client, done := sequence(`503 {"error": "busy"}`)
	defer done()

	// For this call alone: no second attempt.
	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = once.Project("demo").Exports.List(context.Background())
	fmt.Println(err)
	// Output: GET /projects/demo/exports: 503 Service Unavailable: busy (request r-1)
}

// The generated client offers what the services do not, with the host and the
// token of this one.
func ExampleClient_Raw() {
	client, done := sequence("200 []")
	defer done()

	resp, err := client.Raw().ExportsList(context.Background(), "demo", &models.ExportsListParams{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Status, string(body))
	// Output: 200 OK []
}

func ExampleTraceResponses() {
	client, done := sequence(`429 {"error": "slow down"}`, "200 []")
	defer done()

	ctx := api.TraceResponses(context.Background(), func(r api.Response) {
		fmt.Println(r.Attempts, r.StatusCode, r.RequestID, r.RateLimit.Reset)
	})
	if _, err := client.Project("demo").Exports.List(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 429 r-1 10ms
	// 2 200 r-2 10ms
}

func ExampleSelect() {
	client, done := sequence(`201 {"id": "903ccd12", "status": "pending", "size": null}`)
	defer done()

	created, err := client.Project("demo").Exports.Create(context.Background(), api.Select(models.ExportCreate{
		Deployments: map[string]models.DeploymentSelection{
			"deployment-1": {Versions: map[string]models.VersionSelection{"v1": {}}},
		},
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID, created.Status)
	// Output: 903ccd12 pending
}

// A create with an unknown outcome: it may have made what is new in the list.
// That is sure only if nobody else creates exports in the project.
func ExampleErrUnknownOutcome() {
	client, done := sequence(
		`200 [{"id": "f629a052", "status": "completed"}]`, // the list before
		`504 <html><title>Gateway Time-out</title></html>`,
		`200 [{"id": "903ccd12", "status": "pending"}, {"id": "f629a052", "status": "completed"}]`, // and after
	)
	defer done()
	ctx, exports := context.Background(), client.Project("demo").Exports

	before, err := exports.List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	known := map[string]bool{}
	for _, export := range before {
		known[export.ID] = true
	}
	_, err = exports.Create(ctx, api.Everything())
	if errors.Is(err, api.ErrUnknownOutcome) {
		fmt.Println(err)
		after, err := exports.List(ctx)
		if err != nil {
			log.Fatal(err)
		}
		for _, export := range after {
			if !known[export.ID] {
				fmt.Println("new:", export.ID)
			}
		}
	}
	// Output:
	// POST /projects/demo/exports: it is not known whether this was carried out: POST /projects/demo/exports: 504 Gateway Timeout: Gateway Time-out (request r-2)
	// new: 903ccd12
}

func ExampleError_rateLimited() {
	client, done := sequence(`429 {"error": "too many requests"}`)
	defer done()

	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 2, MinDelay: time.Millisecond}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = once.Project("demo").Exports.List(context.Background())
	var refused *api.Error
	if errors.As(err, &refused) && errors.Is(err, api.ErrRateLimited) {
		fmt.Println(refused)
		fmt.Println("the server asks to wait", refused.RetryAfter)
	}
	// Output:
	// GET /projects/demo/exports: 429 Too Many Requests: too many requests (request r-2) (after 2 attempts)
	// the server asks to wait 10ms
}

func ExampleJobError() {
	client, done := sequence(`200 {"id": "903ccd12", "status": "failed", "error_message": "the project is gone", "size": null}`)
	defer done()

	_, err := client.Project("demo").Exports.WaitCompleted(context.Background(), "903ccd12")
	var job *api.JobError
	if errors.As(err, &job) {
		fmt.Println(job.ID, job.Status, errors.Is(err, api.ErrJobFailed))
		fmt.Println(err)
	}
	// Output:
	// 903ccd12 failed true
	// export 903ccd12: wait: last in status failed: the job failed: the project is gone
}

// A confirmation of your own: what Accept returns, or an error to refuse.
func ExampleConfirmation() {
	source, target, folder, done := platform()
	defer done()
	path := backup(source, folder)

	confirmation := func(scanned *models.ImportDetail) (models.ImportUpdate, error) {
		if len(scanned.Deployments) > 2 {
			return models.ImportUpdate{}, errors.New("these are too many deployments")
		}
		return api.Accept()(scanned)
	}
	_, err := target.Imports.Run(context.Background(), api.FromFile(path), confirmation, api.DeleteRefused())
	fmt.Println(err)
	// Output: import 00000000-0000-7000-8000-000000000002 was refused and deleted: these are too many deployments
}

// Variables of one name with different values.
func ExampleFill() {
	detail := models.ImportDetail{
		EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": {}},
		Deployments: map[string]models.Deployment{
			"churn": {EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": {}}},
		},
	}
	update, err := api.Accept(api.Fill(func(place, name string) (string, bool) {
		return "the value of " + name + " at " + place, true
	}))(&detail)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(update.EnvironmentVariables["KEY"].Value.Or(""))
	fmt.Println(update.Deployments["churn"].EnvironmentVariables["KEY"].Value.Or(""))
	// Output:
	// the value of KEY at /environment_variables/KEY
	// the value of KEY at /deployments/churn/environment_variables/KEY
}

func ExampleFile() {
	source, _, folder, done := platform()
	defer done()
	ctx := context.Background()
	export, err := source.Exports.Run(ctx, api.Everything())
	if err != nil {
		log.Fatal(err)
	}

	// Into a directory, under the name that the server suggests.
	file, err := source.Exports.DownloadToFile(ctx, export.ID, folder)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.Base(file.Path))
	_, err = source.Exports.DownloadToFile(ctx, export.ID, file.Path)
	fmt.Println("exists already:", errors.Is(err, fs.ErrExist))
	_, err = source.Exports.DownloadToFile(ctx, export.ID, file.Path, api.Overwrite())
	fmt.Println("replaced:", err == nil)
	// Output:
	// source-export-00000000-0000-7000-8000-000000000001.zip
	// exists already: true
	// replaced: true
}

// A user loses patience. What has arrived is kept for the next call.
func ExampleKeepPartial() {
	source, _, folder, done := platform()
	defer done()
	path := filepath.Join(folder, "project.zip")
	export, err := source.Exports.Run(context.Background(), api.Everything())
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	_, err = source.Exports.DownloadToFile(ctx, export.ID, path, api.KeepPartial(), api.OnProgress(func(_, _ int64) { cancel() }))
	fmt.Println("cancelled:", errors.Is(err, context.Canceled))

	file, err := source.Exports.DownloadToFile(context.Background(), export.ID, path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Resumed > 0)
	// Output:
	// cancelled: true
	// true
}

func ExampleFromReader() {
	client, done := sequence(`201 {"id": "ecb39626", "status": "pending", "size": null}`)
	defer done()

	// An archive that is a part of something larger, which can be read at any offset.
	blob := strings.NewReader("header, archive, trailer")
	archive := io.NewSectionReader(blob, 8, 7)
	created, err := client.Project("demo").Imports.Create(context.Background(), api.FromReader(archive, archive.Size(), "a.zip"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.ID, created.Status)
	// Output: ecb39626 pending
}
