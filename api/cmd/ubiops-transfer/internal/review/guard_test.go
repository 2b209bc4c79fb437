package review_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestALinkWorksOnceAndForOneReader(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil)
	for _, path := range []string{r.base(), r.base() + "?token=", r.base() + "?token=guess", r.base() + "plan.json", r.site.URL + "/"} {
		if status, text := r.get(path); status != http.StatusForbidden && status != http.StatusNotFound || strings.Contains(text, "scorer") {
			t.Errorf("%s gives a stranger %d: %s", path, status, text)
		}
	}
	r.enter()
	r.wants(r.page(""), "scorer")
	mine := r.client
	r.client = reader(t)
	if status, text := r.get(r.link); status != http.StatusForbidden || strings.Contains(text, "scorer") {
		t.Errorf("the second reader gets %d: %s", status, text)
	}
	if status, _ := r.submit(form("do=cancel"), "cancel"); status != http.StatusForbidden {
		t.Errorf("the second reader may decide: %d", status)
	}
	r.client = mine
	r.wants(r.page(""), "scorer")
}

func TestTheCookieIsForThisPageOnly(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil)
	response, err := r.client.Get(r.link)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	cookie := response.Header.Get("Set-Cookie")
	path := strings.TrimPrefix(r.base(), r.site.URL)
	r.wants(cookie, "; Path="+path, "; HttpOnly", "; SameSite=Strict")
	if len(path) < 20 {
		t.Errorf("the path %s can be guessed", path)
	}
}

func TestFormsOfOtherPagesAreRefused(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	v := form(r.page(""))
	for name, change := range map[string]func(*http.Request){
		"another site":   func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another origin": func(q *http.Request) { q.Header.Set("Origin", "https://evil.example") },
		"another host":   func(q *http.Request) { q.Host = "evil.example" },
		"another port":   func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "same-site") },
		"no CSRF token":  func(*http.Request) { v.Del("csrf") },
		"a wrong one":    func(*http.Request) { v.Set("csrf", "guess") },
	} {
		sent := v.Get("csrf")
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base(), nil)
		if err != nil {
			t.Fatal(err)
		}
		change(q)
		v.Set("do", "cancel")
		body := strings.NewReader(v.Encode())
		with, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base(), body)
		if err != nil {
			t.Fatal(err)
		}
		with.Header, with.Host = q.Header, q.Host
		with.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if status, text := r.send(with); status != http.StatusForbidden && status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d %s", name, status, text)
		}
		v.Set("csrf", sent)
	}
	r.wants(r.page(""), "Decision") // nothing was cancelled
}

func TestOnlyHostsOfThisMachineAreAnswered(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	for host, want := range map[string]int{
		"evil.example": http.StatusMisdirectedRequest, "127.0.0.1.evil.example": http.StatusMisdirectedRequest, "10.0.0.1:80": http.StatusMisdirectedRequest,
		"": http.StatusMisdirectedRequest, "localhost.evil.example:80": http.StatusMisdirectedRequest,
		"localhost:9999": http.StatusForbidden, "LocalHost.:80": http.StatusForbidden, "[::1]:80": http.StatusForbidden, // for which there is no cookie
		"127.0.0.1": http.StatusOK,
	} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base(), nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Host = host
		if host == "" {
			q.Host = "-"
		}
		if status, _ := r.send(q); status != want {
			t.Errorf("host %q gets %d, want %d", host, status, want)
		}
	}
}

func TestPagesLoadAndRunNothingElse(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	for _, path := range []string{"", "style.css", "script.js", "plan.json", "no-such-page"} {
		response, err := r.client.Get(r.base() + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		policy := response.Header.Get("Content-Security-Policy")
		r.wants(policy, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
		r.wantsNot(policy, "unsafe", "*", "http")
		if response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the type may be guessed", path)
		}
	}
	r.wantsNot(r.page(""), "<style", " style=", " onclick", "javascript:", "https://cdn")
}

func TestNamesAndValuesOfAnArchiveAreText(t *testing.T) {
	t.Parallel()
	const planted = "</pre></summary>\"'><script>alert(1)</script>\u202ekcab\x1b[31m"
	content := archive.Content{
		Deployments: map[string]models.Deployment{planted: {Description: models.Value(planted), Labels: models.Value(map[string]string{planted: planted}),
			Versions: map[string]models.DeploymentVersion{planted: {InstanceType: models.Value(planted)}}}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{planted: {Secret: new(true)}},
	}
	target := archive.Content{Deployments: map[string]models.Deployment{planted: {Versions: map[string]models.DeploymentVersion{planted: {InstanceType: models.Value("x" + planted)}}}}}
	r := begin(t, content, target, func(s *review.Subject) { s.Archive, s.Exported, s.Colour = planted, planted, "" }).enter()
	for _, query := range []string{"", "?open=0", "?open=1", "?class=conflict&open=0"} {
		page := r.page(query)
		r.wants(page, "&lt;script&gt;alert(1)&lt;/script&gt;", `\u202e`)
		r.wantsNot(page, "<script>", "\u202e", "\x1b")
		if strings.Count(page, "<script") != 1 {
			t.Errorf("%s: there is another script", query)
		}
	}
}
