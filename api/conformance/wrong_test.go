package conformance_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/server"
)

const aSecret = "secret-" // begins the value that the suite gives to a variable

// wrong are servers that are wrong in one way each, and the check that is meant
// for it.
func wrong(token string) []struct {
	name, check string
	server      wrapper
} {
	var (
		oneExport, oneImport = "exports/*", "imports/*"
		exported, imported   = "exports/*/download", "imports/*/download"
	)
	empty := `{"deployments":{},"pipelines":{}}`
	return []struct {
		name, check string
		server      wrapper
	}{
		{"a status that does not exist", "exports/get", member("GET", oneExport, "status", "weird")},
		{"an id that is not a UUID", "exports/create", member("POST", "exports", "id", "not-a-uuid")},
		{"a negative size", "exports/list/created", member("GET", "exports", "size", -5)},
		{"a member is missing", "imports/get", member("GET", oneImport, "error_message", nil)},
		{"a member of another type", "exports/create", member("POST", "exports", "creation_date", 1)},
		{"a date without an offset", "imports/create", member("POST", "imports", "creation_date", "2026-01-01T00:00:00")},
		{"an error in plain text", "exports/get/unknown", response("GET", oneExport, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 404 {
				rec.Header().Set("Content-Type", "text/plain")
			}
		})},
		{"an error without the member error", "imports/get/unknown", response("GET", oneImport, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 404 {
				rec.Body = bytes.NewBufferString(`{"message": "not there"}`)
			}
		})},
		{"JSON as text/html", "exports/list", response("GET", "exports", func(rec *httptest.ResponseRecorder, _ *http.Request) {
			rec.Header().Set("Content-Type", "text/html")
		})},
		{"a rate limit that is not a number", "access/rate-limit", response("GET", "exports", func(rec *httptest.ResponseRecorder, _ *http.Request) {
			rec.Header().Set("X-Ratelimit-Remaining", "many")
		})},
		{"a status that the contract does not have", "exports/delete/unknown", status("DELETE", oneExport, 404, 418)},
		{"the list breaks off", "imports/list", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !asks(r, "GET", "imports") {
					next.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, "[")
				panic(http.ErrAbortHandler)
			})
		}},
		{"a deletion has a body", "exports/delete", response("DELETE", oneExport, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 204 {
				rec.Code, rec.Body = 200, bytes.NewBufferString("gone")
			}
		})},
		{"a bad id is an error of the server", "imports/get/bad-id", status("GET", "imports/not-a-uuid", 400, 500)},
		{"something unknown is a bad request", "exports/download/unknown", status("GET", exported, 404, 400)},
		{"another creation date in the detail", "imports/get", member("GET", oneImport, "creation_date", "2020-01-01T00:00:00Z")},

		{"no token is needed", "access/no-token", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					r.Header.Set("Authorization", "Token "+token)
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"any token will do", "access/wrong-token", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "" {
					r.Header.Set("Authorization", "Token "+token)
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"401 for another project", "access/other-project", status("GET", "exports", 404, 401)},
		{"the project is ignored", "access/other-project", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Path = regexp.MustCompile(`/projects/[^/]+`).ReplaceAllString(r.URL.Path, "/projects/demo")
				next.ServeHTTP(w, r)
			})
		}},
		{"only one base path", "access/both-versions", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v2/") {
					answer(w, 404, http.Header{"Content-Type": {"application/json"}}, []byte(`{"error": "no"}`))
					return
				}
				next.ServeHTTP(w, r)
			})
		}},

		{"the id in the path is ignored", "exports/get/each", firstID("exports")},
		{"the filter is ignored", "exports/list/filter", request("GET", "exports", func(r *http.Request) { r.URL.RawQuery = "" })},
		{"the filter finds nothing", "imports/list/filter", response("GET", "imports", func(rec *httptest.ResponseRecorder, r *http.Request) {
			if r.URL.RawQuery != "" {
				rec.Body = bytes.NewBufferString("[]")
			}
		})},
		{"the list is empty", "imports/list/created", response("GET", "imports", func(rec *httptest.ResponseRecorder, _ *http.Request) {
			rec.Body = bytes.NewBufferString("[]")
		})},
		{"a deletion does nothing", "imports/delete", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asks(r, "DELETE", oneImport) {
					w.WriteHeader(204)
					return
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"a deletion takes all", "exports/delete", deletesAll()},

		{"the status goes back", "exports/settle", response("GET", oneExport, counted(func(n int, rec *httptest.ResponseRecorder) {
			setMember(rec, "status", []string{"processing", "pending", "completed"}[min(n, 3)-1])
		}))},
		{"it is never completed", "exports/settle", member("GET", oneExport, "status", "processing")},
		{"the size stays null", "exports/settle", response("GET", oneExport, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			rec.Body = bytes.NewBufferString(regexp.MustCompile(`"size":\d+`).ReplaceAllString(rec.Body.String(), `"size":null`))
		})},
		{"an error beside a success", "imports/settle", member("GET", oneImport, "error_message", "it went well")},
		{"the size is not that of the archive", "exports/download", member("GET", oneExport, "size", 7)},
		{"a broken download ends cleanly", "exports/download", response("GET", exported, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 200 {
				rec.Body.Truncate(rec.Body.Len() - 1)
			}
		})},
		{"Content-Length is smaller than the body", "imports/download", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := recorded(next, r)
				if !asks(r, "GET", imported) || rec.Code != 200 {
					answer(w, rec.Code, rec.Header(), rec.Body.Bytes())
					return
				}
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				defer conn.Close()
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", rec.Body.Len()-5, rec.Body)
			})
		}},
		{"the archive of an import is not what was uploaded", "imports/download", response("GET", imported, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 200 {
				rec.Body = bytes.NewBuffer(rezipped(rec.Body.Bytes(), func(_, content string) string { return content }))
			}
		})},
		{"206 with the whole archive", "imports/download/range", func(next http.Handler) http.Handler {
			return header("GET", imported, "Range", "")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := recorded(next, r)
				if asks(r, "GET", imported) && rec.Code == 200 {
					rec.Code = 206
				}
				answer(w, rec.Code, rec.Header(), rec.Body.Bytes())
			}))
		}},
		{"a range from another place", "exports/download/range", header("GET", exported, "Range", "bytes=0-7")},
		{"a Content-Range that counts from one", "exports/download/range", response("GET", exported, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if got := rec.Header().Get("Content-Range"); rec.Code == 206 {
				rec.Header().Set("Content-Range", strings.Replace(got, "bytes 1-8", "bytes 2-9", 1))
			}
		})},
		{"a range beyond the end is empty", "exports/download/range-beyond", response("GET", exported, func(rec *httptest.ResponseRecorder, _ *http.Request) {
			if rec.Code == 416 {
				rec.Code, rec.Body = 206, &bytes.Buffer{}
				rec.Header().Set("Content-Type", "application/zip")
			}
		})},
		{"If-Range is ignored", "imports/download/if-range", header("GET", imported, "If-Range", "")},
		{"an archive before it is there", "exports/download/early", early()},

		{"a malformed selection is taken", "exports/create/malformed", body("POST", "exports", func(string) string { return "{}" })},
		{"an unknown member is refused", "exports/create/unknown-member", refuses("POST", "exports", "conformance_member")},
		{"booleans of Python are refused", "exports/create/python-booleans", func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.RawQuery, "=True") {
					answer(w, 400, http.Header{"Content-Type": {"application/json"}}, []byte(`{"error": "not a boolean"}`))
					return
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"a form without a source is taken", "imports/create/no-source", fields(func(f map[string]string) {
			if f["file"] == "" && f["export_id"] == "" {
				f["file"] = "PK\x05\x06" + strings.Repeat("\x00", 18)
			}
		})},
		{"two sources are taken", "imports/create/two-sources", fields(func(f map[string]string) {
			if f["file"] != "" {
				delete(f, "export_id")
			}
		})},
		{"a form that was cut is taken", "imports/create/cut", request("POST", "imports", func(r *http.Request) {
			_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
			data, _ := io.ReadAll(r.Body)
			end := "\r\n--" + params["boundary"] + "--\r\n"
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.TrimSuffix(string(data), end)+end)), -1
		})},
		{"the flag skip_confirmation is lost", "imports/skip-confirmation", fields(func(f map[string]string) { delete(f, "skip_confirmation") })},
		{"the flag skip_confirmation is set by False", "imports/create/python-booleans", fields(func(f map[string]string) {
			if f["skip_confirmation"] != "" {
				f["skip_confirmation"] = "true"
			}
		})},

		{"a dictionary is absent", "imports/scan/offer", member("GET", oneImport, "deployments", nil)},
		{"a secret in the detail", "imports/scan/secret", leaks(oneImport)},
		{"an unknown member is lost in the detail", "imports/scan/unknown-member", text("GET", oneImport, `"conformance_member"`, `"another_member"`)},
		{"an unknown member is lost in an export", "exports/unknown-member", inArchive(func(_, content string) string {
			return strings.ReplaceAll(content, "conformance_member", "another")
		})},
		{"a second confirmation is taken", "imports/confirm/twice", again()},
		{"a malformed confirmation confirms", "imports/confirm/malformed", body("PATCH", oneImport, func(text string) string {
			if strings.HasPrefix(text, "[") {
				return empty
			}
			return text
		})},
		{"another import is confirmed", "imports/confirm/each", firstID("imports")},
		{"a confirmation never ends", "imports/confirm", text("GET", oneImport, `"status":"completed"`, `"status":"processing"`)},
		{"a confirmation {} creates nothing", "imports/confirm/everything", body("PATCH", oneImport, func(text string) string {
			if text == "{}" {
				return empty
			}
			return text
		})},
		{"a confirmation always takes all", "imports/confirm/selection", body("PATCH", oneImport, func(text string) string {
			if strings.HasPrefix(text, "{") && strings.Contains(text, "chosen") {
				return "{}"
			}
			return text
		})},
		{"a secret in an archive", "exports/secret", inArchive(func(name, content string) string {
			if strings.HasSuffix(name, ".yaml") && strings.Contains(content, "CONFORMANCE_VARIABLE") {
				return content + "\nvalue: " + aSecret
			}
			return content
		})},
		{"the flag all is ignored", "exports/all", withoutQuery("all")},
		{"the flag packages is ignored", "exports/without-packages", withoutQuery("packages")},
		{"the selection is not shown", "exports/get/selection", member("GET", oneExport, "deployments", map[string]any{})},
		{"the selection is ignored", "exports/content", body("POST", "exports", func(text string) string {
			if strings.Contains(text, "CONFORMANCE_VARIABLE") {
				return "{}"
			}
			return text
		})},
	}
}

func TestEachWrongServerIsCaughtByTheCheckThatIsMeantForIt(t *testing.T) {
	t.Parallel()
	for _, test := range wrong("") {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, token := reference(t, server.Options{})
			for _, same := range wrong(token) {
				if same.name == test.name {
					h = same.server(h)
				}
			}
			report := run(t, h, token, conformance.Options{Wait: 300 * time.Millisecond})
			for _, r := range report.Results {
				if r.Check == test.check && r.Outcome == conformance.Fail {
					if strings.Contains(r.Message+r.Curl, token) {
						t.Errorf("the report has the token: %+v", r)
					}
					return
				}
			}
			var out strings.Builder
			_ = report.WriteText(&out)
			t.Errorf("%s did not fail:\n%s", test.check, out.String())
		})
	}
}

// run is a whole run against a handler.
func run(t *testing.T, h http.Handler, token string, opts conformance.Options) *conformance.Report {
	t.Helper()
	web := httptest.NewUnstartedServer(h)
	web.Config.ErrorLog = quiet
	web.Start()
	t.Cleanup(web.Close)
	client, err := api.NewClient(api.WithEnv(nil), api.WithHost(web.URL+"/v2.1"), api.WithToken(token), api.WithHTTPClient(web.Client()))
	if err != nil {
		t.Fatal(err)
	}
	opts.Project, opts.Write, opts.Create, opts.Poll = "demo", true, true, time.Millisecond
	report, err := conformance.Run(t.Context(), client, opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// fields changes the fields of a form of imports_create.
func fields(change func(map[string]string)) wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asks(r, "POST", "imports") && r.ContentLength != 0 {
				refill(r, change)
			}
			next.ServeHTTP(w, r)
		})
	}
}

func refill(r *http.Request, change func(map[string]string)) {
	data, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(data))
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form, err := multipart.NewReader(bytes.NewReader(data), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		return // for the right server to refuse
	}
	all := map[string]string{}
	for name, values := range form.Value {
		all[name] = values[0]
	}
	for name, files := range form.File {
		f, _ := files[0].Open()
		content, _ := io.ReadAll(f)
		all[name] = string(content)
	}
	change(all)
	var b bytes.Buffer
	to := multipart.NewWriter(&b)
	for name, value := range all {
		if name == "file" {
			part, _ := to.CreateFormFile(name, "a.zip")
			_, _ = io.WriteString(part, value)
		} else {
			_ = to.WriteField(name, value)
		}
	}
	_ = to.Close()
	r.Header.Set("Content-Type", to.FormDataContentType())
	r.Body, r.ContentLength = io.NopCloser(&b), int64(b.Len())
}

// rezipped changes the files of an archive.
func rezipped(data []byte, change func(name, content string) string) []byte {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return data
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		in, _ := f.Open()
		content, _ := io.ReadAll(in)
		to, _ := w.Create(f.Name)
		_, _ = io.WriteString(to, change(f.Name, string(content)))
	}
	_ = w.SetComment("packed again")
	_ = w.Close()
	return b.Bytes()
}
