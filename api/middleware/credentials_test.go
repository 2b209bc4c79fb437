package middleware_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestCredentials_sayWhatTheRequestIsAboutToDo(t *testing.T) {
	t.Parallel()
	var got middleware.Credentials
	h := strict(t, stub{}, func(o *middleware.Options) {
		o.Authenticate = func(ctx context.Context, c middleware.Credentials) (context.Context, error) {
			got = c
			return nil, nil // nil stands for the request's own context
		}
	})
	for _, c := range []struct {
		method, path, header string
		want                 middleware.Credentials
	}{
		{"GET", exports, "Token abc", middleware.Credentials{Scheme: "Token", Token: "abc", Project: "demo", Operation: "exports_list"}},
		{"HEAD", exports + one, "token abc", middleware.Credentials{Scheme: "Token", Token: "abc", Project: "demo", Operation: "exports_get"}},
		{"POST", exports, "bearer a.b-c_d~e+f/g==", middleware.Credentials{Scheme: "Bearer", Token: "a.b-c_d~e+f/g==", Project: "demo", Operation: "exports_create", Write: true}},
		{"DELETE", imports + one, "Bearer  x ", middleware.Credentials{Scheme: "Bearer", Token: "x", Project: "demo", Operation: "imports_delete", Write: true}},
		{"PATCH", imports + one, token, middleware.Credentials{Scheme: "Token", Token: "0123456789abcdef", Project: "demo", Operation: "imports_update", Write: true}},
		{"GET", base + "/projects/..%2fx/exports", token, middleware.Credentials{Scheme: "Token", Token: "0123456789abcdef", Project: "../x", Operation: "exports_list"}},
	} {
		call(t, h, c.method, c.path, "{}", "Authorization", c.header)
		if got != c.want {
			t.Errorf("%s %s: %#v", c.method, c.path, got)
		}
	}
}

func TestCredentials_aMissingOrMalformedTokenIs401WithoutAskingTheImplementation(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, func(o *middleware.Options) {
		o.Authenticate = func(context.Context, middleware.Credentials) (context.Context, error) {
			t.Error("Authenticate was called")
			return nil, errors.New("called")
		}
	})
	for _, header := range []string{
		"", "s3cret", "Token", "Token ", "Token  ", "Basic s3cret", "Token Token s3cret", "Token s3cret s3cret",
		"Token s3cret\x7f", "Token s3cret\u00e9", "Tokens3cret", "Token\ts3cret",
	} {
		resp := call(t, h, "GET", exports, "", "Authorization", header)
		text := wantError(t, resp, http.StatusUnauthorized)
		if strings.Contains(text, "s3cret") {
			t.Errorf("%q: the response quotes the token: %s", header, text)
		}
		if got := resp.header.Values("WWW-Authenticate"); !slices.Equal(got, []string{"Token", "Bearer"}) {
			t.Errorf("%q: WWW-Authenticate is %q", header, got)
		}
	}
	twice := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Add("Authorization", "Token other")
		h.ServeHTTP(w, r)
	})
	wantText(t, wantError(t, call(t, twice, "GET", exports, ""), http.StatusUnauthorized), "more than one")
}

func TestCredentials_authenticateDecidesTheStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
	}{
		{&middleware.Error{Status: 401, Message: "unknown token"}, 401},
		{fmt.Errorf("looking it up: %w", &middleware.Error{Status: 403}), 403},
		{&middleware.Error{Status: 404, Message: "no such project"}, 404},
		{errors.New("the database is down"), 500},
	} {
		h := strict(t, stub{}, func(o *middleware.Options) {
			o.Authenticate = func(context.Context, middleware.Credentials) (context.Context, error) { return nil, c.err }
		})
		resp := call(t, h, "GET", exports, "")
		if text := wantError(t, resp, c.status); strings.Contains(text, "database") {
			t.Errorf("the internal error is in the response: %s", text)
		}
		if has := resp.header.Get("WWW-Authenticate") != ""; has != (c.status == 401) {
			t.Errorf("%d: WWW-Authenticate %q", c.status, resp.header.Get("WWW-Authenticate"))
		}
	}
}

func TestCredentials_doNotPrintTheToken(t *testing.T) {
	t.Parallel()
	c := middleware.Credentials{Scheme: "Token", Token: "s3cret", Project: "demo", Operation: "exports_list"}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("asked", "by", c)
	text := fmt.Sprint(c) + fmt.Sprintf("%+v %#v %v", c, c, &c) + logged.String()
	if strings.Contains(text, "s3cret") || !strings.Contains(text, "exports_list") {
		t.Error(text)
	}
}
