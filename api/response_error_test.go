package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// failure is the error of a Get that was answered by h.
func failure(t *testing.T, h http.HandlerFunc) *Error {
	t.Helper()
	_, err := newTestClient(t, h).Project("p").Exports.Get(t.Context(), "x")
	apiErr, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %T: %v", err, err)
	}
	return apiErr
}

func TestError_errorsReadWell(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]http.HandlerFunc{
		"GET /projects/p/exports/x: 404 Not Found: The export does not exist": reply(404, "application/json", `{"error": "The export does not exist"}`),
		"GET /projects/p/exports/x: 400 Bad Request: Bad: at d/v1":            reply(400, "application/json", `{"error": "Bad", "detail": "at d/v1"}`),
		"GET /projects/p/exports/x: 502 Bad Gateway: 502 Bad Gateway":         reply(502, "text/html", `<html><title>502 Bad Gateway</title>`),
		"GET /projects/p/exports/x: 503 Service Unavailable":                  reply(503, "text/plain", ""),
		"GET /projects/p/exports/x: 599: odd":                                 reply(599, "text/plain", "odd"),
		"GET /projects/p/exports/x: 500 Internal Server Error: {\"err":        reply(500, "application/json", `{"err`),
		"GET /projects/p/exports/x: 403 Forbidden: No (request r-1)": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "r-1")
			reply(403, "application/json", `{"error_message": "No"}`)(w, r)
		},
	} {
		if got := failure(t, h).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestError_errorsMatchTheirKind(t *testing.T) {
	t.Parallel()
	kinds := map[int]error{401: ErrUnauthorized, 403: ErrForbidden, 404: ErrNotFound, 409: ErrConflict, 429: ErrRateLimited}
	for _, status := range []int{400, 401, 403, 404, 409, 410, 429, 500} {
		err := failure(t, reply(status, "application/json", `{"error": "x"}`))
		for kind, sentinel := range kinds {
			if errors.Is(err, sentinel) != (kind == status) {
				t.Errorf("%d is %v: %v", status, sentinel, errors.Is(err, sentinel))
			}
		}
	}
}

func TestError_errorsNeverContainTheToken(t *testing.T) {
	t.Parallel()
	spaced := testToken[:20] + "\u200b" + testToken[20:] // what is dropped must not hide it
	for name, h := range map[string]http.HandlerFunc{
		"JSON":       reply(401, "application/json", `{"error": "unknown token Token `+testToken+`", "detail": "`+testToken+`"}`),
		"hidden":     reply(401, "text/plain", spaced),
		"entities":   reply(401, "text/html", "<html><title>&#48;"+testToken[1:]+"</title>"),
		"success":    reply(200, "application/json", `{"size": "`+testToken+`"}`),
		"at the end": reply(401, "text/plain", strings.Repeat("x", maxErrorMessage-20)+" "+testToken),
		"redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://example.com/"+testToken+"?sig=s3cr3t")
			w.WriteHeader(302)
		},
		"request id": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", testToken)
			w.WriteHeader(500)
		},
	} {
		err := failure(t, h)
		for e := error(err); e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), testToken[:20]) || strings.Contains(e.Error(), "s3cr3t") {
				t.Errorf("%s: %v", name, e)
			}
		}
	}
	hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("bad header " + testToken)
	})}
	_, err := newTestClient(t, nil, WithHTTPClient(hc)).Project("p").Exports.Get(t.Context(), "x")
	if err == nil || !strings.HasSuffix(err.Error(), "bad header [token]") {
		t.Errorf("a transport that quotes the token: %v", err)
	}
	c := newTestClient(t, reply(404, "text/plain", ""))
	if err := c.Project(testToken).Exports.Delete(t.Context(), "x"); err == nil || strings.Contains(err.Error(), testToken) {
		t.Errorf("the token as a name: %v", err)
	}
}

func TestError_bodiesAreReadInPart(t *testing.T) {
	t.Parallel()
	var read int64
	hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		body := &countingReader{r: io.MultiReader(strings.NewReader(`{"error": "endless", "detail": "`), spaces{}), n: &read}
		return &http.Response{StatusCode: 500, Body: io.NopCloser(body), Header: http.Header{}}, nil
	})}
	_, err := newTestClient(t, nil, WithHTTPClient(hc)).Project("p").Exports.Get(t.Context(), "x")
	if err == nil || !strings.HasSuffix(err.Error(), "endless") {
		t.Errorf("error is %v", err)
	}
	if read > maxErrorBody {
		t.Errorf("%d bytes were read", read)
	}
}

type countingReader struct {
	r io.Reader
	n *int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

func TestError_anErrorWhoseBodyBreaksOffKeepsItsStatus(t *testing.T) {
	t.Parallel()
	err := failure(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(404)
		_, _ = io.WriteString(w, `{"error": "gone", "det`)
	})
	if !errors.Is(err, ErrNotFound) || err.Message != "gone" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error is %v", err)
	}
}

func TestError_rateLimitIsReadFromTheHeaders(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		limit, remaining, reset string
		want                    *RateLimit
	}{
		"all":      {"300", "0", "12", &RateLimit{300, 0, 12 * time.Second}},
		"fraction": {"300", "0", "0.5", &RateLimit{300, 0, 500 * time.Millisecond}},
		"some":     {"", "7", "", &RateLimit{-1, 7, -1}},
		"nonsense": {"-3", "many", "NaN", nil},
		"a year":   {"300", "1", "31536000", &RateLimit{300, 1, -1}},
		"negative": {"300", "1", "-1", &RateLimit{300, 1, -1}},
		"infinite": {"300", "1", "Inf", &RateLimit{300, 1, -1}},
		"none":     {"", "", "", nil},
	} {
		err := failure(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Ratelimit-Limit", tc.limit)
			w.Header().Set("X-Ratelimit-Remaining", tc.remaining)
			w.Header().Set("X-Ratelimit-Reset", tc.reset)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		got := err.RateLimit
		if (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestError_transportErrorsShowNeitherHostNorQuery(t *testing.T) {
	t.Parallel()
	cause := errors.New("no route")
	hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause })}
	_, err := newTestClient(t, nil, WithHTTPClient(hc)).Project("p").Exports.List(t.Context(), ExportsIn("failed"))
	if !errors.Is(err, cause) || err.Error() != "GET /projects/p/exports: no route" {
		t.Errorf("error is %v", err)
	}
}

func TestError_retryAfterIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	const date = "Mon, 23 Nov 2026 17:00:00 GMT"
	for name, tc := range map[string]struct {
		status       int
		after, reset string
		remaining    string
		want         time.Duration
		waits        bool
	}{
		"seconds":              {429, "12", "", "", 12 * time.Second, true},
		"none of them":         {503, "0", "", "", 0, true},
		"date":                 {503, "Mon, 23 Nov 2026 17:00:30 GMT", "", "", 30 * time.Second, true},
		"date of another form": {503, "Monday, 23-Nov-26 17:01:00 GMT", "", "", time.Minute, true},
		"date that is past":    {503, "Mon, 23 Nov 2026 16:00:00 GMT", "", "", 0, true},
		"date of next year":    {503, "Tue, 23 Nov 2027 16:00:00 GMT", "", "", 0, false},
		"reset":                {429, "", "7", "", 7 * time.Second, true},
		"reset, used up":       {503, "", "7", "0", 7 * time.Second, true},
		"reset, not used up":   {503, "", "7", "12", 0, false},
		"both":                 {429, "3", "7", "0", 3 * time.Second, true},
		"nonsense, then reset": {429, "-3", "7", "0", 7 * time.Second, true},
		"nonsense":             {429, "soon", "NaN", "0", 0, false},
		"nothing":              {429, "", "", "", 0, false},
	} {
		err := failure(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", date)
			w.Header().Set("Retry-After", tc.after)
			w.Header().Set("X-Ratelimit-Reset", tc.reset)
			w.Header().Set("X-Ratelimit-Remaining", tc.remaining)
			w.WriteHeader(tc.status)
		})
		if err.RetryAfter != tc.want || err.waits != tc.waits {
			t.Errorf("%s: got %v, %v", name, err.RetryAfter, err.waits)
		}
	}
}

func TestError_errorsShowNoSignatureOfALink(t *testing.T) {
	t.Parallel()
	err := failure(t, reply(400, "application/json", `{"error": "cannot fetch 'https://me:pw@example.com/a.zip?sig=s3cr3t#s3cr3t', see https://example.com/help", "detail": "HTTP://%zz?s3cr3t"}`))
	if want := "cannot fetch 'https://example.com/a.zip', see https://example.com/help"; err.Message != want || err.Detail != "[link]" {
		t.Errorf("got %q, %q", err.Message, err.Detail)
	}
}

func TestError_aDetailIsKeptWholeAndShownInPart(t *testing.T) {
	t.Parallel()
	detail := strings.Repeat("unknown-object ", 13_000) + "last"
	err := failure(t, reply(400, "application/json", `{"error": "unknown objects", "detail": "`+detail+`"}`))
	if err.Message != "unknown objects" || err.Detail != detail {
		t.Errorf("kept %q and %d of %d bytes", err.Message, len(err.Detail), len(detail))
	}
	if text := err.Error(); len(text) > 2*maxErrorMessage || !strings.HasSuffix(text, "…") {
		t.Errorf("shown are %d bytes: %.100s", len(text), text)
	}
}
