package api

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

func TestFileName_fileNamesNeverLeaveTheirDirectory(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`attachment; filename="export.zip"`:                       "export.zip",
		`attachment; filename=export.zip`:                         "export.zip",
		`attachment; filename="my export (1).zip"`:                "my export (1).zip",
		`attachment; filename="../../evil.zip"`:                   "evil.zip",
		`attachment; filename="/etc/evil.zip"`:                    "evil.zip",
		`attachment; filename="C:\\Windows\\evil.zip"`:            "evil.zip",
		`attachment; filename="..\\evil.zip"`:                     "evil.zip",
		`attachment; filename="C:evil.zip"`:                       "Cevil.zip",
		`attachment; filename=".bashrc"`:                          "bashrc.zip",
		`attachment; filename*=UTF-8''na%C3%AFve%20file.zip`:      "naïve file.zip",
		`attachment; filename*=UTF-8''a%E2%80%AEpiz.exe`:          "apiz.exe.zip",
		`attachment; filename*=UTF-8''..%2F..%2Fevil.zip`:         "evil.zip",
		`attachment; filename*=UTF-8''a%00b%0Ac.zip`:              "abc.zip",
		`attachment; filename=".."`:                               "export-x_y.zip",
		`attachment; filename="dir/"`:                             "export-x_y.zip",
		`attachment; filename=""`:                                 "export-x_y.zip",
		`attachment; filename="` + strings.Repeat("a", 300) + `"`: "export-x_y.zip",
		`attachment; filename=two words.zip`:                      "export-x_y.zip",
		`attachment; filename=aux`:                                "_aux.zip",
		`attachment; filename="Com1.zip"`:                         "_Com1.zip",
		`attachment; filename="nul .tar.zip"`:                     "_nul .tar.zip",
		`attachment; filename="conan.ZIP"`:                        "conan.ZIP",
		`attachment; filename="` + strings.Repeat("a", 198) + `"`: "export-x_y.zip",
		`attachment`: "export-x_y.zip",
		``:           "export-x_y.zip",
		`attachment; filename="a.zip"; filename*=UTF-8''%ff%fe.zip`: "zip.zip",
	} {
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", header)
			reply(200, "application/zip", "PK")(w, r)
		})
		d, err := c.Project("p").Exports.Download(t.Context(), "x_y")
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Body.Close()
		if d.FileName != want {
			t.Errorf("%s gave %q, want %q", header, d.FileName, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"export.zip", "../x", `..\x`, "C:x", ". .", "a\x00b", "\xff/\xfe", strings.Repeat("é", 101), "con", "aux.zip", "x.zip."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := fileName(name)
		if got == "." || got == ".." || len(got) > maxFileName || strings.ContainsAny(got, `/\:`) || strings.ContainsFunc(got, unicode.IsControl) ||
			got != "" && !strings.EqualFold(filepath.Ext(got), ".zip") {
			t.Errorf("%q gave %q", name, got)
		}
		if again := fileName(got); again != got {
			t.Errorf("%q gave %q and then %q", name, got, again)
		}
	})
}
