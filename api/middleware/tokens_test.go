package middleware_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

const (
	reader = "0123456789abcdef"
	writer = "fedcba9876543210"
)

func TestTokens_readTokensTakesATokenALine(t *testing.T) {
	t.Parallel()
	got := map[string]middleware.Grant{}
	err := middleware.ReadTokens(strings.NewReader("# who may do what\n\np read "+reader+"\r\n  q\twrite  "+writer+"  \n"), func(token string, g middleware.Grant) error {
		got[token] = g
		return nil
	})
	if err != nil || len(got) != 2 || got[reader] != (middleware.Grant{Project: "p"}) || got[writer] != (middleware.Grant{Project: "q", Write: true}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTokens_badLinesAreNamedByNumberOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "no tokens",
		"# only\n":                      "no tokens",
		"\np " + reader:                 "line 2: it is not of the form PROJECT",
		reader:                          "line 1: it is not of the form PROJECT",
		"p both " + reader:              "line 1: the second word",
		"p " + reader + " write":        "line 1: the second word",
		"p write " + reader + " # mine": "line 1: it is not of the form PROJECT",
		"p read " + reader + "\n\nq write " + reader: "line 3: it repeats the token of line 1",
		"x\ny": "line 2",
		"p read " + reader + "\n# " + strings.Repeat(reader, 1<<13): "line 2: ",
		"p read " + writer + "\nrefused read " + reader:             "line 2: no",
	} {
		err := middleware.ReadTokens(strings.NewReader(text), func(_ string, g middleware.Grant) error {
			if g.Project == "refused" {
				return errors.New("no")
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), reader) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func TestTokens_aFileThatChangesIsReloadedAsAWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := middleware.LoadTokens(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that does not exist: %v", err)
	}
	write("demo read " + reader + "\nother write " + writer + "\n")
	tokens, err := middleware.LoadTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	h := strict(t, server.StrictUnimplemented{}, func(o *middleware.Options) { o.Authenticate = tokens.Authenticate })
	want := func(method, token string, status int) {
		t.Helper()
		if got := call(t, h, method, exports, "{}", "Authorization", "Token "+token, "Content-Type", "application/json"); got.status != status {
			t.Errorf("%s with %s: %d, want %d: %s", method, token, got.status, status, got.body)
		}
	}
	want("GET", reader, 501)
	want("POST", reader, 403)
	want("GET", writer, 404)
	want("GET", reader[1:], 401)

	for text, wrong := range map[string]string{
		"demo write " + reader + "\ndemo read short": "line 2: a token needs at least 16 characters",
		"demo write 0123456789abcdéf":                "line 1: the token contains",
		"":                                           "no tokens",
	} {
		write(text)
		if err := tokens.Reload(); err == nil || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", text, err)
		}
		want("POST", reader, 403)
	}
	write("demo write " + writer)
	if err := tokens.Reload(); err != nil {
		t.Fatal(err)
	}
	want("GET", reader, 401)
	want("POST", writer, 501)
}

func TestTokens_thatWereNotLoadedAdmitNobody(t *testing.T) {
	t.Parallel()
	var none middleware.Tokens
	h := strict(t, server.StrictUnimplemented{}, func(o *middleware.Options) { o.Authenticate = none.Authenticate })
	if got := call(t, h, "GET", exports, ""); got.status != 401 {
		t.Errorf("status %d", got.status)
	}
}
