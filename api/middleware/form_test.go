package middleware_test

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

// field is a part of a form.
func field(name, value string) string {
	return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

func fileField(content string) string {
	return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/zip\r\n\r\n" + content + "\r\n"
}

// unchosen is what a browser sends of a file that was not chosen, nothing of a
// form that was not filled in.
var (
	unchosen = strings.ReplaceAll(fileField(""), "a.zip", "")
	nothing  = field("skip_confirmation", "") + unchosen + field("import_link", "") + field("export_id", "")
)

const (
	end      = "--B--\r\n"
	goodLink = "https://example.com/a.zip?x=1"
)

func readForm(body string) (middleware.ImportForm, string, error) {
	var stored strings.Builder
	form, err := middleware.ReadImportForm(multipart.NewReader(strings.NewReader(body), "B"), func(r io.Reader) error {
		_, err := io.Copy(&stored, r)
		return err
	})
	return form, stored.String(), err
}

func TestForm_readImportFormReadsOneSourceInAnyOrder(t *testing.T) {
	t.Parallel()
	upper := strings.ToUpper(exportID)
	for name, c := range map[string]struct {
		body   string
		want   middleware.ImportForm
		stored string
	}{
		"a file":              {fileField("PK") + end, middleware.ImportForm{HasFile: true}, "PK"},
		"an empty file":       {fileField("") + end, middleware.ImportForm{HasFile: true}, ""},
		"a setting before":    {field("skip_confirmation", "True") + fileField("PK") + end, middleware.ImportForm{HasFile: true, SkipConfirmation: true}, "PK"},
		"a setting after":     {fileField("PK") + field("skip_confirmation", "1") + end, middleware.ImportForm{HasFile: true, SkipConfirmation: true}, "PK"},
		"a file without name": {field("file", "PK") + end, middleware.ImportForm{HasFile: true}, "PK"},
		"a link":              {field("import_link", goodLink) + field("skip_confirmation", "False") + end, middleware.ImportForm{ImportLink: goodLink}, ""},
		"an export":           {field("export_id", upper) + field("skip_confirmation", "true") + end, middleware.ImportForm{ExportID: upper, SkipConfirmation: true}, ""},
		"unknown fields":      {field("later", strings.Repeat("x", 1<<17)) + field("later", "") + field("export_id", exportID) + field("", "") + end, middleware.ImportForm{ExportID: exportID}, ""},
		"another disposition": {"--B\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nx\r\n" + field("export_id", exportID) + end, middleware.ImportForm{ExportID: exportID}, ""},
		"a shouted setting":   {field("skip_confirmation", "TRUE") + field("export_id", exportID) + end, middleware.ImportForm{ExportID: exportID, SkipConfirmation: true}, ""},
		"a mixed setting":     {field("skip_confirmation", "fAlSe") + field("export_id", exportID) + end, middleware.ImportForm{ExportID: exportID}, ""},
		"a file of a browser": {nothing + fileField("PK") + nothing + end, middleware.ImportForm{HasFile: true}, "PK"},
		"a stray percent":     {field("import_link", goodLink+"%zz|") + end, middleware.ImportForm{ImportLink: goodLink + "%zz|"}, ""},
		"a link of a browser": {unchosen + field("import_link", goodLink) + field("export_id", "") + field("skip_confirmation", "") + end, middleware.ImportForm{ImportLink: goodLink}, ""},
		"an export, no file":  {unchosen + field("file", "") + field("export_id", exportID) + end, middleware.ImportForm{ExportID: exportID}, ""},
		"a setting at last":   {field("skip_confirmation", "") + fileField("PK") + field("skip_confirmation", "true") + end, middleware.ImportForm{HasFile: true, SkipConfirmation: true}, "PK"},
		"a nameless byte":     {strings.ReplaceAll(fileField("P"), "a.zip", "") + end, middleware.ImportForm{HasFile: true}, "P"},
		"a preamble":          {"hello\r\n" + field("export_id", exportID) + end, middleware.ImportForm{ExportID: exportID}, ""},
		"an epilogue":         {field("export_id", exportID) + end + "bye", middleware.ImportForm{ExportID: exportID}, ""},
		"no last line break":  {field("export_id", exportID) + "--B--", middleware.ImportForm{ExportID: exportID}, ""},
		"bare line feeds":     {strings.ReplaceAll(field("export_id", exportID)+end, "\r", ""), middleware.ImportForm{ExportID: exportID}, ""},
	} {
		got, stored, err := readForm(c.body)
		if err != nil || got != c.want || stored != c.stored {
			t.Errorf("%s: %+v, %q, %v", name, got, stored, err)
		}
	}
}

func TestForm_readImportFormRefusesWhatTheContractDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, text string }{
		"nothing":                   {"", "no source"},
		"only the closing boundary": {end, "no source"},
		"the same, as Python sends": {"--B--", "no source"},
		"only a setting":            {field("skip_confirmation", "True") + end, "no source"},
		"link and export":           {field("import_link", goodLink) + field("export_id", exportID) + end, "both import_link and export_id"},
		"file and link":             {fileField("PK") + field("import_link", goodLink) + end, "both file and import_link"},
		"link and file":             {field("import_link", goodLink) + fileField("PK") + end, "both import_link and file"},
		"two files":                 {fileField("PK") + fileField("PK") + end, "file is given twice"},
		"two links":                 {field("import_link", goodLink) + field("import_link", goodLink) + end, "import_link is given twice"},
		"a setting twice":           {field("skip_confirmation", "True") + field("skip_confirmation", "True") + end, "skip_confirmation is given twice"},
		"a boolean in words":        {field("skip_confirmation", "yes") + end, "skip_confirmation"},
		"a boolean of one letter":   {field("skip_confirmation", "t") + end, "skip_confirmation is not a boolean"},
		"a boolean with a long s":   {field("skip_confirmation", "falſe") + end, "skip_confirmation is not a boolean"},
		"every field, all empty":    {nothing + end, "no source"},
		"no file was chosen":        {unchosen + end, "no source"},
		"two sources, one empty":    {fileField("PK") + field("import_link", "") + field("export_id", exportID) + end, "both file and export_id"},
		"half of no file":           {strings.TrimSuffix(unchosen, "\r\n"), "cut short"},
		"no UUID":                   {field("export_id", "42") + end, "export_id is not a UUID"},
		"a relative link":           {field("import_link", "/a.zip") + end, "import_link is not"},
		"a file link":               {field("import_link", "file:///etc/passwd") + end, "import_link is not"},
		"a link without host":       {field("import_link", "https:///a.zip") + end, "import_link is not"},
		"a link with only a port":   {field("import_link", "https://:443/a.zip") + end, "import_link is not"},
		"a link with a line break":  {field("import_link", "https://example.com/\r\na") + end, "import_link is not"},
		"an endless field":          {field("import_link", goodLink+strings.Repeat("a", 64<<10)) + end, "import_link is longer than 65536"},
		"endless parts":             {strings.Repeat(field("later", ""), 101) + end, "more than 100 parts"},
		"no boundary at all":        {"hello", "no source"},
		"no closing boundary":       {field("export_id", exportID), "cut short"},
		"half a file":               {strings.TrimSuffix(fileField("PK"), "K\r\n"), "cut short"},
		"a malformed part":          {"--B\r\nnonsense\r\n\r\n" + end, "malformed"},
		"an endless line":           {strings.Repeat("x", 1<<20), "malformed"},
	} {
		got, _, err := readForm(c.body)
		e, ok := errors.AsType[*middleware.Error](err)
		if !ok || e.Status != http.StatusBadRequest || !strings.Contains(e.Message, c.text) || got != (middleware.ImportForm{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestForm_readImportFormDoesNotStoreASecondSource(t *testing.T) {
	t.Parallel()
	_, stored, err := readForm(field("export_id", exportID) + fileField("PK") + end)
	if err == nil || stored != "" {
		t.Errorf("stored %q, %v", stored, err)
	}
}

func TestForm_readImportFormTellsFailuresOfTheStoreFromThoseOfTheUpload(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	read := func(body io.Reader, store func(io.Reader) error) error {
		_, err := middleware.ReadImportForm(multipart.NewReader(body, "B"), store)
		return err
	}
	if err := read(strings.NewReader(fileField("PK")+end), func(io.Reader) error { return full }); !errors.Is(err, full) {
		t.Errorf("the error of the store became %v", err)
	}
	tooLarge := &http.MaxBytesError{Limit: 5}
	cut := func(err error) io.Reader {
		return io.MultiReader(strings.NewReader(strings.TrimSuffix(fileField("PK"), "K\r\n")), failingWith{err})
	}
	swallow := func(r io.Reader) error { _, _ = io.Copy(io.Discard, r); return nil }
	drown := func(r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return fmt.Errorf("something else: %v", err) //nolint:errorlint // hides it on purpose
	}
	for _, store := range []func(io.Reader) error{swallow, drown} {
		if err := read(cut(tooLarge), store); !errors.Is(err, tooLarge) {
			t.Errorf("the limit became %v", err)
		}
		e, ok := errors.AsType[*middleware.Error](read(cut(io.ErrUnexpectedEOF), store))
		if !ok || e.Status != http.StatusBadRequest {
			t.Errorf("the cut became %v", e)
		}
	}
}

type failingWith struct{ err error }

func (f failingWith) Read([]byte) (int, error) { return 0, f.err }

func FuzzReadImportForm(f *testing.F) {
	for _, seed := range []string{
		"", end, "--B--", fileField("PK") + end, field("skip_confirmation", "True") + fileField("PK") + end,
		field("import_link", goodLink) + end, field("export_id", exportID) + field("skip_confirmation", "0") + end,
		nothing + end, nothing + fileField("PK") + end, unchosen + field("file", "x") + end,
		fileField("PK") + fileField("PK") + end, field("later", "x") + "--B\r\n", "--B\r\nContent-Disposition: form-data; name=file",
		strings.ReplaceAll(field("export_id", exportID)+end, "\r", ""),
		"--B\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n\r\n--B--",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<20 {
			return
		}
		form, stored, err := readForm(body)
		if err != nil {
			if e, ok := errors.AsType[*middleware.Error](err); !ok || e.Status != http.StatusBadRequest || !strings.HasPrefix(e.Message, "the form cannot be used: ") {
				t.Errorf("not a 400 with a reason: %v", err)
			}
			if form != (middleware.ImportForm{}) {
				t.Errorf("%+v in spite of %v", form, err)
			}
			return
		}
		wantOneSource(t, form, int64(len(stored)), len(body))
	})
}
