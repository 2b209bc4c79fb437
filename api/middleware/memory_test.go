package middleware_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestABodyThatBecomesTooMuchIs413(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, func(o *middleware.Options) { o.MaxJSONMemory = 1 << 20 })
	many := `{"deployments":{"d":{"x":[` + strings.Repeat("{},", 10_000) + `{}]}}}`
	wantText(t, wantError(t, call(t, h, "PATCH", imports+one, many), http.StatusRequestEntityTooLarge), "too many values")
	long := `{"deployments":{"d":{"description":"` + strings.Repeat("x", 30_000) + `"}}}`
	wantStatus(t, call(t, h, "PATCH", imports+one, long), http.StatusOK)
}

func TestALargeRequestWithoutMemoryIs503AndSmallOnesGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget := middleware.NewBudget(16 << 20)
		h := strict(t, stub{}, func(o *middleware.Options) { o.Memory = budget })
		large := `{"deployments":{"d":{"description":"` + strings.Repeat("x", 1<<20) + `"}}}`
		wantStatus(t, call(t, h, "PATCH", imports+one, large), http.StatusOK)
		if budget.Used() != 0 {
			t.Errorf("%d bytes are still taken", budget.Used())
		}
		var free []func()
		for _, owner := range []string{"x", "y"} {
			release, err := budget.Acquire(t.Context(), owner, 8<<20)
			if err != nil {
				t.Fatal(err)
			}
			free = append(free, release)
		}
		resp := call(t, h, "PATCH", imports+one, large)
		wantText(t, wantError(t, resp, http.StatusServiceUnavailable), "busy")
		if resp.header.Get("Retry-After") == "" {
			t.Errorf("header %v", resp.header)
		}
		wantStatus(t, call(t, h, "PATCH", imports+one, "{}"), http.StatusOK)
		for _, release := range free {
			release()
		}
		wantStatus(t, call(t, h, "PATCH", imports+one, large), http.StatusOK)
	})
}
