package middleware_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

const formType = "multipart/form-data; boundary=B"

func TestBody_aJSONBodyOverTheLimitIs413(t *testing.T) {
	t.Parallel()
	url := listen(t, strict(t, stub{}, func(o *middleware.Options) { o.MaxJSONBody = 100 }))
	fits := `{"a":"` + strings.Repeat("x", 92) + `"}`
	wantStatus(t, send(t, "POST", url+exports, strings.NewReader(fits)), http.StatusCreated)
	text := wantError(t, send(t, "POST", url+exports, strings.NewReader(fits+" ")), http.StatusRequestEntityTooLarge)
	wantText(t, text, "at most 100 bytes")
	// Without a Content-Length it shows only while reading.
	text = wantError(t, send(t, "POST", url+exports, io.MultiReader(strings.NewReader(fits), strings.NewReader(" "))), http.StatusRequestEntityTooLarge)
	wantText(t, text, "at most 100 bytes")
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) { u.t.Error("the body was read"); return 0, io.EOF }

func TestBody_aBodyThatStatesMoreThanTheLimitIs413BeforeItIsRead(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{}, func(o *middleware.Options) { o.MaxJSONBody = 100; o.MaxUpload = 100 })
	for path, contentType := range map[string]string{exports: "application/json", imports: formType} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", path, unread{t})
		setHeader(r, []string{"Content-Type", contentType})
		r.ContentLength = 101
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		wantText(t, wantError(t, readAnswer(t, w.Result()), http.StatusRequestEntityTooLarge), "at most 100 bytes")
	}
}

func TestBody_aJSONBodyThatBreaksOffIs400(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	r := httptest.NewRequestWithContext(t.Context(), "POST", exports, io.MultiReader(strings.NewReader("{"), failing{}))
	r.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	wantText(t, wantError(t, readAnswer(t, w.Result()), http.StatusBadRequest), "did not arrive whole")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line is cut") }

func TestBody_aFormNeedsItsContentType(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for contentType, part := range map[string]string{
		"": "missing", "application/json": "not multipart/form-data", "multipart/mixed; boundary=B": "not multipart/form-data",
		"multipart/form-data": "no boundary", "multipart/form-data; boundary=": "malformed",
		"multipart/form-data; boundary": "malformed", ";": "malformed",
	} {
		wantText(t, wantError(t, call(t, h, "POST", imports, "--B--\r\n", "Content-Type", contentType), http.StatusBadRequest), part)
	}
	wantStatus(t, call(t, h, "POST", imports, "--B--\r\n", "Content-Type", formType), http.StatusCreated)
	wantStatus(t, call(t, h, "POST", imports, "--B--\r\n", "Content-Type", `Multipart/Form-Data; charset=x; boundary="B"`), http.StatusCreated)
}

// uploading is an implementation that discards the archive as it arrives.
func uploading(size *atomic.Int64) stub {
	return stub{upload: func(_ context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
		_, err := middleware.ReadImportForm(r.Body, func(archive io.Reader) error {
			n, err := io.Copy(io.Discard, archive)
			size.Store(n)
			return err
		})
		return server.ImportsCreate201JSONResponse{}, err
	}}
}

// formOf is a form with an archive of so many bytes, made while it is sent.
func formOf(size int64) (io.Reader, int64) {
	const head = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/zip\r\n\r\n"
	const tail = "\r\n--B\r\nContent-Disposition: form-data; name=\"skip_confirmation\"\r\n\r\nTrue\r\n--B--\r\n"
	return io.MultiReader(strings.NewReader(head), io.LimitReader(letters{}, size), strings.NewReader(tail)),
		int64(len(head)) + size + int64(len(tail))
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestBody_anUploadOverTheLimitIs413(t *testing.T) {
	t.Parallel()
	var size atomic.Int64
	var j journal
	url := listen(t, strict(t, uploading(&size), func(o *middleware.Options) { o.MaxUpload = 1 << 20; o.OnError = j.note }))
	for _, c := range []struct {
		size, length int64 // length -1: chunked
		status       int
	}{{1 << 19, 0, 201}, {1 << 20, 0, 413}, {1 << 20, -1, 413}, {1 << 19, -1, 201}} {
		body, length := formOf(c.size)
		if c.length != 0 {
			length = c.length
		}
		resp, err := trySend(t, "POST", url+imports, body, length, "Content-Type", formType)
		if err != nil {
			t.Fatal(err)
		}
		if c.status == 201 {
			wantStatus(t, resp, c.status)
			if n := size.Load(); n != c.size {
				t.Errorf("%d bytes arrived", n)
			}
			continue
		}
		wantText(t, wantError(t, resp, c.status), "at most 1048576 bytes")
	}
}

func TestBody_aFormThatEndsInsideThePartHeaderIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	var size atomic.Int64
	h := strict(t, uploading(&size))
	body, _ := formOf(10)
	whole, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) - 2 { // the last line break may be missing
		wantError(t, call(t, h, "POST", imports, string(whole[:cut]), "Content-Type", formType), http.StatusBadRequest)
	}
	wantStatus(t, call(t, h, "POST", imports, string(whole[:len(whole)-2]), "Content-Type", formType), http.StatusCreated)
	wantStatus(t, call(t, h, "POST", imports, string(whole)+"\r\nepilogue", "Content-Type", formType), http.StatusCreated)
}

// It measures what the whole process allocates, so it does not run in
// parallel with others.
func TestBody_a128MiBUploadIsNotHeldInMemory(t *testing.T) {
	const size = 128 << 20
	var got atomic.Int64
	refuse := func(o *middleware.Options) {
		o.Authenticate = func(context.Context, middleware.Credentials) (context.Context, error) {
			return nil, &middleware.Error{Status: http.StatusUnauthorized}
		}
	}
	for _, c := range []struct {
		name   string
		url    string
		status int
		size   int64
	}{
		{"good token", listen(t, strict(t, uploading(&got))), http.StatusCreated, size},
		{"good token and a limit", listen(t, strict(t, uploading(&got), func(o *middleware.Options) { o.MaxUpload = size + 1024 })), http.StatusCreated, size},
		{"bad token", listen(t, strict(t, uploading(&got), refuse)), http.StatusUnauthorized, 0},
	} {
		got.Store(0)
		upload := func() {
			body, length := formOf(size)
			resp, err := trySend(t, "POST", c.url+imports, body, length, "Content-Type", formType)
			if err != nil {
				if c.status == http.StatusUnauthorized {
					return // the server may close before all has been sent
				}
				t.Fatal(err)
			}
			wantStatus(t, resp, c.status)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		upload()
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d KiB", c.name, allocated>>10)
		if allocated >= 1<<20 {
			t.Errorf("%s: %d bytes were allocated", c.name, allocated)
		}
		if n := got.Load(); n != c.size {
			t.Errorf("%s: %d bytes arrived", c.name, n)
		}
	}
}

func TestBody_aFormIsReadByTheNonStrictInterfaceToo(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{upload: func(w http.ResponseWriter, r *http.Request) {
		form, err := r.MultipartReader()
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		var archive bytes.Buffer
		read, err := middleware.ReadImportForm(form, func(r io.Reader) error {
			_, err := archive.ReadFrom(r)
			return err
		})
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		if _, err := fmt.Fprintf(w, "%s %+v", archive.String(), read); err != nil {
			t.Error(err)
		}
	}})
	body, _ := formOf(3)
	whole, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	text := wantStatus(t, call(t, h, "POST", imports, string(whole), "Content-Type", formType), http.StatusOK)
	wantText(t, text, "aaa {", "HasFile:true", "SkipConfirmation:true")
	wantError(t, call(t, h, "POST", imports, "--B--\r\n", "Content-Type", formType), http.StatusBadRequest)
}
