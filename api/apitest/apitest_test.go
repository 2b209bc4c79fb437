package apitest_test

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func sampleZIP(t testing.TB) []byte {
	t.Helper()
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	return zip
}

// move moves everything from one project of s to another and returns the archive.
func move(t testing.TB, s *apitest.Server, from, to string) []byte {
	t.Helper()
	ctx := t.Context()
	source, target := s.Client(from), s.Client(to)
	export, err := source.Exports.Create(ctx, from, models.ExportCreate{}, api.All(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Exports.Wait(ctx, from, export.ID); err != nil {
		t.Fatal(err)
	}
	d, err := source.Exports.Download(ctx, from, export.ID)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := io.ReadAll(d.Body)
	if err := d.Body.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	created, err := target.Imports.Create(ctx, to, api.FromReader(bytes.NewReader(zip), int64(len(zip)), "x.zip"))
	if err != nil {
		t.Fatal(err)
	}
	detail, err := target.Imports.Wait(ctx, to, created.ID, models.ImportStatusConfirmation)
	if err != nil {
		t.Fatal(err)
	}
	update, err := api.AcceptAll(detail)
	if err != nil {
		t.Fatal(err)
	}
	update.EnvironmentVariables["TICKET_TOKEN"] = models.EnvironmentVariable{Value: models.Value("new"), Secret: new(true)}
	if _, err := target.Imports.Confirm(ctx, to, created.ID, update); err != nil {
		t.Fatal(err)
	}
	if _, err := target.Imports.Wait(ctx, to, created.ID, models.ImportStatusCompleted); err != nil {
		t.Fatal(err)
	}
	return zip
}

// everywhere runs a test outside and inside a bubble, and on a real socket.
func everywhere(t *testing.T, f func(t *testing.T, opts ...apitest.Option)) {
	t.Helper()
	t.Parallel()
	t.Run("in memory", func(t *testing.T) { t.Parallel(); f(t) })
	t.Run("in a bubble", func(t *testing.T) { t.Parallel(); synctest.Test(t, func(t *testing.T) { f(t) }) })
	t.Run("on a socket", func(t *testing.T) { t.Parallel(); f(t, apitest.WithLoopback()) })
}

func TestAProjectMovesToAnother(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithProject("from", apitest.FromBytes(sampleZIP(t))), apitest.WithProject("to"))...)
		move(t, s, "from", "to")
		changes, err := archive.Diff(s.Content("from"), s.Content("to"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			t.Log(c.Kind, c.Path)
		}
		if got := s.Count(apitest.ImportsCreate); got != 1 {
			t.Errorf("%d imports created", got)
		}
		for _, r := range s.Requests() {
			t.Log(r)
		}
	})
}
