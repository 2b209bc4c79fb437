package middleware_test

import (
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestOptions_newNamesEverythingThatIsWrongWithTheOptions(t *testing.T) {
	t.Parallel()
	_, err := middleware.NewStrict(nil, middleware.Options{BaseURLs: []string{"v2.1/{x}", "/v2", "/v2/"}, MaxJSONBody: -1, MaxUpload: -2,
		RateLimit: -3, MinRateAfter: -4, Others: map[string]http.Handler{"livez": http.NotFoundHandler(), "/nil": nil, "/a/{b}/{$}": http.NotFoundHandler()}})
	if err == nil {
		t.Fatal("no error")
	}
	wantText(t, err.Error(), "implementation is nil", `"v2.1/{x}" in BaseURLs is not`, `"/v2/" is in BaseURLs more than once`, "Authenticate is missing", "MaxJSONBody -1", "MaxUpload -2",
		"RateLimit -3", "MinRateAfter -4ns", `"livez"`, `"/nil"`, `"/a/{b}/{$}"`)
	if _, err := middleware.New(nil, options()); err == nil {
		t.Error("New takes nil for an implementation")
	}
}

func TestOptions_baseURLsAreWhereTheAPILies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ given, prefixes, not []string }{
		{nil, []string{"/v2.1", "/v2"}, []string{"", "/v1", "/v2.0", "/v2.1/v2"}},
		{[]string{"/"}, []string{""}, []string{"/v2.1"}},
		{[]string{"/a/b/"}, []string{"/a/b"}, []string{"", "/v2.1", "/a"}},
		{[]string{"/v2.1", "/", "/x/v3"}, []string{"/v2.1", "", "/x/v3"}, []string{"/v2", "/x"}},
	} {
		h := strict(t, stub{}, func(o *middleware.Options) { o.BaseURLs = test.given })
		for _, prefix := range test.prefixes {
			wantStatus(t, call(t, h, "GET", prefix+"/projects/demo/exports", ""), http.StatusOK)
			wantError(t, call(t, h, "GET", prefix+"/other/projects/demo/exports", ""), http.StatusNotFound)
		}
		for _, prefix := range test.not {
			wantError(t, call(t, h, "GET", prefix+"/projects/demo/exports", ""), http.StatusNotFound)
		}
	}
	for _, bad := range []string{"", "v2.1", "/a//b", "/a/../b", "/{a}", "/a b", "/a%20b", "http://host/v2.1", "/a?b", "/.", "//"} {
		opts := options()
		opts.BaseURLs = []string{bad}
		if _, err := middleware.NewStrict(stub{}, opts); err == nil {
			t.Errorf("the base path %q is accepted", bad)
		}
	}
}

func TestOptions_allBasePathsAreOneHandler(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, limited(2), func(o *middleware.Options) { o.BaseURLs = nil })
	for _, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		prefix := map[bool]string{true: "/v2", false: "/v2.1"}[want == http.StatusOK]
		if got := call(t, h, "GET", prefix+"/projects/demo/exports", ""); got.status != want {
			t.Errorf("%s: %d instead of %d", prefix, got.status, want)
		}
	}
}

func TestOptions_routesThatMeanTheSamePathsAreAnErrorThatNamesThem(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.BaseURLs = []string{"/", "/projects"}
	_, err := middleware.NewStrict(stub{}, opts)
	if err == nil {
		t.Fatal("no error")
	}
	wantText(t, err.Error(), "mean the same paths", "/projects/projects/{project_name}/exports", "conflicts with")

	opts = options()
	opts.Others = map[string]http.Handler{"/{a}/x": http.NotFoundHandler(), "/x/{b}": http.NotFoundHandler()}
	if _, err = middleware.NewStrict(stub{}, opts); err == nil {
		t.Fatal("no error")
	}
	wantText(t, err.Error(), "mean the same paths", "/{a}/x", "/x/{b}")
}
