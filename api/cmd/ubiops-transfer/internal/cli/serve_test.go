package cli_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/gen/models"
)

type lockedBuffer struct {
	mu  sync.Mutex
	buf strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestServeWithNothingElsePrintsItsURLAndAToken(t *testing.T) {
	t.Parallel()
	s := serve(t, noEnv)
	if len(s.tokens) != 1 || !strings.HasPrefix(s.url, "http://127.0.0.1:") || strings.HasPrefix(s.url, "http://127.0.0.1:0/") {
		t.Fatalf("%+v", s)
	}
	c := s.client(t, s.tokens["default"])
	if _, err := c.Project("default").Exports.Create(t.Context(), api.Selection{}); err != nil {
		t.Error(err)
	}
	s.end(t)
	if log := s.log.String(); strings.Contains(log, s.tokens["default"]) || !strings.Contains(log, "operation=exports_create") {
		t.Errorf("the log is %s", log)
	}
}

func TestServeFillsProjectsAndTakesTokensFromAFile(t *testing.T) {
	t.Parallel()
	path := file(t, archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("1")}}})
	tokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(tokens, []byte("a read aaaaaaaaaaaaaaaa\nb write bbbbbbbbbbbbbbbb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, env("UBIOPS_TRANSFER_TOKEN_FILE", tokens, "UBIOPS_TRANSFER_RATE_LIMIT", "1"),
		"--project", "a="+path, "--project", "b", "--rate-limit", "20", "--log-format", "json", "--log-level", "warn")
	if len(s.tokens) != 0 {
		t.Errorf("tokens were printed: %v", s.tokens)
	}
	top := models.ExportCreate{EnvironmentVariables: map[string]models.VariableSelection{"TOP": {}}}
	_, err := s.client(t, "aaaaaaaaaaaaaaaa").Project("a").Exports.Create(t.Context(), api.Select(top))
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a reader writes: %v", err)
	}
	_, err = s.client(t, "bbbbbbbbbbbbbbbb").Project("b").Exports.Create(t.Context(), api.Select(top))
	if err == nil || !strings.Contains(err.Error(), "TOP") {
		t.Errorf("the empty project has a variable: %v", err)
	}
	resp, err := http.Get(s.url + "/status")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("x-ratelimit-limit"); got != "20" {
		t.Errorf("the rate limit is %s; a flag wins over the environment", got)
	}
	s.end(t)
	if log := s.log.String(); log != "" {
		t.Errorf("the log is %s", log)
	}
}

func TestServeGoesOnWithItsDataAndForgetsTokensThatLeftTheFile(t *testing.T) {
	t.Parallel()
	path := file(t, archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("1")}}})
	data, tokens := t.TempDir(), filepath.Join(t.TempDir(), "tokens")
	all := models.ExportCreate{EnvironmentVariables: map[string]models.VariableSelection{"TOP": {}}}
	var created string
	for _, line := range []string{"a write aaaaaaaaaaaaaaaa\n", "a write bbbbbbbbbbbbbbbb\n"} {
		if err := os.WriteFile(tokens, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		s := serve(t, noEnv, "--project", "a="+path, "--token-file", tokens, "--data", data)
		if created == "" {
			export, err := s.client(t, "aaaaaaaaaaaaaaaa").Project("a").Exports.Create(t.Context(), api.Select(all))
			if err != nil {
				t.Fatal(err)
			}
			created = export.ID
		} else {
			if _, err := s.client(t, "aaaaaaaaaaaaaaaa").Project("a").Exports.Get(t.Context(), created); !errors.Is(err, api.ErrUnauthorized) {
				t.Errorf("the old token: %v", err)
			}
			export, err := s.client(t, "bbbbbbbbbbbbbbbb").Project("a").Exports.WaitCompleted(t.Context(), created)
			if err != nil || export.Status != models.ExportStatusCompleted {
				t.Errorf("the export of the first start: %+v, %v", export, err)
			}
		}
		s.end(t)
	}
}

func TestServeRefusesTokensOfAProjectThatIsNotThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte("# one\nother read aaaaaaaaaaaaaaaa\ndefault read short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := cli.Run(t.Context(), []string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--token-file", path}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), `line 2: project "other"`) || !strings.Contains(err.Error(), "line 3: a token needs at least 16") ||
		strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "aaaa") {
		t.Errorf("error %v", err)
	}
}

func TestServeTakesProjectsFromTheEnvironment(t *testing.T) {
	t.Parallel()
	s := serve(t, env("UBIOPS_TRANSFER_PROJECT", "a, b"))
	if s.tokens["a"] == "" || s.tokens["b"] == "" || len(s.tokens) != 2 {
		t.Errorf("tokens for %v", s.tokens)
	}
	err := cli.Run(t.Context(), []string{"serve", "--data", t.TempDir(), "--project", "a", "--project", "a"}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "a is given twice") {
		t.Errorf("a project given twice: %v", err)
	}
}

func TestServeSpeaksTLS(t *testing.T) {
	t.Parallel()
	cert, key, pool := pair(t)
	s := serve(t, env("UBIOPS_TRANSFER_TLS_KEY", key), "--tls-cert", cert)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := (&http.Client{Transport: transport}).Get(s.url + "/status")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 || !strings.HasPrefix(s.url, "https://") {
		t.Errorf("%s: %s %s", s.url, resp.Proto, resp.Status)
	}
	err = cli.Run(t.Context(), []string{"serve", "--data", t.TempDir(), "--tls-cert", key, "--tls-key", cert}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "--tls-cert") {
		t.Errorf("a key in place of the certificate: %v", err)
	}
}

func TestServeNamesTheFlagOfADataFolderThatIsNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := cli.Run(t.Context(), []string{"serve", "--listen", "127.0.0.1:0", "--data", path}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "--data: ") || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
