package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// sequence stands for the platform where it answers one thing after the other:
// "STATUS body" each, the last one for ever.
func sequence(answers ...string) *httptest.Server {
	n := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			log.Print(err)
		}
		answer := answers[min(n, len(answers)-1)]
		n++
		var status int
		if _, err := fmt.Sscan(answer, &status); err != nil {
			log.Print(err)
		}
		_, body, _ := strings.Cut(answer, " ")
		w.Header().Set("X-Ratelimit-Reset", "0.01")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
}

func dial(srv *httptest.Server, opts ...api.Option) *api.Client {
	client, err := api.NewClient(append([]api.Option{api.WithHost(srv.URL), api.WithToken("1234abcd")}, opts...)...)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleWithRetry() {
	srv := sequence(`503 {"error": "busy"}`, `429 {"error": "slow down"}`, `200 []`)
	defer srv.Close()
	client := dial(srv, api.WithRetry(api.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, MaxDelay: time.Minute}))

	exports, err := client.Exports.List(context.Background(), "demo", "")
	fmt.Println(len(exports), err)
	// Output: 0 <nil>
}

func ExampleClient_With() {
	srv := sequence(`503 {"error": "busy"}`)
	defer srv.Close()
	client := dial(srv)

	// For this call alone: no second attempt.
	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = once.Exports.List(context.Background(), "demo", "")
	fmt.Println(err)
	// Output: GET /projects/demo/exports: 503 Service Unavailable: busy
}

func ExampleWithLogger() {
	srv := sequence(`200 []`)
	defer srv.Close()
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" {
				return slog.Attr{} // differs from run to run
			}
			return a
		},
	})
	client := dial(srv, api.WithLogger(slog.New(handler)))

	if _, err := client.Exports.List(context.Background(), "demo", models.ExportStatusFailed); err != nil {
		log.Fatal(err)
	}
	// Output: level=DEBUG msg=request method=GET path=/projects/demo/exports attempt=1 status=200
}

func ExampleError_rateLimited() {
	srv := sequence(`429 {"error": "too many requests"}`)
	defer srv.Close()
	client := dial(srv, api.WithRetry(api.RetryPolicy{MaxAttempts: 2, MinDelay: time.Millisecond}))

	_, err := client.Exports.List(context.Background(), "demo", "")
	var answer *api.Error
	if errors.Is(err, api.ErrRateLimited) && errors.As(err, &answer) {
		fmt.Println(answer)
		fmt.Println("the server asks to wait", answer.RetryAfter)
	}
	// Output:
	// GET /projects/demo/exports: 429 Too Many Requests: too many requests (after 2 attempts)
	// the server asks to wait 10ms
}

func ExampleUnknownOutcomeError() {
	srv := sequence(
		`200 []`, // the list before
		`504 <html><title>Gateway Time-out</title></html>`,
		`200 [{"id": "903ccd12", "status": "pending", "size": null}]`, // and after
	)
	defer srv.Close()
	client := dial(srv, api.WithCreateLookup(true))

	_, err := client.Exports.Create(context.Background(), "demo", models.ExportCreate{})
	var lost *api.UnknownOutcomeError
	if errors.As(err, &lost) {
		fmt.Println(lost.Err)
		fmt.Println(lost.Lookup.Result, lost.Lookup.IDs)
	}
	// Output:
	// POST /projects/demo/exports: 504 Gateway Timeout: Gateway Time-out
	// found [903ccd12]
}

func ExampleImportsService_Wait() {
	srv := sequence(`200 {"id": "ecb39626", "status": "confirmation", "size": 12}`)
	defer srv.Close()
	client := dial(srv)

	_, err := client.Imports.Wait(context.Background(), "demo", "ecb39626", models.ImportStatusCompleted,
		api.OnStatus(func(status string) { fmt.Println("status:", status) }))
	fmt.Println(err)
	fmt.Println(errors.Is(err, api.ErrNeedsConfirmation))
	// Output:
	// status: confirmation
	// waiting for import ecb39626, last in status confirmation: the import needs a confirmation
	// true
}

func ExampleExportsService_Wait() {
	srv := sequence(`200 {"id": "903ccd12", "status": "failed", "error_message": "the project is gone", "size": null}`)
	defer srv.Close()
	client := dial(srv)

	_, err := client.Exports.Wait(context.Background(), "demo", "903ccd12")
	var failed *api.JobFailedError
	if errors.As(err, &failed) {
		fmt.Println(failed.ID, "failed:", failed.Message)
	}
	// Output: 903ccd12 failed: the project is gone
}

func ExampleExportsService_Run() {
	srv := platform(map[string]string{
		"POST /exports":                  `{"id": "903ccd12", "status": "pending", "size": null}`,
		"GET /exports/903ccd12":          `{"id": "903ccd12", "status": "completed", "size": 12}`,
		"GET /exports/903ccd12/download": "PK\x03\x04 archive",
	})
	defer srv.Close()
	client := dial(srv)

	var archive bytes.Buffer // or a file
	export, err := client.Exports.Run(context.Background(), "demo", models.ExportCreate{}, api.ToWriter(&archive),
		api.All(true), api.OnStatus(func(status string) { fmt.Println("status:", status) }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(export.ID, archive.Len(), "bytes")
	// Output:
	// status: completed
	// 903ccd12 12 bytes
}

const scanned = `{"id": "ecb39626", "status": "confirmation", "size": 12,
	"deployments": {"old": {}, "new": {"versions": {"v1": {}}}},
	"environment_variables": {"API_KEY": {"value": null, "secret": true}}}`

func ExampleImportsService_Run() {
	srv := sequence(
		`201 {"id": "ecb39626", "status": "pending", "size": null}`,
		"200 "+scanned,
		`200 {"id": "ecb39626", "status": "confirmation_pending", "size": 12}`,
		`200 {"id": "ecb39626", "status": "completed", "size": 12}`,
	)
	defer srv.Close()
	client := dial(srv)

	confirm := api.Accept(
		api.Select(func(kind, name string) bool { return name != "old" }),
		func(u *models.ImportUpdate) error { // override
			d := u.Deployments["new"]
			d.Description = models.Value("moved")
			u.Deployments["new"] = d
			return nil
		},
		api.FillMissing(func(path jsontext.Pointer) (string, bool) {
			fmt.Println("giving a value to", path)
			return "s3cr3t", true
		}),
	)
	archive := strings.NewReader("PK\x03\x04 archive") // or api.FromFile("export.zip")
	done, err := client.Imports.Run(context.Background(), "demo", api.FromReader(archive, archive.Size(), ""), confirm)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.ID, done.Status)
	// Output:
	// giving a value to /environment_variables/API_KEY
	// ecb39626 completed
}

func ExampleRunError() {
	srv := sequence(`201 {"id": "ecb39626", "status": "pending", "size": null}`, "200 "+scanned)
	defer srv.Close()
	client := dial(srv)

	_, err := client.Imports.Run(context.Background(), "demo", api.FromExport("903ccd12"),
		func(_ context.Context, detail *models.ImportDetail) (models.ImportUpdate, error) {
			return models.ImportUpdate{}, fmt.Errorf("%d deployments are too many", len(detail.Deployments))
		}) // with api.DeleteRefused() nothing would remain
	fmt.Println(err)
	var left *api.RunError
	fmt.Println(errors.As(err, &left), left.ID)
	// Output:
	// import ecb39626 remains after the step refuse: 2 deployments are too many
	// true ecb39626
}
