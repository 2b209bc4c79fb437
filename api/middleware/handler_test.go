package middleware_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestHandler_anUnknownPathIs404InTheErrorShapeAndNeverARedirect(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for _, path := range []string{
		"/", "/projects/demo/exports", base, base + "/projects", exports + "/", exports + one + "/",
		"/" + exports, base + "//projects/demo/exports", base + "/projects/../projects/demo/exports",
		base + "/projects/./demo/exports", base + "/projects//exports", exports + one + "/download/more",
	} {
		resp := call(t, h, "GET", path, "")
		wantText(t, wantError(t, resp, http.StatusNotFound), "not found")
		if resp.header.Get("Location") != "" {
			t.Errorf("%s is redirected to %s", path, resp.header.Get("Location"))
		}
	}
}

func TestHandler_anUnknownPathIsToldWhereTheAPILies(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, func(o *middleware.Options) { o.BaseURLs = nil })
	const place = "the API lies under /v2.1/projects/ and /v2/projects/"
	for path, want := range map[string]string{
		"/": place, "/projects/demo/exports": place, "/v1/projects/demo/exports": place, "/v2.1/projects/demo/exports/": place,
		"//v2/projects/demo/exports":                                  "the API lies under",
		"/transfer/v2.1/projects/demo/exports":                        "mounted at /transfer has to be wrapped in http.StripPrefix",
		"/a/b/v2/projects/demo/imports":                               "mounted at /a/b has",
		"/" + strings.Repeat("a", 5000) + "/v2/projects/demo/exports": "...",
	} {
		text := wantError(t, call(t, h, "GET", path, ""), http.StatusNotFound)
		wantText(t, text, want)
		if len(text) > 2100 {
			t.Errorf("%.20s: %d bytes", path, len(text))
		}
	}
	mounted := http.NewServeMux()
	mounted.Handle("/transfer/", http.StripPrefix("/transfer", h))
	wantStatus(t, call(t, mounted, "GET", "/transfer/v2/projects/demo/exports", ""), http.StatusOK)
}

func TestHandler_aWrongMethodIs405WithAllow(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for target, allow := range map[string]string{
		"PUT " + exports:                        "GET, HEAD, POST",
		"POST " + exports + one:                 "DELETE, GET, HEAD",
		"OPTIONS " + imports + one:              "DELETE, GET, HEAD, PATCH",
		"DELETE " + exports + one + "/download": "GET, HEAD",
	} {
		method, path, _ := strings.Cut(target, " ")
		resp := call(t, h, method, path, "")
		wantText(t, wantError(t, resp, http.StatusMethodNotAllowed), "method not allowed", allow)
		if got := resp.header.Get("Allow"); got != allow {
			t.Errorf("%s: Allow is %q instead of %q", target, got, allow)
		}
	}
}

func TestHandler_headIsServedAsGetWithoutABody(t *testing.T) {
	t.Parallel()
	url := listen(t, strict(t, stub{}))
	resp := send(t, "HEAD", url+exports, nil)
	if body := wantStatus(t, resp, http.StatusOK); body != "" {
		t.Errorf("body %q", body)
	}
	resp = send(t, "HEAD", url+exports+"?status=odd", nil)
	wantStatus(t, resp, http.StatusBadRequest)
}

func TestHandler_theTokenIsCheckedBeforeParametersAndTheyBeforeTheBody(t *testing.T) {
	t.Parallel()
	refuse := func(o *middleware.Options) {
		o.Authenticate = func(context.Context, middleware.Credentials) (context.Context, error) {
			return nil, &middleware.Error{Status: http.StatusForbidden, Message: "read only"}
		}
	}
	wantError(t, call(t, strict(t, stub{}, refuse), "POST", exports+"?all=maybe", "nonsense"), http.StatusForbidden)
	h := strict(t, stub{})
	wantError(t, call(t, h, "POST", exports+"?all=maybe", "nonsense", "Authorization", ""), http.StatusUnauthorized)
	wantText(t, wantError(t, call(t, h, "POST", exports+"?all=maybe", "nonsense"), http.StatusBadRequest), "query parameter all")
	wantText(t, wantError(t, call(t, h, "POST", exports+"?all=true", "nonsense"), http.StatusBadRequest), "not valid JSON")
	wantStatus(t, call(t, h, "POST", exports+"?all=true", "{}"), http.StatusCreated)
	wantError(t, call(t, strict(t, stub{}, refuse), "POST", base+"/nowhere", ""), http.StatusNotFound)
}

func TestHandler_aPanicIsAnswered500WithoutItsText(t *testing.T) {
	t.Parallel()
	var j journal
	h := strict(t, stub{list: func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
		panic("the password is hunter2")
	}}, func(o *middleware.Options) { o.OnError = j.note })
	text := wantError(t, call(t, h, "GET", exports, ""), http.StatusInternalServerError)
	if strings.Contains(text, "hunter2") {
		t.Errorf("the panic is in the response: %s", text)
	}
	last := j.last(t)
	wantText(t, last.err.Error(), "panic: the password is hunter2", "handler_test.go")
	if last.status != http.StatusInternalServerError {
		t.Errorf("OnError got status %d", last.status)
	}
}

func TestHandler_aPanicAfterTheResponseBeganBreaksItOff(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{list: func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "[")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic("in the middle")
	}})
	wantBroken(t, send(t, "GET", listen(t, h)+exports, nil), "[]")
}

func TestHandler_errAbortHandlerReachesNetHTTP(t *testing.T) {
	t.Parallel()
	var j journal
	h := plain(t, bare{list: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		func(o *middleware.Options) { o.OnError = j.note })
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
		if len(j.noted) != 0 {
			t.Errorf("OnError was told of %v", j.noted)
		}
	}()
	got := call(t, h, "GET", exports, "")
	t.Errorf("there is a response: %+v", got)
}

func TestHandler_thePatternIsSeenByAnOuterHandler(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		if want := "GET " + base + "/projects/{project_name}/exports/{export_id}"; r.Pattern != want {
			t.Errorf("the pattern is %q instead of %q", r.Pattern, want)
		}
	})
	wantStatus(t, call(t, outer, "GET", exports+one, ""), http.StatusOK)
}

func TestHandler_authenticateCanHandOnAContext(t *testing.T) {
	t.Parallel()
	type user struct{}
	var j journal
	h := strict(t, stub{list: func(ctx context.Context, _ server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
		if ctx.Value(user{}) != "ada" {
			t.Error("the context is not the one of Authenticate")
		}
		return nil, errors.New("seen")
	}}, func(o *middleware.Options) {
		o.Authenticate = func(ctx context.Context, _ middleware.Credentials) (context.Context, error) {
			return context.WithValue(ctx, user{}, "ada"), nil
		}
		o.OnError = func(r *http.Request, status int, err error) {
			if r.Context().Value(user{}) != "ada" {
				t.Error("OnError does not see the context")
			}
			j.note(r, status, err)
		}
	})
	wantError(t, call(t, h, "GET", exports, ""), http.StatusInternalServerError)
	wantText(t, j.last(t).err.Error(), "seen")
}
