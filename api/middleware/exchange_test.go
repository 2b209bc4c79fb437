package middleware_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestExchange_onDoneIsToldHowARequestEnded(t *testing.T) {
	t.Parallel()
	archive := strings.Repeat("z", 1000)
	var last middleware.Exchange
	observe := func(o *middleware.Options) {
		o.OnDone = func(_ *http.Request, e middleware.Exchange) { last = e }
	}
	h := strict(t, stub{
		fetch: func(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
			return middleware.Archive{Content: strings.NewReader(archive)}, nil
		},
		download: func(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
			panic("oh")
		},
	}, observe)
	for _, test := range []struct {
		method, path, body string
		want               middleware.Exchange
	}{
		{"GET", imports + one + "/download", "", middleware.Exchange{Operation: "imports_download", Status: 200, Sent: 1000}},
		{"HEAD", imports + one + "/download", "", middleware.Exchange{Operation: "imports_download", Status: 200}},
		{"POST", exports, "{} ", middleware.Exchange{Operation: "exports_create", Status: 201, Received: 3}},
		{"POST", exports, "[]", middleware.Exchange{Operation: "exports_create", Status: 400, Received: 2}},
		{"GET", exports + one + "/download", "", middleware.Exchange{Operation: "exports_download", Status: 500}},
		{"GET", "/nowhere?al=true", "", middleware.Exchange{Status: 404}},
		{"POST", exports + "?packages=0&al=true&Status=failed&al=", "{}", middleware.Exchange{Operation: "exports_create", Status: 201, Received: 2,
			Unknown: []string{"Status", "al"}}},
		{"GET", exports + "?all=true", "", middleware.Exchange{Operation: "exports_list", Status: 200, Unknown: []string{"all"}}},
		{"GET", exports + "?status=odd&" + strings.Repeat("n", 100), "", middleware.Exchange{Operation: "exports_list", Status: 400,
			Unknown: []string{strings.Repeat("n", 64) + "..."}}},
		{"DELETE", exports + one, "", middleware.Exchange{Operation: "exports_delete", Status: 204}},
	} {
		last = middleware.Exchange{}
		got := call(t, h, test.method, test.path, test.body)
		if last.Duration < 0 {
			t.Errorf("%s %s took %v", test.method, test.path, last.Duration)
		}
		last.Duration = 0
		if test.want.Sent == 0 && test.method != "HEAD" {
			test.want.Sent = int64(len(got.body))
		}
		if !reflect.DeepEqual(last, test.want) {
			t.Errorf("%s %s: %+v instead of %+v", test.method, test.path, last, test.want)
		}
	}
}

func TestExchange_onDoneIsToldOfABrokenResponseAfterOnError(t *testing.T) {
	t.Parallel()
	var order []string
	done := make(chan middleware.Exchange, 1)
	h := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "[")
		middleware.WriteError(w, r, io.ErrUnexpectedEOF)
	}}, func(o *middleware.Options) {
		o.OnError = func(*http.Request, int, error) { order = append(order, "error") }
		o.OnDone = func(_ *http.Request, e middleware.Exchange) {
			order = append(order, "done")
			done <- e
		}
	})
	wantBrokenOff(t, listen(t, h)+exports)
	if e := <-done; e.Status != http.StatusOK || !e.Broken || e.Sent != 1 {
		t.Errorf("%+v", e)
	}
	if strings.Join(order, " ") != "error done" {
		t.Errorf("the order is %v", order)
	}
}

func wantBrokenOff(t *testing.T, url string) {
	t.Helper()
	if got, err := trySend(t, "GET", url, nil, -1); err == nil && got.err == nil {
		t.Errorf("there is a whole response: %+v", got)
	}
}

func TestExchange_otherRoutesShareErrorsMethodsAndTheRateLimit(t *testing.T) {
	t.Parallel()
	who := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := middleware.ReadCredentials(r)
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		_, _ = io.WriteString(w, c.Token)
	})
	h := strict(t, stub{}, limited(2), func(o *middleware.Options) {
		o.Others = map[string]http.Handler{"/livez": who, base + "/who": who}
	})
	for range 4 { // outside BaseURLs there is no limit
		if body := wantStatus(t, call(t, h, "GET", "/livez", ""), http.StatusOK); body != "0123456789abcdef" {
			t.Errorf("body %q", body)
		}
	}
	wantError(t, call(t, h, "GET", "/livez", "", "Authorization", "Token"), http.StatusUnauthorized)
	got := call(t, h, "POST", "/livez", "")
	wantError(t, got, http.StatusMethodNotAllowed)
	if allow := got.header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow is %q", allow)
	}
	wantStatus(t, call(t, h, "GET", base+"/who", ""), http.StatusOK)
	wantError(t, call(t, h, "GET", base+"/who", "", "Authorization", ""), http.StatusUnauthorized)
	got = call(t, h, "GET", base+"/who", "")
	wantError(t, got, http.StatusTooManyRequests)
	wantLimit(t, got, "2", "0", got.header.Get("x-ratelimit-reset"))
	wantError(t, call(t, h, "GET", "/livez/", ""), http.StatusNotFound)
}

func TestExchange_anotherRouteCanHaveVariableSegments(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, func(o *middleware.Options) {
		o.Others = map[string]http.Handler{base + "/projects/{name}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.PathValue("name"))
		})}
	})
	if body := wantStatus(t, call(t, h, "GET", base+"/projects/a%2Fb", ""), http.StatusOK); body != "a/b" {
		t.Errorf("body %q", body)
	}
	wantStatus(t, call(t, h, "GET", exports, ""), http.StatusOK)
	wantError(t, call(t, h, "GET", base+"/projects/", ""), http.StatusNotFound)
}
