package cli

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// job is what the commands of exports and imports have in common.
type job struct {
	name     string   // "export" or "import"
	statuses []string // in their order
	members  []string // of a detail, in the order in which the official client has them
	listed   int      // how many of them a list has
	saved    []string // by get -o: those that the official CLI writes,
	optional []string // and those that it leaves out

	archives func(api.Project) archives
	list     func(ctx context.Context, p api.Project, status string) ([]any, error)
	get      func(ctx context.Context, p api.Project, id string) (any, error)
	// wait waits for a status, and tells of each one.
	wait func(ctx context.Context, p api.Project, id, until string, report func(status string)) (any, error)
}

// archives is what the two services of a project have in common.
type archives interface {
	Delete(ctx context.Context, id string) error
	Download(ctx context.Context, id string) (*api.Download, error)
	DownloadToFile(ctx context.Context, id, path string, opts ...api.FileOption) (*api.File, error)
}

const completed = "completed"

var exportJob = &job{
	name:     "export",
	statuses: []string{"pending", "processing", completed, "failed"},
	members: []string{"id", "exported_by", "creation_date", "status", "error_message", "size", "description",
		"deployments", "pipelines", "environment_variables", "environments", "services"},
	listed:   7,
	saved:    []string{"id", "deployments", "pipelines", "environment_variables"},
	optional: []string{"environments", "services", "description"},
	archives: func(p api.Project) archives { return p.Exports },
	list: func(ctx context.Context, p api.Project, status string) ([]any, error) {
		return anys(p.Exports.List(ctx, api.ExportsIn(models.ExportStatus(status))))
	},
	get: func(ctx context.Context, p api.Project, id string) (any, error) { return p.Exports.Get(ctx, id) },
	wait: func(ctx context.Context, p api.Project, id, _ string, report func(string)) (any, error) {
		return p.Exports.WaitCompleted(ctx, id, api.OnExportStatus(func(s models.ExportStatus) { report(string(s)) }))
	},
}

const confirmation = string(models.ImportStatusConfirmation)

var importJob = &job{
	name:     "import",
	statuses: []string{"pending", "scanning", confirmation, "confirmation_pending", "processing", completed, "failed"},
	members: []string{"id", "imported_by", "creation_date", "status", "error_message", "size",
		"deployments", "pipelines", "environment_variables", "environments", "services"},
	listed:   6,
	saved:    []string{"deployments", "pipelines", "environment_variables"},
	optional: []string{"environments", "services"},
	archives: func(p api.Project) archives { return p.Imports },
	list: func(ctx context.Context, p api.Project, status string) ([]any, error) {
		return anys(p.Imports.List(ctx, api.ImportsIn(models.ImportStatus(status))))
	},
	get: func(ctx context.Context, p api.Project, id string) (any, error) { return p.Imports.Get(ctx, id) },
	wait: func(ctx context.Context, p api.Project, id, until string, report func(string)) (any, error) {
		seen := api.OnImportStatus(func(s models.ImportStatus) { report(string(s)) })
		if until == confirmation {
			return p.Imports.WaitScanned(ctx, id, seen)
		}
		return p.Imports.WaitCompleted(ctx, id, seen)
	},
}

func anys[T any](list []T, err error) ([]any, error) {
	all := make([]any, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all, err
}

// record makes a record of what a list has, or of a detail.
func (j *job) record(value any, detail bool) (record, error) {
	names := j.members
	if !detail {
		names = names[:j.listed]
	}
	var values map[string]jsontext.Value
	text, err := json.Marshal(value, json.Deterministic(true))
	if err == nil {
		err = json.Unmarshal(text, &values)
	}
	return newRecord(names, values), err
}
