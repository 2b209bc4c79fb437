package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

var quiet = log.New(io.Discard, "", 0) // connections are broken off on purpose

// firstID takes the first id that it sees for every other one.
func firstID(kind string) wrapper {
	var mu sync.Mutex
	var id string
	one := regexp.MustCompile("/" + kind + "/[0-9a-f-]{36}$")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !one.MatchString(r.URL.Path) || r.Method == "DELETE" {
				next.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			probe := r.Clone(r.Context())
			probe.Method, probe.Body = "GET", http.NoBody
			probe.URL.Path = one.ReplaceAllString(r.URL.Path, "/"+kind+"/"+id)
			if id == "" || recorded(next, probe).Code != 200 { // it is gone
				id = r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
			}
			r.URL.Path = one.ReplaceAllString(r.URL.Path, "/"+kind+"/"+id)
			mu.Unlock()
			next.ServeHTTP(w, r)
		})
	}
}

// deletesAll deletes every export with the one that was meant.
func deletesAll() wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := recorded(next, r)
			if asks(r, "DELETE", "exports/*") && rec.Code == 204 {
				list := r.Clone(r.Context())
				list.Method, list.Body = "GET", http.NoBody
				list.URL.Path = r.URL.Path[:strings.LastIndex(r.URL.Path, "/")]
				var all []struct {
					ID string `json:"id"`
				}
				_ = json.Unmarshal(recorded(next, list).Body.Bytes(), &all)
				for _, e := range all {
					one := r.Clone(r.Context())
					one.URL.Path = list.URL.Path + "/" + e.ID
					recorded(next, one)
				}
			}
			answer(w, rec.Code, rec.Header(), rec.Body.Bytes())
		})
	}
}

// early has every export pending for two reads, and its archive at once.
func early() wrapper {
	pending := func(rec *httptest.ResponseRecorder) {
		setMember(rec, "status", "pending")
		rec.Body = bytes.NewBufferString(regexp.MustCompile(`"size":\d+`).ReplaceAllString(rec.Body.String(), `"size":null`))
	}
	reads := response("GET", "exports/*", counted(func(n int, rec *httptest.ResponseRecorder) {
		if n <= 2 {
			pending(rec)
		}
	}))
	created := response("POST", "exports", func(rec *httptest.ResponseRecorder, _ *http.Request) { pending(rec) })
	archive := response("GET", "exports/*/download", func(rec *httptest.ResponseRecorder, _ *http.Request) {
		if rec.Code == 409 {
			rec.Code, rec.Body = 200, bytes.NewBufferString("PK\x05\x06"+strings.Repeat("\x00", 18))
			rec.Header().Set("Content-Type", "application/zip")
		}
	})
	return func(next http.Handler) http.Handler { return reads(created(archive(next))) }
}

// refuses answers 400 to bodies with a text.
func refuses(method, path, text string) wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(data))
			if asks(r, method, path) && bytes.Contains(data, []byte(text)) {
				answer(w, 400, http.Header{"Content-Type": {"application/json"}}, []byte(`{"error": "an unknown member"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// again answers a confirmation that comes too late as if it were the first.
func again() wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := recorded(next, r)
			if asks(r, "PATCH", "imports/*") && rec.Code == 409 {
				get := r.Clone(r.Context())
				get.Method, get.Body = "GET", http.NoBody
				rec = recorded(next, get)
			}
			answer(w, rec.Code, rec.Header(), rec.Body.Bytes())
		})
	}
}

// values are those that were uploaded for the variable of the suite.
func values(into *sync.Map) wrapper {
	found := regexp.MustCompile(aSecret + "[0-9a-f]+")
	return request("POST", "imports", func(r *http.Request) {
		refill(r, func(f map[string]string) {
			rezipped([]byte(f["file"]), func(_, content string) string {
				if value := found.FindString(content); value != "" {
					into.Store("value", value)
				}
				return content
			})
		})
	})
}

// leaks shows the value of a secret in details.
func leaks(path string) wrapper {
	var seen sync.Map
	show := response("GET", path, func(rec *httptest.ResponseRecorder, _ *http.Request) {
		if value, ok := seen.Load("value"); ok {
			setMember(rec, "leak", value)
		}
	})
	return func(next http.Handler) http.Handler { return values(&seen)(show(next)) }
}

// inArchive changes the files in archives of exports; a secret begins what stands
// for the value that was uploaded.
func inArchive(change func(name, content string) string) wrapper {
	var seen sync.Map
	pack := response("GET", "exports/*/download", func(rec *httptest.ResponseRecorder, _ *http.Request) {
		if rec.Code != 200 {
			return
		}
		value, _ := seen.Load("value")
		dirty := false
		packed := rezipped(rec.Body.Bytes(), func(name, content string) string {
			changed := change(name, content)
			if text, ok := value.(string); ok {
				changed = strings.ReplaceAll(changed, "value: "+aSecret, "value: "+text)
			}
			dirty = dirty || changed != content
			return changed
		})
		if dirty {
			rec.Body = bytes.NewBuffer(packed)
		}
	})
	return func(next http.Handler) http.Handler { return values(&seen)(pack(next)) }
}

// withoutQuery ignores a parameter.
func withoutQuery(name string) wrapper {
	return request("POST", "exports", func(r *http.Request) {
		query := r.URL.Query()
		query.Del(name)
		r.URL.RawQuery = query.Encode()
	})
}
