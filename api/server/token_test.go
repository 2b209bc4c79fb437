package server_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

func TestToken_putTokenLetsAGivenTokenIn(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef"
	h := start(t, server.Options{})
	for _, write := range []bool{false, true} { // the second changes the first
		if err := h.PutToken(t.Context(), "p", "ada", token, write); err != nil {
			t.Fatal(err)
		}
		want := http.StatusForbidden
		if write {
			want = http.StatusCreated
		}
		if got, body := h.send("POST", "/projects/p/exports", token, "", "{}"); got != want {
			t.Errorf("write %t: %d %s", write, got, body)
		}
	}
	_, body := h.send("GET", "/projects/p/exports", token, "", "")
	if !strings.Contains(body, `"exported_by":"ada"`) {
		t.Errorf("no creator in %s", body)
	}
}

func TestToken_aForgottenTokenIsRefusedAtOnceThoughItWasInUse(t *testing.T) {
	t.Parallel()
	const kept, forgotten = "0123456789abcdef-1", "0123456789abcdef-2"
	h := start(t, server.Options{})
	for token, name := range map[string]string{kept: "ada", forgotten: "bob"} {
		if err := h.PutToken(t.Context(), "p", name, token, true); err != nil {
			t.Fatal(err)
		}
	}
	want := func(token string, status int) {
		t.Helper()
		if got, body := h.send("GET", "/projects/p/exports", token, "", ""); got != status {
			t.Errorf("%d instead of %d: %s", got, status, body)
		}
	}
	for range 2 {
		want(kept, http.StatusOK)
		want(forgotten, http.StatusOK)
	}
	broken := errors.New("the file ends here")
	if err := h.ReplaceTokens(t.Context(), "bob", func(func(string, string, bool) error) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	want(forgotten, http.StatusOK)
	const added = "another-token-of-bob"
	err := h.ReplaceTokens(t.Context(), "bob", func(put func(project, token string, write bool) error) error { return put("p", added, false) })
	if err != nil {
		t.Fatal(err)
	}
	want(added, http.StatusOK)
	want(kept, http.StatusOK)
	want(forgotten, http.StatusUnauthorized)
}

func TestToken_putTokenRefusesWhatIsNoTokenWithoutPrintingIt(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	for token, want := range map[string]string{
		"":                         "at least 16",
		"0123456789abcde":          "at least 16",
		"Token 0123456789abcdef":   "space",
		"0123456789abcdef\n":       "space",
		"0123456789abcdefgh\u00e9": "character",
	} {
		err := h.PutToken(t.Context(), "p", "ada", token, true)
		if err == nil || !strings.Contains(err.Error(), want) || token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
	err := h.PutToken(t.Context(), "nope", "ada", "0123456789abcdef", true)
	if err == nil || !strings.Contains(err.Error(), `"nope"`) {
		t.Errorf("no such project: %v", err)
	}
}
