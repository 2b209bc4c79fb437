package api

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// parts returns the parts of a form in their order, as name=content, for a file
// name(file name, type)=content.
func parts(t *testing.T, r *http.Request) []string {
	t.Helper()
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		t.Error(err)
		return nil
	}
	var got []string
	for form := multipart.NewReader(r.Body, params["boundary"]); ; {
		part, err := form.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is that of a form cut short
			return got
		} else if err != nil {
			t.Error(err)
			return got
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Error(err)
		}
		name := part.FormName()
		if part.FileName() != "" {
			name += "(" + part.FileName() + ", " + part.Header.Get("Content-Type") + ")"
		}
		got = append(got, name+"="+string(content))
	}
}

func TestImports_createSendsOneFormForEverySource(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "my archive.zip")
	if err := os.WriteFile(path, []byte("PK on disk"), 0o600); err != nil {
		t.Fatal(err)
	}
	moved := strings.NewReader("skipped|PK")
	if _, err := moved.Seek(8, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		source ImportSource
		opts   []CreateImportOption
		want   []string
	}{
		"reader":            {FromReader(strings.NewReader("PK"), 2, "a.zip"), nil, []string{"file(a.zip, application/zip)=PK"}},
		"no name":           {FromReader(strings.NewReader("PK"), 2, ""), nil, []string{"file(archive.zip, application/zip)=PK"}},
		"quotes in name":    {FromReader(strings.NewReader("PK"), 2, `a"; x="b.zip`), nil, []string{`file(a"; x="b.zip, application/zip)=PK`}},
		"not seekable":      {FromReader(io.MultiReader(strings.NewReader("PK")), 2, "a.zip"), nil, []string{"file(a.zip, application/zip)=PK"}},
		"from its position": {FromReader(moved, 2, "a.zip"), nil, []string{"file(a.zip, application/zip)=PK"}},
		"empty":             {FromReader(strings.NewReader(""), 0, "a.zip"), nil, []string{"file(a.zip, application/zip)="}},
		"file":              {FromFile(path), []CreateImportOption{SkipConfirmation()}, []string{"skip_confirmation=true", "file(my archive.zip, application/zip)=PK on disk"}},
		"link":              {FromLink("https://example.com/a.zip?sig=1"), []CreateImportOption{SkipConfirmation()}, []string{"skip_confirmation=true", "import_link=https://example.com/a.zip?sig=1"}},
		"export":            {FromExport("x"), nil, []string{"export_id=x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPost || r.URL.RequestURI() != "/projects/p/imports" {
					t.Errorf("sent %s %s", r.Method, r.URL)
				}
				if r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
					t.Errorf("length %d, encoding %v", r.ContentLength, r.TransferEncoding)
				}
				if got := parts(t, r); !slices.Equal(got, tc.want) {
					t.Errorf("sent %q, want %q", got, tc.want)
				}
				reply(http.StatusCreated, "application/json", pendingJSON)(w, r)
			})
			created, err := c.Project("p").Imports.Create(t.Context(), tc.source, tc.opts...)
			if err != nil {
				t.Fatal(err)
			}
			if created.Status != models.ImportStatusPending {
				t.Errorf("import is %+v", created)
			}
		})
	}
}

func TestImports_createRefusesBadSourcesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s %s", r.Method, r.URL) })
	for name, tc := range map[string]struct {
		source ImportSource
		want   string
	}{
		"none":            {ImportSource{}, "no source"},
		"nil reader":      {FromReader(nil, 1, "a.zip"), "nil"},
		"negative size":   {FromReader(strings.NewReader(""), -1, "a.zip"), "-1"},
		"endless size":    {FromReader(strings.NewReader(""), 1<<63-1, "a.zip"), "too large"},
		"control in name": {FromReader(strings.NewReader(""), 0, "a\n.zip"), "control character"},
		"no file":         {FromFile(filepath.Join(dir, "none.zip")), "none.zip"},
		"directory":       {FromFile(dir), "not a regular file"},
		"empty link":      {FromLink(""), "absolute"},
		"relative link":   {FromLink("/a.zip?sig=s3cr3t"), "absolute"},
		"other scheme":    {FromLink("ftp://example.com/a.zip?sig=s3cr3t"), "absolute"},
		"empty export":    {FromExport(""), "empty"},
	} {
		_, err := c.Project("p").Imports.Create(t.Context(), tc.source)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestImports_getListConfirmDelete(t *testing.T) {
	t.Parallel()
	detail := `{"id": "x", "status": "confirmation", "size": 1, "deployments": {"d": {"later": 1}}, "new": true}`
	c, seen := recorded(t, http.StatusOK, detail)
	imported, err := c.Project("p").Imports.Get(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if imported.Status != models.ImportStatusConfirmation || string(imported.Unknown) != `{"new":true}` {
		t.Errorf("import is %+v", imported)
	}
	if want := (request{method: "GET", uri: "/projects/p/imports/x"}); *seen != want {
		t.Errorf("sent %+v, want %+v", *seen, want)
	}

	confirmed, err := c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{Deployments: imported.Deployments})
	if err != nil || confirmed.ID != "x" {
		t.Errorf("confirmed %+v, %v", confirmed, err)
	}
	if want := (request{"PATCH", "/projects/p/imports/x", "application/json", `{"deployments":{"d":{"later":1}}}`}); *seen != want {
		t.Errorf("sent %+v, want %+v", *seen, want)
	}
	if _, err := c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{}); err != nil || seen.body != "{}" {
		t.Errorf("an empty update sent %+v, %v", *seen, err)
	}
	if _, err := c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{Unknown: []byte("[")}); err == nil || !strings.Contains(err.Error(), "encoding the confirmation") {
		t.Errorf("a broken update: %v", err)
	}

	c, seen = recorded(t, http.StatusOK, `[]`)
	list, err := c.Project("p").Imports.List(t.Context(), ImportsIn(models.ImportStatusFailed))
	if err != nil || list == nil || len(list) != 0 || seen.uri != "/projects/p/imports?status=failed" {
		t.Errorf("listed %v, %v by %+v", list, err, *seen)
	}

	c, seen = recorded(t, http.StatusNoContent, "")
	if err := c.Project("p").Imports.Delete(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	if want := (request{method: "DELETE", uri: "/projects/p/imports/x"}); *seen != want {
		t.Errorf("sent %+v, want %+v", *seen, want)
	}
}
