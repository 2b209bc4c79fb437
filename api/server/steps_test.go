package server_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func zipOfSample(t *testing.T) []byte {
	t.Helper()
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	return zip
}

func TestSteps_everyChangeOfStatusIsAStep(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var steps []string
	h := start(t, server.Options{OnStep: func(_ context.Context, job server.Job, do func() error) error {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, job.Kind+" "+job.Status)
		return do()
	}})
	c := h.client("p")
	created, err := c.Project("p").Exports.Create(t.Context(), api.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	zip := bytes.NewReader(zipOfSample(t))
	imported, err := c.Project("p").Imports.Create(t.Context(), api.FromReader(zip, zip.Size(), ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Imports.WaitScanned(t.Context(), imported.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Imports.Confirm(t.Context(), imported.ID, models.ImportUpdate{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Imports.WaitCompleted(t.Context(), imported.ID); err != nil {
		t.Fatal(err)
	}
	bad := bytes.NewReader([]byte("no archive"))
	failing, err := c.Project("p").Imports.Create(t.Context(), api.FromReader(bad, bad.Size(), ""), api.SkipConfirmation())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Imports.WaitCompleted(t.Context(), failing.ID); err == nil {
		t.Error("no archive was imported")
	}
	jobs, err := h.Jobs(t.Context(), "p")
	if want := []server.Job{
		{Kind: "export", Project: "p", ID: created.ID, Status: "completed"},
		{Kind: "import", Project: "p", ID: imported.ID, Status: "completed"},
		{Kind: "import", Project: "p", ID: failing.ID, Status: "failed"},
	}; err != nil || !slices.Equal(jobs, want) {
		t.Errorf("jobs %v, %v; want %v", jobs, err, want)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{
		"export pending", "export processing",
		"import pending", "import scanning", "import confirmation_pending", "import processing",
		"import pending", "import scanning",
	}; !slices.Equal(steps, want) {
		t.Errorf("steps %q; want %q", steps, want)
	}
}

func TestSteps_aStepThatWaitsEndsWithItsJob(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan string), make(chan string, 2)
	h := start(t, server.Options{OnStep: func(ctx context.Context, job server.Job, _ func() error) error {
		begun <- job.ID
		<-ctx.Done()
		ended <- job.ID
		return ctx.Err()
	}})
	c := h.client("p")
	deleted, err := c.Project("p").Exports.Create(t.Context(), api.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if id := <-begun; id != deleted.ID {
		t.Errorf("a step of %s", id)
	}
	if err := c.Project("p").Exports.Delete(t.Context(), deleted.ID); err != nil {
		t.Fatal(err)
	}
	if id := <-ended; id != deleted.ID {
		t.Errorf("%s ended", id)
	}
	left, err := c.Project("p").Exports.Create(t.Context(), api.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if id := <-ended; id != left.ID {
		t.Errorf("%s ended", id)
	}
}

func TestSteps_IDsAreThoseThatTheServerIsGiven(t *testing.T) {
	t.Parallel()
	n := 0
	h := start(t, server.Options{NewID: func() (string, error) {
		n++
		return fmt.Sprintf("00000000-0000-7000-8000-%012d", n), nil
	}})
	created, err := h.client("p").Project("p").Exports.Create(t.Context(), api.Selection{})
	if err != nil || created.ID != "00000000-0000-7000-8000-000000000001" {
		t.Errorf("got %v, %v", created, err)
	}
}

func TestSteps_saveIsTheWayBackOfLoad(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	zip := zipOfSample(t)
	if err := h.Load(t.Context(), "p", bytes.NewReader(zip), int64(len(zip))); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := h.Save(t.Context(), "p", &saved); err != nil {
		t.Fatal(err)
	}
	before, err := archive.Open(bytes.NewReader(zip), int64(len(zip)))
	if err != nil {
		t.Fatal(err)
	}
	after, err := archive.Open(bytes.NewReader(saved.Bytes()), int64(saved.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if changes, err := archive.Diff(before, after); err != nil || len(changes) > 0 {
		t.Errorf("%v, %v", changes, err)
	}
	if err := h.Save(t.Context(), "gone", &saved); err == nil {
		t.Error("a project that is not there was saved")
	}
}
