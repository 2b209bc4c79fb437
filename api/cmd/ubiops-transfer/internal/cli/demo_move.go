package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// export exports everything in a project and downloads it.
func (d *demo) export(ctx context.Context, project api.Project, name string) ([]byte, error) {
	done, err := project.Exports.Run(ctx, api.Everything(), api.OnExportStatus(func(status models.ExportStatus) {
		d.step("export", "project %s: %s", name, status)
	}))
	if err != nil {
		return nil, err
	}
	download, err := project.Exports.Download(ctx, done.ID)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(download.Body)
	if err := errors.Join(err, download.Body.Close()); err != nil {
		return nil, err
	}
	if size := done.Size.Or(0); size != int64(len(data)) {
		return nil, fmt.Errorf("project %s: downloaded %d bytes of an export of %d", name, len(data), size)
	}
	d.step("download", "%s, %d bytes", download.FileName, len(data))
	return data, nil
}

// move imports an archive into the target and confirms everything in it.
func (d *demo) move(ctx context.Context, data []byte) error {
	source := api.FromReader(bytes.NewReader(data), int64(len(data)), "export.zip")
	_, err := d.target.Imports.Run(ctx, source, api.Accept(d.show, d.fill), api.OnImportStatus(func(status models.ImportStatus) {
		d.step("import", "project %s: %s", target, status)
	}))
	return err
}

// show prints what the import is about to create.
func (d *demo) show(offered *archive.Content) error {
	d.step("", "it is about to create:")
	for _, item := range plan.Items(*offered) {
		d.step("", "  %s", item)
	}
	return nil
}

// fill gives a value to every variable that the export left out: the one in the
// archive that the demo was given, or one of its own.
func (d *demo) fill(offered *archive.Content) error {
	known := make(map[string]string)
	plan.MapVariables(d.given.Content(), func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if !plan.Missing(v) {
			known[string(place)] = v.Value.Or("")
		}
		return v
	})
	return api.Fill(func(place, _ string) (string, bool) {
		value, ok := known[place]
		if !ok {
			value = fmt.Sprintf("value %d of the demo", len(d.filled)+1)
		}
		d.filled[jsontext.Pointer(place)] = value
		d.step("fill", "%s", place)
		return value, true
	})(offered)
}
