package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// replace replaces a text in a body.
func replace(body io.ReadCloser, old, updated string) (io.ReadCloser, int64, error) {
	text, err := io.ReadAll(body)
	body.Close()
	text = bytes.ReplaceAll(text, []byte(old), []byte(updated))
	return io.NopCloser(bytes.NewReader(text)), int64(len(text)), err
}

func TestApplyRefusesAScanThatIsNotAsPlanned(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	p.change(nil, func(r *http.Response) (err error) {
		if strings.Contains(r.Request.URL.Path, "/imports/") && r.Request.Method == http.MethodGet {
			r.Body, r.ContentLength, err = replace(r.Body, "as planned", "as scanned")
			r.Header.Del("Content-Length")
		}
		return err
	})
	p.exits(t, 4, "apply", p.plan, p.zip)
	if out := p.output.String(); !strings.Contains(out, "not what was planned: the scan") || !strings.Contains(out, "deleted import ") {
		t.Error(out)
	}
	p.holds(t, 0)
}

func TestApplySaysWhatHasArrivedDifferently(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	p.change(func(r *http.Request) {
		if r.Method == http.MethodPatch {
			body, size, err := replace(r.Body, "as planned", "as changed on the way")
			if err != nil {
				t.Error(err)
			}
			r.Body, r.ContentLength = body, size
		}
	}, nil)
	p.exits(t, 3, "apply", p.plan, p.zip)
	if out := p.output.String(); !strings.Contains(out, `different deployment d /description: "as changed on the way" -> "as planned"`) {
		t.Error(out)
	}
	p.holds(t, 1)
}

// A host of before client 4.11 takes an export of everything for one of nothing,
// and has no services in details.
func TestPlanAndBackupNoticeAHostThatDoesNotKnowAll(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.change(func(r *http.Request) { r.URL.RawQuery = "" }, func(r *http.Response) (err error) {
		r.Body, r.ContentLength, err = replace(r.Body, `"services"`, `"x"`)
		r.Header.Del("Content-Length")
		return err
	})
	for file, args := range map[string][]string{
		p.plan:                              {"plan", p.zip, "-o", p.plan},
		filepath.Join(p.home, "backup.zip"): {"backup", "-o", filepath.Join(p.home, "backup.zip")},
	} {
		p.output.Reset()
		p.exits(t, 1, args...)
		if out := p.output.String(); !strings.Contains(out, "may not know all=true") || strings.Contains(out, "create deployment") || strings.Contains(out, "checked") {
			t.Error(out)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("there is a file: %v", err)
		}
	}
	if left := p.journal(t, "*.json"); len(left) > 0 {
		t.Errorf("the journal has %v", left)
	}
	p.holds(t, 0)
}
