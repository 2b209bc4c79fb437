package api

import (
	"net/http"
	"strings"
	"testing"
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
