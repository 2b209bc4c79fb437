package middleware_test

import (
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestNewNamesEverythingThatIsWrongWithTheOptions(t *testing.T) {
	t.Parallel()
	_, err := middleware.NewStrict(nil, middleware.Options{BaseURL: "v2.1/{x}", MaxJSONBody: -1, MaxUpload: -2,
		RateLimit: -3, MinRateAfter: -4, Others: map[string]http.Handler{"livez": http.NotFoundHandler(), "/nil": nil, "/a/{b}": http.NotFoundHandler()}})
	if err == nil {
		t.Fatal("no error")
	}
	wantText(t, err.Error(), "implementation is nil", `BaseURL "v2.1/{x}"`, "Authenticate is missing", "MaxJSONBody -1", "MaxUpload -2",
		"RateLimit -3", "MinRateAfter -4ns", `"livez"`, `"/nil"`, `"/a/{b}"`)
	if _, err := middleware.New(nil, options()); err == nil {
		t.Error("New takes nil for an implementation")
	}
}

func TestBaseURLIsWhereTheAPILies(t *testing.T) {
	t.Parallel()
	for given, prefix := range map[string]string{"": "/v2.1", "/": "", "/a/b/": "/a/b", "/v2.1": "/v2.1"} {
		h := strict(t, stub{}, func(o *middleware.Options) { o.BaseURL = given })
		wantStatus(t, call(t, h, "GET", prefix+"/projects/demo/exports", ""), http.StatusOK)
		wantError(t, call(t, h, "GET", prefix+"/other/projects/demo/exports", ""), http.StatusNotFound)
	}
	for _, bad := range []string{"v2.1", "/a//b", "/a/../b", "/{a}", "/a b", "/a%20b", "http://host/v2.1", "/a?b", "/.", "//"} {
		opts := options()
		opts.BaseURL = bad
		if _, err := middleware.NewStrict(stub{}, opts); err == nil {
			t.Errorf("the BaseURL %q is accepted", bad)
		}
	}
}
