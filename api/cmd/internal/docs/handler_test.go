package docs_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
)

func TestThePageIsServedWithAPolicyAndAnETag(t *testing.T) {
	t.Parallel()
	p, err := docs.New(t.Context(), transfer.Contract())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w
	}
	get := ask("GET", "")
	header := get.Header()
	if get.Code != http.StatusOK || get.Body.String() != string(p.HTML) || header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("status %d, %d bytes of %s", get.Code, get.Body.Len(), header.Get("Content-Type"))
	}
	if policy := header.Get("Content-Security-Policy"); !regexp.MustCompile(`^default-src 'none';.* style-src 'sha256-[\w+/]{43}='$`).MatchString(policy) {
		t.Errorf("policy %s", policy)
	}
	if head := ask("HEAD", ""); head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != header.Get("Content-Length") {
		t.Errorf("HEAD: status %d, %d bytes, headers %v", head.Code, head.Body.Len(), head.Header())
	}
	etag := header.Get("ETag")
	if again := ask("GET", etag); etag == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("with the ETag %s: status %d, %d bytes", etag, again.Code, again.Body.Len())
	}
	if other := ask("GET", `"other"`); other.Code != http.StatusOK {
		t.Errorf("with another ETag: status %d", other.Code)
	}
}

func TestThePageIsSmallAndByItself(t *testing.T) {
	t.Parallel()
	p, err := docs.New(t.Context(), transfer.Contract())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.HTML) >= 150_000 {
		t.Errorf("the page has %d bytes", len(p.HTML))
	}
	if found := regexp.MustCompile(`(?i)<script|\son\w+=|\ssrc=|srcset=|style=|url\(|@import|<iframe|<form|ZgotmplZ`).Find(p.HTML); found != nil {
		t.Errorf("the page has %s", found)
	}
	level := 0
	for _, heading := range parse(t, p.HTML).headings {
		next := int(heading[1] - '0')
		if next > level+1 || next == 1 && level > 0 {
			t.Errorf("%s comes after h%d", heading, level)
		}
		level = next
	}
}

func TestWhatIsHTMLInAContractIsNotOnThePage(t *testing.T) {
	t.Parallel()
	planted := strings.NewReplacer(
		"summary: List exports", `summary: "<script>alert(1)</script>"`,
		"description: Name of the project.", `description: "[x](javascript:alert(3)) <script>alert(2)</script>"`,
		"x-source: archive", `x-source: "\"]{}</style><script>alert(4)</script>"`,
		"id: 903ccd12-81d1-46e1-9ac9-b9d70af118de", `id: "</code><script>alert(5)</script>"`,
	).Replace(transfer.Contract())
	p, err := docs.New(t.Context(), planted)
	if err != nil {
		t.Fatal(err)
	}
	if html := string(p.HTML); strings.Contains(html, "<script") || strings.Contains(html, "=\"javascript:") || strings.Count(html, "</style>") != 1 {
		t.Error("the page has a script")
	}
	if html := string(p.HTML); strings.Count(html, "alert(") < 3 {
		t.Error("nothing was planted")
	}
}

func TestWhatIsHTMLInADescriptionIsTextAsAWhole(t *testing.T) {
	t.Parallel()
	p := page(t, strings.Replace(transfer.Contract(), "description: Packing a selection of a project into an archive.",
		"description: |\n      <pre>\n      first & second\n      </pre>\n\n      <!-- one\n      two -->\n\n      <a b>.zip", 1))
	if got := strings.Join(strings.Fields(p.anchors["operations"].text), " "); !strings.Contains(got, "<pre> first & second </pre> <!-- one two --> <a b>.zip") {
		t.Error(got)
	}
}

func TestAContractThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, contract := range []string{"", "paths: [", strings.Replace(transfer.Contract(), "description: The token may not do this.", "x-none: true", 1)} {
		if _, err := docs.New(t.Context(), contract); err == nil || !strings.Contains(err.Error(), "reading the contract") {
			t.Errorf("error %v", err)
		}
	}
}

func TestAuthenticationIsSaidInWordsOnlyIfThatIsAll(t *testing.T) {
	t.Parallel()
	const words = "Requests are sent with"
	if got := page(t, transfer.Contract()).root.text; !strings.Contains(plain(got), words+" token.") {
		t.Error("the page does not say how requests are authenticated")
	}
	for _, security := range []string{"[{}, {token: []}]", "[{token: [admin]}]"} {
		contract := strings.Replace(transfer.Contract(), "\nsecurity:\n  - token: []\n", "\nsecurity: "+security+"\n", 1)
		if got := page(t, contract).root.text; strings.Contains(plain(got), words) || !strings.Contains(got, "security: [") {
			t.Errorf("of %s the page says less than the contract", security)
		}
	}
}

func TestAContractMayLeaveOutWhatIsOptional(t *testing.T) {
	t.Parallel()
	p, err := docs.New(t.Context(), `
openapi: 3.0.3
info: {title: Small, version: "1"}
paths:
  /a:
    post:
      operationId: act
      requestBody: {content: {multipart/form-data: {}}}
      responses: {"200": {description: Done., content: {text/plain: {}}}}
`)
	if err != nil {
		t.Fatal(err)
	}
	if page := parse(t, p.HTML); page.anchors["act.200.text-plain"] == nil {
		t.Error("the response is not on the page")
	}
}
