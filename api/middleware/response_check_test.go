package middleware_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

const pending = `{"id":"` + exportID + `","status":"pending","error_message":"","creation_date":"2020-06-18T08:32:14Z","size":null`

// said is an implementation that answers whatever is asked with this.
func said(status int, body string, header ...string) bare {
	say := func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	return bare{create: say, download: say, remove: say}
}

func TestResponseCheck_aResponseThatBreaksTheContractIsReportedAndRefused(t *testing.T) {
	t.Parallel()
	isJSON := []string{"Content-Type", "application/json"}
	isZIP := []string{"Content-Type", "application/zip"}
	for _, test := range []struct {
		name, method, path string
		status             int
		body               string
		header             []string
		want               string // empty if it fits
	}{
		{"fits", "POST", exports, 201, pending + "}", isJSON, ""},
		{"another success", "POST", exports, 200, pending + `,"more":1}`, []string{"Content-Type", "application/json; charset=utf-8"}, ""},
		{"error", "POST", exports, 400, `{"error":"no"}`, isJSON, ""},
		{"status", "POST", exports, 409, `{"error":"no"}`, isJSON, "exports_create: 409: the operation has no such status"},
		{"type", "POST", exports, 201, pending + `,"description":1}`, isJSON, `exports_create: 201: at "/description": value must be a string`},
		{"missing", "POST", exports, 201, `{"status":"pending","error_message":"","creation_date":"2020-06-18T08:32:14Z","size":1}`, isJSON, `exports_create: 201: at "/id": property "id" is missing`},
		{"secret", "POST", exports, 201, strings.Replace(pending, "pending", "geheim", 1) + "}", isJSON, `exports_create: 201: at "/status": value is not one of the allowed values`},
		{"twice", "POST", exports, 201, pending + `,"id":"1"}`, isJSON, `exports_create: 201: the body is not valid JSON: the member "/id" occurs twice`},
		{"no JSON", "POST", exports, 201, pending, isJSON, `exports_create: 201: the body is not valid JSON: it ends too early`},
		{"content type", "POST", exports, 400, "no", []string{"Content-Type", "text/plain"}, `exports_create: 400: the content type is "text/plain"`},
		{"header", "POST", exports, 201, pending + "}", append([]string{"X-Ratelimit-Remaining", "-1"}, isJSON...), `exports_create: 201: response header "x-ratelimit-remaining" doesn't match schema: number must be at least 0`},
		{"body", "DELETE", exports + one, 200, "gone", nil, "exports_delete: 200: it has a body of 4 bytes"},
		{"no body", "DELETE", exports + one, 204, "", nil, ""},
		{"archive", "GET", exports + one + "/download", 200, "PK", isZIP, ""},
		{"archive as text", "GET", exports + one + "/download", 200, "PK", []string{"Content-Type", "text/html"}, `exports_download: 200: the content type is "text/html"`},
		{"not modified", "GET", exports + one + "/download", 304, "", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, check := range []middleware.ResponseCheck{middleware.ReportResponses, middleware.RefuseResponses} {
				var j journal
				h := plain(t, said(test.status, test.body, test.header...), func(o *middleware.Options) { o.OnError, o.Responses = j.note, check })
				got := call(t, h, test.method, test.path, "{}")
				if test.want == "" || check == middleware.ReportResponses {
					if got.status != test.status || got.body != test.body {
						t.Errorf("%d: got %d %s", check, got.status, got.body)
					}
				} else if got.status != 500 || strings.Contains(got.body, test.want) || !strings.Contains(got.body, `"error"`) {
					t.Errorf("%d: got %d %s", check, got.status, got.body)
				}
				if test.want == "" {
					if len(j.noted) > 0 {
						t.Errorf("%d: %v", check, j.noted)
					}
					continue
				}
				told := j.last(t)
				if !errors.Is(told.err, middleware.ErrResponse) || !strings.HasPrefix(told.err.Error(), "the response breaks the contract: "+test.want) || strings.Contains(told.err.Error(), "geheim") {
					t.Errorf("%d: got  %v\nwant %s", check, told.err, test.want)
				}
				if told.status != got.status {
					t.Errorf("%d: status %d, %d was sent", check, told.status, got.status)
				}
			}
		})
	}
}

func TestResponseCheck_anArchiveIsNotHeldBack(t *testing.T) {
	t.Parallel()
	taken := make(chan struct{})
	impl := bare{download: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/zip")
		_, _ = io.WriteString(w, "PK")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-taken
		_, _ = io.WriteString(w, "end")
	}}
	web := httptest.NewServer(plain(t, impl, func(o *middleware.Options) { o.Responses = middleware.RefuseResponses }))
	defer web.Close()
	req, _ := http.NewRequest("GET", web.URL+exports+one+"/download", nil)
	req.Header.Set("Authorization", token)
	resp, err := web.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	begin := make([]byte, 2)
	_, err = io.ReadFull(resp.Body, begin)
	close(taken)
	rest, restErr := io.ReadAll(resp.Body)
	if err != nil || restErr != nil || string(begin)+string(rest) != "PKend" {
		t.Errorf("%q %v, %q %v", begin, err, rest, restErr)
	}
}

func TestResponseCheck_aResponseThatIsShorterThanItSaysIsReported(t *testing.T) {
	t.Parallel()
	for path, method := range map[string]string{exports: "POST", exports + one + "/download": "GET"} {
		var j journal
		kind, body := "application/json", pending+"}"
		if method == "GET" {
			kind = "application/zip"
		}
		h := plain(t, said(201, body, "Content-Type", kind, "Content-Length", "9999"), func(o *middleware.Options) {
			o.OnError, o.Responses = j.note, middleware.ReportResponses
		})
		call(t, h, method, path, "{}")
		if told := j.last(t).err.Error(); !strings.Contains(told, fmt.Sprintf("Content-Length is \"9999\", and the body has %d bytes", len(body))) {
			t.Errorf("%s: %s", path, told)
		}
	}
}

func TestResponseCheck_aPanicIsAnsweredToo(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{create: func(http.ResponseWriter, *http.Request) { panic("no") }}, func(o *middleware.Options) { o.Responses = middleware.RefuseResponses })
	if got := call(t, h, "POST", exports, "{}"); got.status != 500 || !strings.Contains(got.body, "error") {
		t.Errorf("%d %s", got.status, got.body)
	}
}
