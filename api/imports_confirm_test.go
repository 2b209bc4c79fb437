package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// importing answers reads of an import with one status after the other, the
// last one again and again, and confirmations with these steps.
type importing struct {
	statuses []string
	patches  []http.HandlerFunc
	gets     int
	patched  int
}

func (i *importing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch {
		step := i.patches[min(i.patched, len(i.patches)-1)]
		i.patched++
		step(w, r)
		return
	}
	status := i.statuses[min(i.gets, len(i.statuses)-1)]
	i.gets++
	reply(200, "application/json", fmt.Sprintf(`{"id": "x", "status": %q}`, status))(w, r)
}

func TestConfirm_findsOutWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	confirmed := taken(reply(200, "application/json", `{"id": "x", "status": "confirmation_pending"}`))
	for name, tc := range map[string]struct {
		patches  []http.HandlerFunc
		statuses []string
		patched  int
		status   models.ImportStatus // of what is returned; "" for an error
		unknown  bool
	}{
		"at once":                    {steps(confirmed), nil, 1, "confirmation_pending", false},
		"after a limit":              {steps(says(429), confirmed), nil, 2, "confirmation_pending", false},
		"refused":                    {steps(says(409)), nil, 1, "", false},
		"it has arrived":             {steps(reset), []string{"processing"}, 1, "processing", false},
		"the response was cut":       {steps(cut), []string{"confirmation_pending"}, 1, "confirmation_pending", false},
		"it has not arrived":         {steps(reset, confirmed), []string{"confirmation"}, 2, "confirmation_pending", false},
		"it has, the read was stale": {steps(says(504), says(409)), []string{"confirmation", "confirmation", "processing"}, 2, "processing", false},
		"reads stay stale":           {steps(says(504), says(409)), []string{"confirmation"}, 2, "", true},
		"refused the second time":    {steps(reset, says(400)), []string{"confirmation"}, 2, "", true},
		"never":                      {steps(reset), []string{"confirmation"}, 5, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &importing{patches: tc.patches, statuses: tc.statuses}
			watched(t, i.ServeHTTP, func(t *testing.T, c *Client) {
				detail, err := c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{})
				unknown := errors.Is(err, ErrUnknownOutcome)
				if (err == nil) != (tc.status != "") || unknown != tc.unknown || detail != nil && detail.Status != tc.status {
					t.Errorf("got %+v, %v", detail, err)
				}
				if name == "refused the second time" && !strings.Contains(err.Error(), "400 Bad Request") || name == "reads stay stale" && !errors.Is(err, ErrConflict) {
					t.Errorf("the refusal is missing in %v", err)
				}
				if i.patched != tc.patched {
					t.Errorf("sent %d times, want %d", i.patched, tc.patched)
				}
			})
		})
	}
}

func TestConfirm_errorsOfAConfirmationShowNoSecret(t *testing.T) {
	t.Parallel()
	echo := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reply(400, "text/plain", string(body))(w, r)
	}
	secret := models.EnvironmentVariable{Value: models.Value("s3cr3t"), Secret: new(true)}
	longer := models.EnvironmentVariable{Value: models.Value("s3cr3t-and-more"), Secret: new(true)}
	update := models.ImportUpdate{Deployments: map[string]models.Deployment{"d": {
		EnvironmentVariables: map[string]models.EnvironmentVariable{"A": secret},
		Versions:             map[string]models.DeploymentVersion{"v": {EnvironmentVariables: map[string]models.EnvironmentVariable{"B": longer}}},
	}}}
	_, err := newTestClient(t, echo).Project("p").Imports.Confirm(t.Context(), "x", update)
	if err == nil || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "more") || !strings.Contains(err.Error(), "[secret]") {
		t.Errorf("error is %v", err)
	}
}

func TestConfirm_secretsAreHiddenInEveryFormThatAServerGivesThem(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"-----BEGIN KEY-----\nMIIabc\n-----END KEY-----\n", `hunter"2\hunter`, "hunter  two\tspaces", "hunter<&>/two", " \n \n ",
	} {
		for form, show := range map[string]func(body []byte) string{
			"text":       func([]byte) string { return "bad value " + secret + "." },
			"quoted":     func([]byte) string { return fmt.Sprintf("bad value %q", secret) },
			"JSON":       func(body []byte) string { return fmt.Sprintf(`{"fields": %s}`, body) },
			"HTML":       func(body []byte) string { return `{"fields": ` + escapes.Replace(string(body)) + `}` },
			"cut":        func(body []byte) string { return `{"fields": ` + escapes.Replace(string(body)) },
			"a string":   func(body []byte) string { return fmt.Sprintf(`{"error": %s}`, encoded(t, string(body))) },
			"in a list":  func([]byte) string { return fmt.Sprintf(`{"error": "bad", "detail": [%s]}`, encoded(t, secret)) },
			"XML":        func([]byte) string { return "<Error><Message>" + entities.Replace(secret) + "</Message></Error>" },
			"HTML title": func([]byte) string { return "<html><title>" + entities.Replace(secret) + "</title>" },
		} {
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				reply(400, "", show(body))(w, r)
			})
			update := models.ImportUpdate{EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value(secret)}}}
			_, err := c.Project("p").Imports.Confirm(t.Context(), "x", update)
			if err == nil || strings.Contains(err.Error(), "MII") || strings.Contains(err.Error(), "hunter") {
				t.Errorf("%s: %v", form, err)
			}
			if strings.TrimSpace(secret) == "" && strings.Contains(err.Error(), "s[secret]") {
				t.Errorf("white space hides everything: %v", err)
			}
		}
	}
}

var (
	escapes  = strings.NewReplacer("<", `\u003c`, ">", `\u003E`, "&", `\u0026`, "/", `\/`)
	entities = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
)

func TestConfirm_aValueThatIsNoSecretIsShown(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, reply(400, "", "production is not a place"))
	update := models.ImportUpdate{EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value("production"), Secret: new(false)}}}
	if _, err := c.Project("p").Imports.Confirm(t.Context(), "x", update); err == nil || !strings.Contains(err.Error(), "production") {
		t.Errorf("error is %v", err)
	}
}
