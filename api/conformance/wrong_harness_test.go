package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// wrapper makes a server that is wrong in one way.
type wrapper func(next http.Handler) http.Handler

// asks reports whether a request is of a method and a path that ends so; "*"
// stands for one segment.
func asks(r *http.Request, method, path string) bool {
	if r.Method != method {
		return false
	}
	want, got := strings.Split(path, "/"), strings.Split(r.URL.Path, "/")
	if len(got) < len(want) {
		return false
	}
	for i, segment := range got[len(got)-len(want):] {
		if want[i] != "*" && want[i] != segment {
			return false
		}
	}
	return true
}

// recorded is what the right server answers.
func recorded(next http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	return rec
}

func answer(w http.ResponseWriter, status int, header http.Header, body []byte) {
	maps.Copy(w.Header(), header)
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// response changes the responses to a method and a path.
func response(method, path string, change func(rec *httptest.ResponseRecorder, r *http.Request)) wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !asks(r, method, path) {
				next.ServeHTTP(w, r)
				return
			}
			rec := recorded(next, r)
			change(rec, r)
			answer(w, rec.Code, rec.Header(), rec.Body.Bytes())
		})
	}
}

// request changes the requests of a method and a path.
func request(method, path string, change func(r *http.Request)) wrapper {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asks(r, method, path) {
				change(r)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// text replaces a text in successful responses.
func text(method, path, from, to string) wrapper {
	return response(method, path, func(rec *httptest.ResponseRecorder, _ *http.Request) {
		if rec.Code < 300 {
			rec.Body = bytes.NewBufferString(strings.ReplaceAll(rec.Body.String(), from, to))
		}
	})
}

// member sets a member of a JSON response, or takes it away if the value is nil.
func member(method, path, name string, value any) wrapper {
	return response(method, path, func(rec *httptest.ResponseRecorder, _ *http.Request) { setMember(rec, name, value) })
}

func setMember(rec *httptest.ResponseRecorder, name string, value any) {
	var v any
	if rec.Code >= 300 || json.Unmarshal(rec.Body.Bytes(), &v) != nil {
		return
	}
	each, ok := v.([]any)
	if !ok {
		each = []any{v}
	}
	for _, e := range each {
		if e.(map[string]any)[name] = value; value == nil {
			delete(e.(map[string]any), name)
		}
	}
	data, _ := json.Marshal(v)
	rec.Body = bytes.NewBuffer(data)
}

// status replaces the status of responses that have another one.
func status(method, path string, from, to int) wrapper {
	return response(method, path, func(rec *httptest.ResponseRecorder, _ *http.Request) {
		if rec.Code == from {
			rec.Code = to
		}
	})
}

// body replaces the body of requests.
func body(method, path string, change func(string) string) wrapper {
	return request(method, path, func(r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		text := change(string(data))
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	})
}

// header changes the header of requests.
func header(method, path, name, value string) wrapper {
	return request(method, path, func(r *http.Request) {
		if r.Header.Set(name, value); value == "" {
			r.Header.Del(name)
		}
	})
}

// counted numbers the requests by their path.
func counted(change func(n int, rec *httptest.ResponseRecorder)) func(*httptest.ResponseRecorder, *http.Request) {
	var mu sync.Mutex
	seen := map[string]int{}
	return func(rec *httptest.ResponseRecorder, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.URL.Path]++
		change(seen[r.URL.Path], rec)
	}
}
