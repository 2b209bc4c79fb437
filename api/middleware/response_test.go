package middleware_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestResponse_aDownloadThatIsShorterThanDeclaredIsBrokenOff(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{download: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "PK")
	}})
	wantBroken(t, send(t, "GET", listen(t, h)+exports+one+"/download", nil), "PK")
}

func TestResponse_writeErrorAfterTheResponseBeganBreaksItOff(t *testing.T) {
	t.Parallel()
	var j journal
	h := plain(t, bare{download: func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(w, io.MultiReader(strings.NewReader(strings.Repeat("PK", 50_000)), failingWith{io.ErrNoProgress}))
		middleware.WriteError(w, r, err)
		t.Error("WriteError returned")
	}}, func(o *middleware.Options) { o.OnError = j.note })
	wantBroken(t, send(t, "GET", listen(t, h)+exports+one+"/download", nil), strings.Repeat("PK", 50_000))
	if last := j.last(t); last.status != http.StatusOK || last.err == nil {
		t.Errorf("OnError got %+v", last)
	}
}

func TestResponse_aResponseControllerReachesNetHTTP(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusEarlyHints) // does not begin the response yet
		if err := control.Flush(); err != nil {
			t.Error(err)
		}
		middleware.WriteError(w, r, io.ErrNoProgress) // the flush began it
	}})
	wantBroken(t, send(t, "GET", listen(t, h)+exports, nil), "")
}

func TestResponse_earlyHintsLeaveTheResponseOpen(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		middleware.WriteError(w, r, &middleware.Error{Status: http.StatusConflict})
	}})
	wantError(t, send(t, "GET", listen(t, h)+exports, nil), http.StatusConflict)
}

// readerFrom records what the fast path of net/http gets.
type readerFrom struct {
	http.ResponseWriter
	src io.Reader
}

func (w *readerFrom) ReadFrom(src io.Reader) (int64, error) {
	w.src = src
	return io.Copy(struct{ io.Writer }{w.ResponseWriter}, src)
}

func TestResponse_aFileReachesTheFastPathOfNetHTTP(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(name, []byte("PK and more"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := plain(t, bare{download: func(w http.ResponseWriter, r *http.Request) {
		file, err := os.Open(name)
		if err != nil {
			t.Error(err)
			return
		}
		middleware.ServeArchive(w, r, middleware.Archive{Content: file})
		if _, err := file.Stat(); err == nil {
			t.Error("the file is still open")
		}
	}})
	var fast readerFrom
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fast.ResponseWriter = w
		h.ServeHTTP(&fast, r)
	})
	if body := wantStatus(t, call(t, outer, "GET", exports+one+"/download", ""), http.StatusOK); body != "PK and more" {
		t.Error(body)
	}
	limited, ok := fast.src.(*io.LimitedReader)
	if !ok {
		t.Fatalf("net/http gets a %T", fast.src)
	}
	if _, ok := limited.R.(*os.File); !ok {
		t.Errorf("net/http gets a limited %T", limited.R)
	}
}
