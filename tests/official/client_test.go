package official

import (
	_ "embed"
	"path/filepath"
	"testing"
)

//go:embed operations.py
var operations string

// clients are versions of the official client, and what each may get for a host:
// beside the port nothing, if it then adds a base path, or one of the two.
var clients = []struct {
	name  string
	hosts map[string]string // what follows the port, and the base path of the requests
}{
	{"ubiops-3.15.0", map[string]string{"/v2.1": "/v2.1", "/v2/": "/v2"}}, // adds none
	{"ubiops-4.5.0", map[string]string{"": "/v2.1"}},
	{"ubiops-4.9.0", map[string]string{"": "/v2.1", "/v2": "/v2"}},
	{"ubiops-4.15.0", map[string]string{"": "/v2", "/": "/v2", "/v2": "/v2", "/v2.1": "/v2.1"}},
}

func TestOfficialClientsDoEveryOperation(t *testing.T) {
	t.Parallel()
	archive, err := filepath.Abs(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range clients {
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			python := tool(t, client.name)
			for host, base := range client.hosts {
				h := start(t)
				out, err := run(t, t.TempDir(), []string{
					"UBIOPS_API_HOST=" + h.root + host, "UBIOPS_API_TOKEN=Token " + h.Token("source"), "TARGET_TOKEN=Token " + h.Token("target"),
				}, python, "-c", operations, archive)
				if err != nil {
					t.Errorf("host %q: %v\n%s", host, err, out)
					continue
				}
				h.wantRequests(t, base)
			}
		})
	}
}
