// Package chaos transfers archives and moves projects while connections break and
// servers are busy.
package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	moves    = 200
	movers   = 8  // at a time
	attempts = 10 // at a step that may have had no effect
)

// Whatever breaks, every move ends with the same project on the other side, made
// by one import.
func TestMovesEndWithIdenticalProjectsAndNoDuplicateImport(t *testing.T) {
	t.Parallel()
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	secrets := map[string]string{}
	plan.MapVariables(sample.Content(), func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		secrets[string(path)] = v.Value.Or("")
		return v
	})
	synctest.Test(t, func(t *testing.T) {
		var projects []apitest.Option
		for i := range moves {
			projects = append(projects, apitest.WithProject(from(i), apitest.FromBytes(zip)), apitest.WithProject(to(i)))
		}
		s := apitest.New(t, append(projects, apitest.JobsInBackground())...)
		kinds := inject(s)
		var group sync.WaitGroup
		var next atomic.Int64
		for range movers {
			group.Go(func() {
				for i := int(next.Add(1)) - 1; i < moves; i = int(next.Add(1)) - 1 {
					if err := move(t.Context(), s, i, folder, secrets); err != nil {
						t.Errorf("move %d: %v", i, err)
					}
				}
			})
		}
		group.Wait()
		met := map[string]int{}
		for _, r := range s.Requests() {
			if r.Fault != "" {
				met[strings.Join(strings.Fields(r.Fault)[:2], " ")]++
			}
		}
		t.Logf("%d requests; faults: %v", len(s.Requests()), met)
		if len(met) < kinds {
			t.Errorf("only %v of the %d kinds of faults were met", met, kinds)
		}
		s.Heal()
		for i := range moves {
			check(t, s, i)
		}
	})
}

func from(i int) string { return fmt.Sprintf("from-%d", i) }
func to(i int) string   { return fmt.Sprintf("to-%d", i) }

// inject makes about every fifth request meet a fault, always the same ones. It
// returns how many kinds of faults there are.
func inject(s *apitest.Server) int {
	const calls = 10 * moves
	busy := func(status int, name, value string) apitest.Fault {
		return apitest.Answer(status, http.Header{name: {value}}, `{"error": "busy"}`)
	}
	faults := []apitest.Fault{
		apitest.ResetBefore(), apitest.ResetAfter(), apitest.CutRequest(100), apitest.CutResponse(20),
		busy(http.StatusTooManyRequests, "X-Ratelimit-Reset", "3"), busy(http.StatusServiceUnavailable, "Retry-After", "2"),
	}
	random := rand.New(rand.NewPCG(1, 2)) // the same in each run
	for _, op := range []apitest.Operation{
		apitest.ExportsCreate, apitest.ExportsGet, apitest.ExportsList, apitest.ExportsDownload,
		apitest.ImportsCreate, apitest.ImportsGet, apitest.ImportsList, apitest.ImportsUpdate,
	} {
		for n := 1; n <= calls; n++ {
			if random.IntN(5) == 0 {
				s.Inject(op, apitest.Between(n, n), faults[random.IntN(len(faults))])
			}
		}
	}
	return len(faults)
}

// move is what a careful program does.
func move(ctx context.Context, s *apitest.Server, i int, folder string, secrets map[string]string) error {
	path := filepath.Join(folder, from(i)+".zip")
	source, target := s.Project(from(i)), s.Project(to(i))
	err := repeat(func() error {
		_, err := source.Exports.RunToFile(ctx, api.Everything(), path, api.Overwrite())
		return err
	})
	if err != nil {
		return err
	}
	accept := api.Accept(api.Fill(func(place, _ string) (string, bool) {
		value, ok := secrets[place]
		return value, ok
	}))
	var id string
	err = repeat(func() (err error) {
		id, err = begin(ctx, target, path)
		return err
	})
	if err != nil {
		return err
	}
	return repeat(func() error { return finish(ctx, target, id, accept) })
}

// begin creates the import unless an attempt before has: nobody else writes to
// the project.
func begin(ctx context.Context, target api.Project, path string) (string, error) {
	before, err := target.Imports.List(ctx)
	if err != nil {
		return "", err
	}
	if len(before) > 0 {
		return before[0].ID, nil
	}
	created, err := target.Imports.Create(ctx, api.FromFile(path))
	if err != nil {
		return "", err
	}
	return created.ID, nil
}

// finish completes an import, whatever its status.
func finish(ctx context.Context, target api.Project, id string, accept api.Confirmation) error {
	scanned, err := target.Imports.Get(ctx, id)
	if err != nil {
		return err
	}
	if scanned.Status != models.ImportStatusCompleted && scanned.Status != models.ImportStatusProcessing && scanned.Status != models.ImportStatusConfirmationPending {
		if scanned, err = target.Imports.WaitScanned(ctx, id); err != nil {
			return err
		}
		update, err := accept(scanned)
		if err != nil {
			return err
		}
		if _, err := target.Imports.Confirm(ctx, id, update); err != nil {
			return err
		}
	}
	_, err = target.Imports.WaitCompleted(ctx, id)
	return err
}

// repeat repeats what may have had no effect until it has one.
func repeat(do func() error) error {
	var err error
	for range attempts {
		if err = do(); err == nil {
			return nil
		}
	}
	return err
}

func check(t *testing.T, s *apitest.Server, i int) {
	t.Helper()
	imports, err := s.Project(to(i)).Imports.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) != 1 || imports[0].Status != models.ImportStatusCompleted {
		t.Errorf("%s has the imports %+v", to(i), imports)
	}
	before, after := s.Content(from(i)), s.Content(to(i))
	changes, err := archive.Diff(before, after)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		if change.Kind == archive.Added && change.Path.LastToken() == plan.ImportLabel {
			continue // the created objects tell which import made them
		}
		t.Errorf("%s: %+v", to(i), change)
	}
	for _, p := range before.Packages() {
		if err := same(before, after, p.Path); err != nil {
			t.Errorf("%s: %v", to(i), err)
		}
	}
}

// same compares the bytes of a package.
func same(a, b *archive.Archive, path string) error {
	var data [2][]byte
	for i, in := range []*archive.Archive{a, b} {
		r, err := in.OpenPackage(path)
		if err != nil {
			return err
		}
		if data[i], err = io.ReadAll(r); err != nil {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	if string(data[0]) != string(data[1]) {
		return fmt.Errorf("package %s differs", path)
	}
	return nil
}
