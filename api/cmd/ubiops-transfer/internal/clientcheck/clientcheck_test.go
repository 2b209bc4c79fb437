package clientcheck

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ubiops-contrib/transfer/api/conformance"
)

func checked(t *testing.T, timeout time.Duration, do func(c *handmade) error) *conformance.Report {
	t.Helper()
	report, err := check(t.Context(), handmadeClient(do), Options{Command: []string{"handmade"}, Timeout: timeout, Parallel: 12})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAClientThatKeepsTheContractPasses(t *testing.T) {
	t.Parallel()
	report := checked(t, time.Minute, (*handmade).everything)
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	for _, r := range report.Results {
		want := conformance.Pass
		switch r.Check {
		case "exports/create/lost-response", "imports/create/lost-response", "imports/update/lost-response":
			want = conformance.Observed // it stops
		}
		if r.Outcome != want {
			t.Errorf("%s: %s, %s", r.Check, r.Outcome, r.Message)
		}
	}
	if n := len(report.Results); n != 40 {
		t.Errorf("there are %d results", n)
	}
	wantSchema(t, report)
}

// wantSchema checks that the report is what programs expect.
func wantSchema(t *testing.T, report *conformance.Report) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(conformance.ReportSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.MustCompile("report.json").Validate(value); err != nil {
		t.Error(err)
	}
}

// Each of these clients does one thing wrong. The check that is meant for it has
// to say so, and no other.
func TestAWrongClientFailsByTheCheckThatIsMeantForIt(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]struct {
		check, says string
		do          func(c *handmade) error
	}{
		"a body of another type": {"exports/create/contract", `at "/deployments"`, func(c *handmade) error {
			_, _ = c.createExport(`{"deployments": 3}`)
			return nil
		}},
		"a query parameter of its own": {"exports/list/contract", `exports_list has no query parameter "state"`, func(c *handmade) error {
			c.query = "?state=completed"
			return c.list("exports")
		}},
		"an unknown value": {"imports/list/contract", "the query parameter status is not valid", func(c *handmade) error {
			c.query = "?status=done"
			_ = c.list("imports")
			return nil
		}},
		"an import that is not a form": {"imports/create/contract", "multipart form", func(c *handmade) error {
			_, _ = c.send(http.MethodPost, c.jobs("imports"), "application/json", []byte("{}"))
			return nil
		}},
		"no token": {"exports/list/contract", "UBIOPS_API_TOKEN", func(c *handmade) error {
			c.noToken = true
			_ = c.list("exports")
			return nil
		}},
		"a path of its own": {"command/contract", "GET /v2.1/exports is not in the contract", func(c *handmade) error {
			_, _ = c.send(http.MethodGet, "/exports", "", nil)
			return c.list("exports")
		}},
		"an error although nothing goes wrong": {"command/run", "exit code 1: the status is", func(c *handmade) error {
			path, err := c.createImport()
			if err != nil {
				return err
			}
			return c.await(path, "completed")
		}},
		"nothing at all": {"command/run", "nothing that is in the contract", func(*handmade) error { return nil }},
		"a POST that is sent again blindly": {"exports/create/lost-response", "2 exports instead of 1", func(c *handmade) error {
			c.blind = true
			_, err := c.createExport("{}")
			return err
		}},
		"a loss that is not told": {"imports/create/lost-response", "never came to imports_delete", func(c *handmade) error {
			if path, err := c.createImport(); err == nil {
				return c.delete(path)
			}
			return nil
		}},
		"no patience": {"exports/list/429", "told to wait 1s", func(c *handmade) error {
			c.wait = func(int) {}
			return c.list("exports")
		}},
		"no second attempt": {"imports/list/429", "exit code 1: rate limit", func(c *handmade) error {
			c.wait = nil
			return c.list("imports")
		}},
		"no end": {"imports/list/429", "it did not end within", func(c *handmade) error {
			c.wait = func(int) { <-c.ctx.Done() }
			return c.list("imports")
		}},
		"half a download": {"exports/download/cut", "for whole", func(c *handmade) error {
			path, err := c.export()
			if err != nil {
				return err
			}
			c.gullible = true
			return c.download(path)
		}},
		"a file in another folder": {"imports/download/file-name", "outside of its folder", func(c *handmade) error {
			path, err := c.scan()
			if err != nil {
				return err
			}
			c.named = true
			return c.download(path)
		}},
		"no waiting": {"command/slow", "409", func(c *handmade) error {
			c.hasty = true
			path, err := c.export()
			if err != nil {
				return err
			}
			return c.download(path)
		}},
		"the status before the PATCH": {"imports/update/late-status", "for the end", func(c *handmade) error {
			path, err := c.scan()
			if err != nil {
				return err
			}
			if err := c.confirm(path); err != nil {
				return err
			}
			c.hasty = true
			return c.await(path, "")
		}},
		"a second PATCH": {"imports/update/late-status", "confirms again", func(c *handmade) error {
			path, err := c.scan()
			for err == nil && c.await(path, "completed") != nil {
				_ = c.confirm(path)
				err = c.ctx.Err()
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := time.Minute
			if name == "no end" {
				timeout = 2 * time.Second
			}
			report := checked(t, timeout, wrong.do)
			if report.Err() == nil {
				t.Error("the report has no error")
			}
			found := false
			for _, r := range report.Results {
				if r.Outcome != conformance.Fail && r.Outcome != conformance.Error {
					continue
				}
				if found = r.Check == wrong.check; !found || !strings.Contains(r.Message, wrong.says) {
					t.Errorf("%s: %s, %s", r.Check, r.Outcome, r.Message)
				}
			}
			if !found {
				t.Errorf("%s does not fail", wrong.check)
			}
		})
	}
}
