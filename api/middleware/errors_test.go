package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestErrors_anErrorOfTheImplementationIsAnsweredAsItSays(t *testing.T) {
	t.Parallel()
	var none *middleware.Error
	for name, c := range map[string]struct {
		err    error
		status int
		text   string
	}{
		"its own":       {&middleware.Error{Status: 404, Message: "no such export", Detail: "it was deleted"}, 404, "no such export: it was deleted"},
		"wrapped":       {fmt.Errorf("secret: %w", &middleware.Error{Status: 409, Message: "busy"}), 409, "busy: "},
		"joined":        {errors.Join(errors.New("secret"), &middleware.Error{Status: 400, Message: "bad"}), 400, "bad: "},
		"with a cause":  {&middleware.Error{Status: 503, Message: "later", Err: errors.New("secret")}, 503, "later: "},
		"no message":    {&middleware.Error{Status: 403}, 403, "forbidden: "},
		"any other":     {errors.New("secret"), 500, "internal server error: "},
		"no status":     {&middleware.Error{Message: "secret"}, 500, "internal server error: "},
		"a good status": {&middleware.Error{Status: 200, Message: "secret"}, 500, "internal server error: "},
		"a nil Error":   {none, 500, "internal server error: "},
		"too large":     {fmt.Errorf("reading: %w", &http.MaxBytesError{Limit: 7}), 413, "the body is too large: at most 7 bytes are taken"},
		"not UTF-8":     {&middleware.Error{Status: 400, Message: "no \xff", Detail: strings.Repeat("\u00e9", 2000)}, 400, "no \uFFFD: \u00e9\u00e9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var j journal
			note := func(o *middleware.Options) { o.OnError = j.note }
			h := strict(t, stub{list: func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
				return nil, c.err
			}}, note)
			text := wantError(t, call(t, h, "GET", exports, ""), c.status)
			if !strings.HasPrefix(text, c.text) || strings.Contains(text, "secret") || len(text) > 5000 {
				t.Errorf("strict: %q", text)
			}
			if last := j.last(t); last.status != c.status || !errors.Is(last.err, c.err) {
				t.Errorf("OnError got %d %v", last.status, last.err)
			}
			p := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) { middleware.WriteError(w, r, c.err) }}, note)
			if again := wantError(t, call(t, p, "GET", exports, ""), c.status); again != text {
				t.Errorf("non-strict: %q", again)
			}
		})
	}
}

func TestErrors_aLongDetailIsSentWholeUpToItsBound(t *testing.T) {
	t.Parallel()
	answer := func(detail string) string {
		w := httptest.NewRecorder()
		middleware.WriteError(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), &middleware.Error{Status: 400, Message: strings.Repeat("\u00e9", 1500), Detail: detail})
		var body models.Error
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if want := strings.Repeat("\u00e9", 1000) + "..."; body.Error != want {
			t.Errorf("the message has %d bytes", len(body.Error))
		}
		return *body.Detail
	}
	whole := strings.Repeat("a", 1<<20)
	if got := answer(whole); got != whole {
		t.Errorf("%d bytes of %d", len(got), len(whole))
	}
	if got, want := answer(whole[1:]+"\u00e9"), whole[1:]+"..."; got != want { // no half character
		t.Errorf("%d bytes, the last %q", len(got), got[len(got)-9:])
	}
}

func TestErrors_writeErrorWorksOutsideTheMiddlewareToo(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	middleware.WriteError(w, r, &middleware.Error{Status: 429, Message: "slow down"})
	wantText(t, wantError(t, readAnswer(t, w.Result()), 429), "slow down")
}

func TestErrors_anErrorTakesBackWhatTheResponseWasAboutToSay(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Length": "1000000", "Content-Type": "application/zip", "ETag": `"x"`, "Content-Disposition": "attachment",
			"Content-Range": "bytes 0-1/2", "Accept-Ranges": "bytes", "X-Ratelimit-Remaining": "7",
		} {
			w.Header().Set(name, value)
		}
		middleware.WriteError(w, r, io.ErrClosedPipe)
	}})
	resp := send(t, "GET", listen(t, h)+exports, nil)
	wantError(t, resp, http.StatusInternalServerError)
	for _, name := range []string{"Etag", "Content-Disposition", "Content-Range", "Accept-Ranges"} {
		if resp.header.Get(name) != "" {
			t.Errorf("%s is still there", name)
		}
	}
	if resp.header.Get("X-Ratelimit-Remaining") != "7" {
		t.Error("a header that describes no body is gone")
	}
}

func TestErrors_ofTheGeneratedBindingHaveTheErrorShape(t *testing.T) {
	t.Parallel()
	// Everything that the generated code refuses is refused before it by the
	// validation, so its error handler is reached through the wrapper alone.
	wrapper := server.ServerInterfaceWrapper{Handler: bare{}, ErrorHandlerFunc: middleware.WriteBindError}
	r := httptest.NewRequestWithContext(t.Context(), "POST", exports+"?all=maybe", nil)
	r.SetPathValue("project_name", "demo")
	w := httptest.NewRecorder()
	wrapper.ExportsCreate(w, r)
	wantText(t, wantError(t, readAnswer(t, w.Result()), http.StatusBadRequest), `"all"`)
	r = httptest.NewRequestWithContext(t.Context(), "GET", exports, nil)
	r.SetPathValue("project_name", "demo")
	r.SetPathValue("export_id", exportID)
	r.Header["Range"] = []string{"bytes=0-1", "bytes=2-3"}
	w = httptest.NewRecorder()
	wrapper.ExportsDownload(w, r)
	wantText(t, wantError(t, readAnswer(t, w.Result()), http.StatusBadRequest), `"Range"`)
}

func TestErrors_errorTextHoldsStatusMessageDetailAndCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk full")
	err := &middleware.Error{Status: 500, Message: "no", Detail: "more", Err: cause}
	if got := err.Error(); got != "500 no: more: disk full" || !errors.Is(err, cause) {
		t.Error(got)
	}
}

func TestErrors_anErrorTellsWhenToTryAgain(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{0: "", 1: "1", 1500 * time.Millisecond: "2", time.Minute: "60"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", exports, nil)
		middleware.WriteError(w, r, &middleware.Error{Status: http.StatusServiceUnavailable, RetryAfter: wait})
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("%v: Retry-After %q, want %q", wait, got, want)
		}
	}
}
