package api

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSource_aFileThatChangesItsSizeIsNoArchive(t *testing.T) {
	t.Parallel()
	for want, size := range map[string]int64{"it ends after 40000 of 1048576 bytes": 40_000, "there is more after 1048576 bytes": mib + 1} {
		path := filepath.Join(t.TempDir(), "a.zip")
		put(t, path, make([]byte, mib))
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			if err := readForm(r); err == nil {
				t.Error("the server got a complete form")
			}
			reply(201, "application/json", pendingJSON)(w, r)
		})
		change := OnProgress(func(int64, int64) {
			if err := os.Truncate(path, size); err != nil {
				t.Error(err)
			}
		})
		if _, err := c.Project("p").Imports.Create(t.Context(), FromFile(path), change); !errors.Is(err, ErrArchiveSize) || !strings.Contains(err.Error(), want) {
			t.Errorf("changed to %d bytes: %v", size, err)
		}
	}
}

func TestSource_filesThatAreNoArchivesAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %s", r.Method, r.URL) })
	for path, want := range map[string]error{filepath.Join(dir, "missing"): os.ErrNotExist, dir: nil} {
		_, err := c.Project("p").Imports.Create(t.Context(), FromFile(path))
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSource_anOpenFileIsSentFromItsPosition(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	put(t, path, []byte("headerPK"))
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(6, 0); err != nil {
		t.Fatal(err)
	}
	var sent []string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		archive, _, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		content := make([]byte, 10)
		n, _ := archive.Read(content)
		if sent = append(sent, string(content[:n])); len(sent) == 1 {
			http.Redirect(w, r, "/base/v2.1/moved", http.StatusPermanentRedirect)
			return
		}
		reply(201, "application/json", pendingJSON)(w, r)
	})
	if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(f, 2, "")); err != nil || strings.Join(sent, " ") != "PK PK" {
		t.Errorf("sent %q: %v", sent, err)
	}
}

func TestSource_aLinkIsShownWithoutWhatGivesAccess(t *testing.T) {
	t.Parallel()
	const link = "https://me:s3cr3t@acct.example/c/it's.zip?rscd=a;filename*=UTF-8''a.zip','s3cr3t&sig=s3cr3t"
	for name, body := range map[string]string{
		"in a text":   "cannot fetch '" + link + "'.",
		"in JSON":     `{"error": "cannot fetch ` + link + `"}`,
		"in a field":  `{"import_link": ["` + strings.ReplaceAll(link, "/", `\/`) + ` is refused"]}`,
		"cut JSON":    `{"import_link": ["` + strings.ReplaceAll(link, "/", `\u002f`) + ` is ref`,
		"its query":   `{"error": "bad query ` + link[strings.Index(link, "?"):] + `"}`,
		"its user":    `{"error": "bad user me:s3cr3t"}`,
		"two of them": "['" + link + "','https://me:s3cr3t@acct.example/']",
	} {
		c := newTestClient(t, reply(400, "", body))
		for call, err := range map[string]error{
			"create": second(c.Project("p").Imports.Create(t.Context(), FromLink(link))),
			"run":    second(c.Project("p").Imports.Run(t.Context(), FromLink(link), Accept())),
		} {
			if err == nil || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s, %s: %v", call, name, err)
			}
		}
	}
}
