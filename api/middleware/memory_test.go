package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// Bodies of very many small values take many times their size in memory.
func TestMemory_aBodyOfTooManyValuesIsRefusedBeforeItIsDecoded(t *testing.T) { //nolint:paralleltest // it measures what is allocated
	const size = 8 << 20
	var names strings.Builder
	for i := 0; names.Len() < size; i++ {
		fmt.Fprintf(&names, `,"%x":{}`, i)
	}
	h := strict(t, stub{})
	for name, body := range map[string]string{
		"objects": `{"x":[` + strings.Repeat("{},", size/3) + `0]}`,
		"numbers": `{"x":[` + strings.Repeat("0,", size/2) + `0]}`,
		"names":   `{"deployments":{` + names.String()[1:] + `}}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := call(t, h, "POST", exports, body)
		runtime.ReadMemStats(&after)
		if got.status != http.StatusRequestEntityTooLarge || !strings.Contains(got.body, "too many values") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if allocated := (after.TotalAlloc - before.TotalAlloc) / size; allocated > 8 {
			t.Errorf("%s: it allocated %d times the size of the body", name, allocated)
		}
	}
	text := `{"description":"` + strings.Repeat("x", size) + `"}`
	if got := call(t, h, "POST", exports, text); strings.Contains(got.body, "too many values") {
		t.Errorf("one large text: %d %s", got.status, got.body)
	}
}

func TestMemory_aLargeRequestThatFindsNoMemoryIsToldWhenToComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := middleware.NewBudget(8 << 20)
		var cost int64
		h := strict(t, stub{}, func(o *middleware.Options) {
			o.Memory = memory
			o.Cost = func(*http.Request, string) (int64, error) { return cost, nil }
		})
		large := `{"x":"` + strings.Repeat("x", 1<<20) + `"}`
		try := func(method, path, body, name string) {
			t.Helper()
			begun := time.Now()
			got := call(t, h, method, path, body)
			waited := time.Since(begun)
			if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || waited != 10*time.Second {
				t.Errorf("%s: status %d, Retry-After %q after %v", name, got.status, got.header.Get("Retry-After"), waited)
			}
		}
		release, err := memory.Acquire(t.Context(), "demo", 4<<20)
		if err != nil {
			t.Fatal(err)
		}
		try("POST", exports, large, "a large body")
		if got := call(t, h, "POST", exports, "{}"); got.status != http.StatusCreated {
			t.Errorf("a small body: status %d", got.status)
		}
		cost = 1 << 20
		try("GET", exports, "", "a large response")
		if got := call(t, h, "POST", strings.Replace(exports, "demo", "other", 1), large); got.status != http.StatusCreated {
			t.Errorf("another project: status %d", got.status)
		}
		release()
		if got := call(t, h, "POST", exports, large); got.status != http.StatusCreated {
			t.Errorf("when there is memory again: status %d", got.status)
		}
		if memory.Used() != 0 {
			t.Errorf("%d bytes are still taken", memory.Used())
		}
	})
}

func TestMemory_aRequestThatTheClientGaveUpIsNotAnErrorOfTheServer(t *testing.T) {
	t.Parallel()
	var errors journal
	var last middleware.Exchange
	ctx, giveUp := context.WithCancel(t.Context())
	h := strict(t, stub{
		download: func(ctx context.Context, _ server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
			giveUp()
			return nil, ctx.Err()
		},
	}, func(o *middleware.Options) {
		o.OnError = errors.note
		o.OnDone = func(_ *http.Request, e middleware.Exchange) { last = e }
	})
	r := httptest.NewRequestWithContext(ctx, "GET", exports+one+"/download", nil)
	r.Header.Set("Authorization", token)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if got := errors.last(t).status; got != middleware.StatusGaveUp || last.Status != got || !last.GaveUp {
		t.Errorf("status %d; %+v", got, last)
	}
}
