package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

// fixture returns the documented example of an operation.
func fixture(t *testing.T, operation, part string) []byte {
	t.Helper()
	for _, f := range allFixtures(t) {
		if f.Operation == operation && f.Part == part && f.Example != "Empty" {
			return data(t, f)
		}
	}
	t.Fatalf("no %s of %s is documented", part, operation)
	return nil
}

func data(t *testing.T, f fixtures.Fixture) []byte {
	t.Helper()
	data, err := f.Data()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decoded[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func wantSame(t *testing.T, want, got []byte) {
	t.Helper()
	differences, err := document.DiffJSON(want, got)
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Error(difference)
	}
}

func wantForm(t *testing.T, r *http.Request, sent []byte, want map[string]string) {
	t.Helper()
	if r.ContentLength != int64(len(sent)) {
		t.Errorf("Content-Length %d of a body of %d bytes", r.ContentLength, len(sent))
	}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	form := multipart.NewReader(bytes.NewReader(sent), parameters["boundary"])
	got := map[string]string{}
	for {
		part, err := form.NextPart()
		if err == io.EOF { //nolint:errorlint // exactly this one
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		got[part.FormName()] = string(value)
		if part.FormName() == "file" && part.FileName() == "" {
			t.Error("the file has no name")
		}
	}
	if got["skip_confirmation"] == "false" { // the default, said or not
		delete(got, "skip_confirmation")
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("form %q, want %q", got, want)
	}
}
