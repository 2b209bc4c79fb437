package cli_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func TestABackupOfARunningServerIsServed(t *testing.T) {
	t.Parallel()
	data, to := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	first := serve(t, os.Getenv, "--data", data, "--project", "p")
	var out, errs bytes.Buffer
	getenv := func(name string) string {
		if name == "UBIOPS_TRANSFER_DATA" {
			return data
		}
		return ""
	}
	if err := cli.Run(t.Context(), []string{"serve", "backup", to}, getenv, strings.NewReader(""), &out, &errs); err != nil || !strings.Contains(out.String(), to) {
		t.Fatalf("%s%s, error %v", out.String(), errs.String(), err)
	}
	second := serve(t, os.Getenv, "--data", to, "--project", "q") // p is there, with its token
	for _, s := range []*served{first, second} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/projects/p/exports", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Token "+first.tokens["p"])
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d, error %v", s.url, resp.StatusCode, err)
		}
	}
	if err := cli.Run(t.Context(), []string{"serve", "backup", to}, getenv, strings.NewReader(""), &out, &errs); err == nil || !strings.Contains(err.Error(), "exist") {
		t.Errorf("error %v", err)
	}
}
