package api

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/gen/client"
)

func TestPath_namesThatLeaveThePathAreRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s %s", r.Method, r.URL) })
	for _, bad := range []string{"", ".", ".."} {
		for call, err := range calls(t, c, bad, "x") {
			if err == nil || !strings.Contains(err.Error(), "project name") {
				t.Errorf("%s with project %q: %v", call, bad, err)
			}
		}
		for call, err := range calls(t, c, "", bad) {
			if strings.HasSuffix(call, " id") && (err == nil || !strings.Contains(err.Error(), "port id")) {
				t.Errorf("%s with id %q: %v", call, bad, err)
			}
		}
	}
}

func TestPath_namesStayOnePathElement(t *testing.T) {
	t.Parallel()
	var got string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.EscapedPath()
		w.WriteHeader(http.StatusNoContent)
	})
	for name, escaped := range map[string]string{
		"a/b": "a%2Fb", "a?b": "a%3Fb", "a#b": "a%23b", "%2e%2e": "%252e%252e", "a b": "a%20b", "../..": "..%2F..",
		"é": "%C3%A9", "a\nb": "a%0Ab", "...": "...",
	} {
		if err := c.Project(name).Imports.Delete(t.Context(), name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if want := "/projects/" + escaped + "/imports/" + escaped; got != want {
			t.Errorf("%q went to %s, want %s", name, got, want)
		}
	}
}

// What is made by hand is what the generated client makes, whatever the names are.
func TestPath_readingAJobIsTheGeneratedRequest(t *testing.T) {
	t.Parallel()
	names := []string{
		"a/b", "a?b", "a#b", "a%b", "%2e%2e", "%2F", "%zz", "...", "..a", ". ", " ", "+", "a:b", ":", "//", "a;b,c=d&e@f$g!h*i'j(k)l~m-n_o.p",
		"[a]", "{a}", "<a>", `a\b`, `"`, "`", "|", "^", "\x00", "\t", "\n", "\r\nA: b", "\x7f", "\xff", "\xc3", "é", "e\u0301", "\u2028", "🙂",
	}
	var all []string // of Unicode
	for first := rune(0); first <= utf8.MaxRune; first += 256 {
		block := make([]rune, 256)
		for i := range block {
			block[i] = first + rune(i)
		}
		all = append(all, string(block))
	}
	for host, names := range map[string][]string{
		"http://127.0.0.1:1": names, "https://host.example/v2": all, "https://host.example:8443/a%2Fb/é/v2.1": names,
	} {
		c, err := NewClient(WithHost(host), WithToken(testToken), WithEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			in := scope{send: c.send, project: name}
			for jobs, generated := range map[string]func(string, string, string) (*http.Request, error){
				"exports": client.NewExportsGetRequest, "imports": client.NewImportsGetRequest,
			} {
				want, wantErr := generated(c.send.server, name, name)
				got, err := in.get(t.Context(), jobs, name)
				if err := errors.Join(err, wantErr); err != nil {
					t.Fatal(err)
				}
				if got = got.WithContext(want.Context()); !reflect.DeepEqual(got, want) {
					t.Errorf("%q: it is %s, generated %s", name, got.URL, want.URL)
				}
			}
		}
	}
}
