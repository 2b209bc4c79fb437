package middleware_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// FuzzImportsCreate sends any form with any boundary through the whole handler:
// either it has exactly one source, or the response is an error of the client's.
func FuzzImportsCreate(f *testing.F) {
	for _, boundary := range []string{"B", "another one", "", "\r\n", strings.Repeat("b", 80), `a"b\`, "--"} {
		for _, body := range append(documentedForms(f),
			"", end, fileField("PK")+end, fileField("PK")+field("export_id", exportID)+end,
			field("skip_confirmation", "True")+fileField("--B\r\n")+end, field("import_link", strings.Repeat("a", 1<<17))+end,
		) {
			f.Add([]byte(strings.ReplaceAll(body, "--B", "--"+boundary)), boundary)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		if len(body) > 1<<20 || len(boundary) > 1<<10 {
			return
		}
		contentType := mime.FormatMediaType("multipart/form-data", map[string]string{"boundary": boundary})
		if contentType == "" { // nothing that can be written by the rules
			contentType = `multipart/form-data; boundary="` + boundary + `"`
		}
		var form middleware.ImportForm
		stored := int64(0)
		h := strict(t, stub{upload: func(_ context.Context, r server.ImportsCreateRequestObject) (_ server.ImportsCreateResponseObject, err error) {
			form, err = middleware.ReadImportForm(r.Body, func(archive io.Reader) (err error) {
				stored, err = io.Copy(io.Discard, archive)
				return err
			})
			return server.ImportsCreate201JSONResponse{Body: models.ImportList{ID: exportID}}, err
		}}, func(o *middleware.Options) { o.MaxUpload = 1 << 19 })
		got := call(t, h, "POST", imports, string(body), "Content-Type", contentType)
		switch got.status {
		case http.StatusCreated:
			wantOneSource(t, form, stored, len(body))
		case http.StatusRequestEntityTooLarge:
			if wantError(t, got, got.status); len(body) <= 1<<19 {
				t.Errorf("%d bytes are too many", len(body))
			}
		default:
			wantError(t, got, http.StatusBadRequest)
		}
	})
}

func wantOneSource(t *testing.T, form middleware.ImportForm, stored int64, sent int) {
	t.Helper()
	sources := 0
	for _, given := range []bool{form.ImportLink != "", form.ExportID != "", form.HasFile} {
		if given {
			sources++
		}
	}
	if sources != 1 || !form.HasFile && stored != 0 {
		t.Errorf("%+v with %d bytes stored", form, stored)
	}
	if kept := stored + int64(len(form.ImportLink)+len(form.ExportID)); kept > int64(sent) {
		t.Errorf("%d bytes came of %d", kept, sent)
	}
}

// documentedForms are the examples of the contract, as forms.
func documentedForms(tb testing.TB) []string {
	tb.Helper()
	doc, err := spec.GetSpec()
	if err != nil {
		tb.Fatal(err)
	}
	var forms []string
	for name, example := range doc.Components.Examples {
		fields, ok := example.Value.Value.(map[string]any)
		if !ok || !strings.HasPrefix(name, "ImportCreateFrom") {
			continue
		}
		form := ""
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			form += field(name, fmt.Sprint(fields[name]))
		}
		forms = append(forms, form+end)
	}
	slices.Sort(forms)
	if len(forms) == 0 {
		tb.Fatal("the contract has no example of imports_create")
	}
	return forms
}
