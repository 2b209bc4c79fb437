package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// export exports everything in a project and downloads it.
func (d *demo) export(ctx context.Context, client *api.Client, project string) ([]byte, error) {
	created, err := client.Exports.Create(ctx, project, models.ExportCreate{}, api.All(true))
	if err != nil {
		return nil, err
	}
	d.step("export", "project %s: %s", project, created.Status)
	done, err := client.Exports.Wait(ctx, project, created.ID)
	if err != nil {
		return nil, err
	}
	d.step("", "project %s: %s, %d bytes", project, done.Status, done.Size.Or(0))
	download, err := client.Exports.Download(ctx, project, created.ID)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(download.Body)
	if closeErr := download.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	if size := done.Size.Or(0); size != int64(len(data)) {
		return nil, fmt.Errorf("project %s: downloaded %d bytes of an export of %d", project, len(data), size)
	}
	d.step("download", "%s, %d bytes", download.FileName, len(data))
	return data, nil
}

// move imports an archive into the target and confirms everything in it.
func (d *demo) move(ctx context.Context, data []byte) error {
	imports := d.target.Imports
	created, err := imports.Create(ctx, target, api.FromReader(bytes.NewReader(data), int64(len(data)), "export.zip"))
	if err != nil {
		return err
	}
	d.step("import", "project %s: %s, %d bytes", target, created.Status, created.Size.Or(0))
	waiting, err := imports.Wait(ctx, target, created.ID, models.ImportStatusConfirmation)
	if err != nil {
		return err
	}
	d.step("", "project %s: %s; it is about to create", target, waiting.Status)
	offered, err := api.AcceptAll(waiting)
	if err != nil {
		return err
	}
	outline(d.out, "          ", offered)
	confirmed, err := imports.Confirm(ctx, target, created.ID, d.fill(offered))
	if err != nil {
		return err
	}
	d.step("confirm", "project %s: %s", target, confirmed.Status)
	done, err := imports.Wait(ctx, target, created.ID, models.ImportStatusCompleted, api.Confirmed())
	if err != nil {
		return err
	}
	d.step("", "project %s: %s", target, done.Status)
	return nil
}

// fill gives a value to every variable that the export left out: the one in the
// archive that the demo was given, or one of its own.
func (d *demo) fill(offered archive.Content) archive.Content {
	known := make(map[jsontext.Pointer]string)
	plan.MapVariables(d.given.Content(), func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if !plan.Missing(v) {
			known[path] = v.Value.Or("")
		}
		return v
	})
	return plan.MapVariables(offered, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if plan.Missing(v) {
			value, ok := known[path]
			if !ok {
				value = fmt.Sprintf("value %d of the demo", len(d.filled)+1)
			}
			d.filled[path] = value
			v.Value = models.Value(value)
			d.step("fill", "%s", path)
		}
		return v
	})
}
