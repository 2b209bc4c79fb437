package cli_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// browser reads pages and sends their forms.
type browser struct {
	*testing.T
	client *http.Client
	text   string // of the page that is open
	at     string
}

func (b *browser) open(response *http.Response, err error) *browser {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.text, b.at = string(text), response.Request.URL.String()
	return b
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">|name="(take)" value="(\d+)"[^>]* checked>`)

// send sends a form of the page to an address, with more fields.
func (b *browser) send(to string, fields ...string) *browser {
	b.Helper()
	v := url.Values{}
	for _, found := range hiddenField.FindAllStringSubmatch(b.text, -1) {
		v.Add(found[1]+found[3], found[2]+found[4])
	}
	for i := 0; i < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	return b.open(b.client.PostForm(b.at+to, v))
}

func (b *browser) wants(parts ...string) *browser {
	b.Helper()
	for _, part := range parts {
		if !strings.Contains(b.text, part) {
			b.Errorf("the page lacks %q: %s", part, b.text)
		}
	}
	return b
}

func TestServeHasTheReviewsOfItsImports(t *testing.T) {
	t.Parallel()
	archived := file(t, archive.Content{
		Environments:         map[string]models.Environment{"tools": {BaseEnvironment: models.Value("python3-12")}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"PATH": {Secret: new(true)}},
	})
	s := serve(t, env("PATH", "planted-of-the-server"), "--project", "shop", "--project", "other")
	created, err := s.client(t, s.tokens["shop"]).Project("shop").Imports.Create(t.Context(), api.FromFile(archived))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client(t, s.tokens["shop"]).Project("shop").Imports.WaitScanned(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{T: t, client: &http.Client{Jar: jar}}
	home := strings.TrimSuffix(s.url, "/v2.1") + "/review"
	b.open(b.client.Get(home)).wants("Sign in")
	for _, wrong := range [][2]string{{"shop", "guess"}, {"shop", s.tokens["other"]}, {"none", s.tokens["shop"]}, {"", ""}, {"../other", s.tokens["shop"]}} {
		b.open(b.client.Get(home)).send("sign-in", "project", wrong[0], "token", wrong[1]).wants("Sign in", `role="alert"`)
	}
	b.open(b.client.Get(home)).send("sign-in", "project", "shop", "token", s.tokens["shop"]).wants(created.ID)
	b.send("open", "id", created.ID).wants("Import into shop", "on "+s.url, "1 variable has no value yet", "stays as it is")
	b.send("", "do", "confirm").wants("1 variable has no value yet") // the server's own environment is not for readers
	field := regexp.MustCompile(`for="v(\d+)">PATH`).FindStringSubmatch(b.text)
	if field == nil {
		t.Fatalf("there is no field: %s", b.text)
	}
	b.send("", "do", "confirm", "value:"+field[1], "planted-secret").wants("<h2>Done</h2>", "has created 2 objects in project shop", "To the imports that wait")
	if strings.Contains(b.text, "planted") || strings.Contains(b.text, s.tokens["shop"]) {
		t.Errorf("the page shows a secret: %s", b.text)
	}
	b.open(b.client.Get(home)).send("open", "id", "01a21de0-9a8d-7b07-8ebe-13b75838befa").wants("it was deleted meanwhile", "To the imports that wait")
	b.open(b.client.Get(home)).wants("There are none.").send("sign-out").wants("Sign in")
	b.open(b.client.Get(home + "/" + created.ID + "/")).wants("Sign in")
	if strings.Contains(s.log.String(), "planted") {
		t.Errorf("the log has a value: %s", s.log)
	}
	s.end(t)
}
