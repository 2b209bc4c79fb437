package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

// No member of an import says that a part of its archive is not read, so the command does.
func TestImportsCreateSaysWhatOfAnArchiveIsNotRead(t *testing.T) {
	t.Parallel()
	uploads := 0
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			uploads++
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"id":"903ccd12-81d1-46e1-9ac9-b9d70af118de","creation_date":"2020-06-18T08:32:14.876451Z","size":1,"status":"pending","imported_by":"me"}`))
	}))
	defer host.Close()
	whole := map[string]string{
		"export/info.yaml": "format_spec: v1.0\n", "export/deployments/d/d.yaml": "deployment_name: d\ninput_type: plain\noutput_type: plain\n",
		"export/deployments/d/versions/v.yaml": "version_name: v\n",
	}
	with := func(name, text string) string {
		files := map[string]string{name: text}
		for name, text := range whole {
			files[name] = text
		}
		return zipFile(t, files)
	}
	for path, want := range map[string]string{
		zipFile(t, whole): "",
		with("export/deployments/d/versions/v/deployment.py", "pass\n"):   "warning: ",
		with("export/deployments/d/versions/w.yml", "version_name: w\n"):  "warning: ",
		with("export/deployments/d/versions/x.yaml", "version_name: [\n"): "error: ",
	} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, stdin := range map[string]io.Reader{path: strings.NewReader(""), "-": bytes.NewReader(data)} {
			before := uploads
			var stdout, stderr strings.Builder
			err := cli.Run(t.Context(), []string{"imports", "create", "-z", name, "--project", "p", "-pb", "off"},
				env("UBIOPS_API_HOST", host.URL, "UBIOPS_API_TOKEN", "Token 0123456789abcdef0123456789abcdef01234567"), stdin, &stdout, &stderr)
			if err != nil || uploads != before+1 {
				t.Errorf("%d uploads, error %v", uploads-before, err)
			}
			if got := stderr.String(); !strings.Contains(got, want) || want == "" && got != "" || want != "" && !strings.HasPrefix(got, name+": ") {
				t.Errorf("want %q: %q", want, got)
			}
		}
	}
}
