package api

import (
	"strings"
	"testing"
)

func TestToken_parseTokenAddsThePrefix(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"abc":             "Token abc",
		"Token abc":       "Token abc",
		"token abc":       "Token abc",
		"Bearer ey.ab.cd": "Bearer ey.ab.cd",
		"Tokenabc":        "Token Tokenabc",
	} {
		if got, err := parseToken(in); err != nil || got != want {
			t.Errorf("%q became %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestToken_parseTokenRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                     "empty",
		"Token ":               "begins or ends with a space",
		"s3cr3t ":              "begins or ends with a space",
		"Token s3cr3t ":        "begins or ends with a space",
		"Token":                "nothing after",
		"bearer":               "nothing after",
		"Token Token s3cr3t":   "doubled",
		"Token token s3cr3t":   "doubled",
		"Bearer Token s3cr3t":  "doubled",
		"Token s3cr3t x":       "more than one space",
		"Token  s3cr3t":        "more than one space",
		"Basic s3cr3t":         "unknown prefix",
		" s3cr3t":              "begins or ends with a space",
		"s3cr3t\n":             "line break",
		"Token s3cr3t\r\nX: y": "not printable",
		"s3cr3t\x00":           "not printable",
		"s3cr3té":              "not printable",
	} {
		got, err := parseToken(in)
		switch {
		case err == nil:
			t.Errorf("%q was accepted as %q", in, got)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%q: error %q does not say %q", in, err, want)
		case strings.Contains(err.Error(), "s3cr3t"):
			t.Errorf("%q: error %q prints the token", in, err)
		}
	}
}

func TestToken_aShortTokenLeavesErrorsReadable(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, reply(404, "application/json", `{"error": "The export does not exist"}`), WithToken("e"))
	_, err := c.Project("p").Exports.Get(t.Context(), "x")
	if want := "GET /projects/p/exports/x: 404 Not Found: The export does not exist"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	hidden := mask{}.with("[secret]", "", "abc", "abcd")
	if got := hidden.hide("abc abcd"); got != "abc [secret]" {
		t.Errorf("got %s", got)
	}
}
