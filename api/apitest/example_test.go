package apitest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// example runs f as a test. In your own test, t comes from package testing.
func example(f func(t *fakeT)) { fmt.Print(newFakeT().run(f)) }

func Example() {
	example(func(t *fakeT) {
		s := apitest.New(t)
		client := s.Client("demo")

		created, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		export, err := client.Project("demo").Exports.WaitCompleted(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(export.ID, export.Status, export.CreationDate.UTC())
		fmt.Println(s.Count(apitest.ExportsGet), "read")
	})
	// Output:
	// 00000000-0000-7000-8000-000000000001 completed 2024-01-01 00:00:01 +0000 UTC
	// 1 read
}

func ExampleWithProject() {
	example(func(t *fakeT) {
		content := archive.Content{
			Deployments: map[string]models.Deployment{"classify": {
				InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
				Versions: map[string]models.DeploymentVersion{"v1": {Zip: models.Value("code.zip")}},
			}},
		}
		packages := map[string][]byte{"code.zip": []byte("any bytes")}
		s := apitest.New(t,
			apitest.WithProject("source", apitest.FromContent(content, packages)), // or FromFile, FromBytes
			apitest.WithProject("target"))

		project := s.Content("source")
		for _, p := range project.Packages() {
			r, err := project.OpenPackage(p.Path)
			if err != nil {
				t.Fatal(err)
			}
			code, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("%s: %s\n", p.Path, code)
		}
		fmt.Println(len(s.Content("target").Content().Deployments), "deployments in the target")
	})
	// Output:
	// deployments/deployment_classify/versions/deployment_classify_version_v1.zip: any bytes
	// 0 deployments in the target
}

func ExampleServer_Step() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.JobsByHand())
		if _, err := s.Project("demo").Exports.Create(t.Context(), api.Selection{}); err != nil {
			t.Fatal(err)
		}
		for {
			step, ok := s.Step()
			if !ok {
				break
			}
			fmt.Println(step.Kind, step.From, "->", step.To)
		}
	})
	// Output:
	// export pending -> processing
	// export processing -> completed
}

func ExampleServer_StepJob() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.JobsByHand())
		for range 2 {
			if _, err := s.Project("demo").Exports.Create(t.Context(), api.Selection{}); err != nil {
				t.Fatal(err)
			}
		}
		step, _ := s.StepJob(apitest.ID(2))
		fmt.Println(step.ID, step.To)
	})
	// Output: 00000000-0000-7000-8000-000000000002 processing
}

func ExampleJobsByReads() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.JobsByReads(2))
		client := s.Client("demo")
		created, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			export, err := client.Project("demo").Exports.Get(t.Context(), created.ID)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println(export.Status)
		}
	})
	// Output:
	// pending
	// pending
	// processing
	// processing
	// completed
}

func ExampleJobsByTime() {
	example(func(t *fakeT) {
		clock := apitest.NewClock(time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC))
		s := apitest.New(t, apitest.JobsByTime(time.Minute), apitest.WithClock(clock))
		client := s.Client("demo")
		created, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			export, err := client.Project("demo").Exports.Get(t.Context(), created.ID)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println(clock.Now().Format(time.TimeOnly), export.Status)
			clock.Advance(time.Minute)
		}
	})
	// Output:
	// 09:00:00 pending
	// 09:01:00 processing
	// 09:02:00 completed
}

func ExampleServer_Inject() {
	example(func(t *fakeT) {
		s := apitest.New(t)
		s.Inject(apitest.ExportsList, apitest.First(1),
			apitest.Answer(429, http.Header{"Retry-After": {"30"}}, `{"error": "Too many requests"}`))

		client := s.Client("demo", api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		_, err := client.Project("demo").Exports.List(t.Context())
		fmt.Println(err)
		_, err = client.Project("demo").Exports.List(t.Context())
		fmt.Println(err)
	})
	// Output:
	// GET /projects/demo/exports: 429 Too Many Requests: Too many requests
	// <nil>
}

func ExampleResetAfter() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsCreate, apitest.First(1), apitest.ResetAfter()))
		client := s.Client("demo")
		_, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		fmt.Println("the client knows what happened:", !errors.Is(err, api.ErrUnknownOutcome))

		exports, err := client.Project("demo").Exports.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("exports:", len(exports))
		fmt.Println(s.Requests()[0].Fault, s.Requests()[0].Status)
	})
	// Output:
	// the client knows what happened: false
	// exports: 1
	// reset after 201
}

func ExampleAround() {
	example(func(t *fakeT) {
		gateway := apitest.Around("gateway", func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Correlation-Id", "gateway-7")
				http.NotFound(w, r)
			})
		})
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.First(1), gateway))
		project := s.Project("demo")
		_, err := project.Exports.List(t.Context())
		fmt.Println(err)
		_, err = project.Exports.List(t.Context())
		fmt.Println(err)
		fmt.Println(s.Requests()[0].Fault)
	})
	// Output:
	// GET /projects/demo/exports: 404 Not Found: 404 page not found (request gateway-7)
	// <nil>
	// gateway
}

func ExampleResetBefore() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsCreate, apitest.Every(), apitest.ResetBefore()))
		client := s.Client("demo")
		_, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		fmt.Println("failed:", err != nil)
		exports, err := client.Project("demo").Exports.List(t.Context())
		fmt.Println("exports:", len(exports), err)
	})
	// Output:
	// failed: true
	// exports: 0 <nil>
}

func ExampleCutResponse() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsDownload, apitest.Every(), apitest.CutResponse(100)))
		client := s.Client("demo")
		created, err := client.Project("demo").Exports.Create(t.Context(), api.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		download, err := client.Project("demo").Exports.Download(t.Context(), created.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer download.Body.Close()
		n, err := io.Copy(io.Discard, download.Body)
		fmt.Println(n, "bytes, whole:", !errors.Is(err, io.ErrUnexpectedEOF))
	})
	// Output: 100 bytes, whole: false
}

func ExampleCutRequest() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ImportsCreate, apitest.Every(), apitest.CutRequest(100)))
		client := s.Client("demo")
		_, err := client.Project("demo").Imports.Create(t.Context(), file(make([]byte, 1000)))
		fmt.Println("failed:", err != nil)
		fmt.Println("read by the server:", s.Requests(apitest.ImportsCreate)[0].In)
	})
	// Output:
	// failed: true
	// read by the server: 100
}

func ExampleDelay() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.Every(), apitest.Delay(time.Millisecond)))
		_, err := s.Project("demo").Exports.List(t.Context())
		fmt.Println(s.Requests()[0].Fault, err)
	})
	// Output: delay 1ms <nil>
}

func ExampleServer_Requests() {
	example(func(t *fakeT) {
		s := apitest.New(t)
		selection := models.ExportCreate{Description: models.Value("nightly")}
		if _, err := s.Project("demo").Exports.Create(t.Context(), api.Select(selection).WithoutPackages()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Project("demo").Imports.Create(t.Context(), file([]byte("no archive"))); err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Requests() {
			fmt.Println(r.Operation, r.Path, r.Query.Encode(), r.Status, string(r.Body), r.FileName, r.FileSize)
		}
	})
	// Output:
	// exports_create /v2.1/projects/demo/exports packages=false 201 {"description":"nightly"}  0
	// imports_create /v2.1/projects/demo/imports  201  sample.zip 10
}

func ExampleServer_ReadOnlyClient() {
	example(func(t *fakeT) {
		s := apitest.New(t)
		_, err := s.ReadOnlyClient("demo").Project("demo").Exports.Create(t.Context(), api.Selection{})
		fmt.Println(errors.Is(err, api.ErrForbidden))
	})
	// Output: true
}

func ExampleWithLoopback() {
	example(func(t *fakeT) {
		s := apitest.New(t, apitest.WithLoopback())
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/projects/demo/exports", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Token "+s.Token("demo"))
		resp, err := http.DefaultClient.Do(req) // or a program in another process
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		fmt.Println(resp.Status)
	})
	// Output: 200 OK
}
