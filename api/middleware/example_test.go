package middleware_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// shelf is a whole server: its exports are completed at once and empty,
// its imports wait for a confirmation and are completed by it.
type shelf struct {
	exports  map[string]models.ExportList
	imports  map[string]models.ImportList
	archives map[string]string
}

func find[T any](objects map[string]T, id string) (T, error) {
	object, ok := objects[id]
	if !ok {
		return object, &middleware.Error{Status: http.StatusNotFound, Message: "there is no " + id}
	}
	return object, nil
}

func (s shelf) keep(archive string) (id string, size models.Nullable[int64], now time.Time) {
	id = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.archives)+1)
	s.archives[id] = archive
	return id, models.Value(int64(len(archive))), time.Now().UTC()
}

func (s shelf) ExportsList(_ context.Context, r server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
	other := func(e models.ExportList) bool { return r.Params.Status != nil && *r.Params.Status != e.Status }
	return server.ExportsList200JSONResponse{Body: slices.DeleteFunc(slices.Collect(maps.Values(s.exports)), other)}, nil
}
func (s shelf) ExportsCreate(context.Context, server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
	id, size, now := s.keep("PK\x05\x06" + strings.Repeat("\x00", 18))
	s.exports[id] = models.ExportList{ID: id, Status: models.ExportStatusCompleted, CreationDate: models.Time{Time: now}, Size: size}
	return server.ExportsCreate201JSONResponse{Body: s.exports[id]}, nil
}
func (s shelf) ExportsGet(_ context.Context, r server.ExportsGetRequestObject) (server.ExportsGetResponseObject, error) {
	e, err := find(s.exports, r.ExportID)
	return server.ExportsGet200JSONResponse{Body: models.ExportDetail{ID: e.ID, Status: e.Status, CreationDate: e.CreationDate, Size: e.Size}}, err
}
func (s shelf) ExportsDelete(_ context.Context, r server.ExportsDeleteRequestObject) (server.ExportsDeleteResponseObject, error) {
	_, err := find(s.exports, r.ExportID)
	delete(s.exports, r.ExportID)
	return server.ExportsDelete204Response{}, err
}
func (s shelf) ExportsDownload(_ context.Context, r server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
	e, err := find(s.exports, r.ExportID)
	return middleware.Archive{Content: strings.NewReader(s.archives[e.ID]), Name: "export.zip", ETag: e.ID}, err
}

func (s shelf) ImportsList(_ context.Context, r server.ImportsListRequestObject) (server.ImportsListResponseObject, error) {
	other := func(i models.ImportList) bool { return r.Params.Status != nil && *r.Params.Status != i.Status }
	return server.ImportsList200JSONResponse{Body: slices.DeleteFunc(slices.Collect(maps.Values(s.imports)), other)}, nil
}
func (s shelf) ImportsCreate(_ context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
	var archive strings.Builder // a real server streams it to its place
	form, err := middleware.ReadImportForm(r.Body, func(r io.Reader) error { _, err := io.Copy(&archive, r); return err })
	if err != nil {
		return nil, err
	}
	if form.ExportID != "" {
		if _, err = find(s.exports, form.ExportID); err != nil {
			return nil, err
		}
		archive.WriteString(s.archives[form.ExportID])
	}
	status := models.ImportStatusConfirmation
	if form.SkipConfirmation {
		status = models.ImportStatusCompleted
	}
	id, size, now := s.keep(archive.String())
	s.imports[id] = models.ImportList{ID: id, Status: status, CreationDate: models.Time{Time: now}, Size: size}
	return server.ImportsCreate201JSONResponse{Body: s.imports[id]}, nil
}
func (s shelf) ImportsGet(_ context.Context, r server.ImportsGetRequestObject) (server.ImportsGetResponseObject, error) {
	i, err := find(s.imports, r.ImportID)
	return server.ImportsGet200JSONResponse{Body: models.ImportDetail{ID: i.ID, Status: i.Status, CreationDate: i.CreationDate, Size: i.Size}}, err
}
func (s shelf) ImportsUpdate(_ context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
	i, err := find(s.imports, r.ImportID)
	if err != nil || i.Status != models.ImportStatusConfirmation {
		return nil, cmp.Or(err, error(&middleware.Error{Status: http.StatusConflict, Message: "it was confirmed before"}))
	}
	i.Status = models.ImportStatusCompleted
	s.imports[i.ID] = i
	return server.ImportsUpdate200JSONResponse{Body: models.ImportDetail{ID: i.ID, Status: i.Status, CreationDate: i.CreationDate, Size: i.Size}}, nil
}
func (s shelf) ImportsDelete(_ context.Context, r server.ImportsDeleteRequestObject) (server.ImportsDeleteResponseObject, error) {
	_, err := find(s.imports, r.ImportID)
	delete(s.imports, r.ImportID)
	return server.ImportsDelete204Response{}, err
}
func (s shelf) ImportsDownload(_ context.Context, r server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
	i, err := find(s.imports, r.ImportID)
	return middleware.Archive{Content: strings.NewReader(s.archives[i.ID]), Name: "import.zip", ETag: i.ID}, err
}

// newShelf is a handler with a new shelf, which serves one request at a time.
func newShelf() (http.Handler, error) {
	api, err := middleware.NewStrict(shelf{map[string]models.ExportList{}, map[string]models.ImportList{}, map[string]string{}}, middleware.Options{
		Authenticate: func(ctx context.Context, c middleware.Credentials) (context.Context, error) {
			switch {
			case c.Token != "letmein":
				return nil, &middleware.Error{Status: http.StatusUnauthorized, Message: "the token is not known"}
			case c.Project != "demo":
				return nil, &middleware.Error{Status: http.StatusNotFound, Message: "there is no " + c.Project}
			}
			return ctx, nil
		},
	})
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		api.ServeHTTP(w, r)
	}), err
}

// A whole server in 100 lines, and its responses.
func Example() {
	handler, err := newShelf()
	if err != nil {
		log.Fatal(err)
	}
	web := httptest.NewServer(handler)
	defer web.Close()
	const exports, imports, id = "exports", "imports", "/00000000-0000-4000-8000-00000000000"
	for _, c := range [][]string{
		{"GET", exports, "", "Authorization", "Token wrong"},
		{"GET", exports, ""},
		{"POST", exports, `{"deployments": ["first"]}`},
		{"POST", exports, `{"deployments": {"first": {}}}`},
		{"GET", exports + id + "1/download", "", "Range", "bytes=0-1"},
		{"POST", imports, "--B--", "Content-Type", "multipart/form-data; boundary=B"},
		{"POST", imports, "--B\r\nContent-Disposition: form-data; name=file\r\n\r\nPK\r\n--B--\r\n", "Content-Type", "multipart/form-data; boundary=B"},
		{"PATCH", imports + id + "2", "{}"},
		{"PATCH", imports + id + "2", "{}"},
		{"DELETE", imports + id + "2", ""},
		{"GET", imports + id + "2", ""},
		{"PUT", imports, ""},
	} {
		fmt.Println(ask(web.URL+"/v2.1", c...))
	}

	// Output:
	// GET exports: 401 {"error":"the token is not known"}
	// GET exports: 200 []
	// POST exports: 400 {"detail":"at \"/deployments\": value must be an object","error":"the body does not fit the contract"}
	// POST exports: 201 {"creation_date":"...","error_message":"","id":"...0001","size":22,"status":"completed"}
	// GET exports/...0001/download: 206 PK
	// POST imports: 400 {"error":"the form cannot be used: it has no source; give exactly one of file, import_link and export_id"}
	// POST imports: 201 {"creation_date":"...","error_message":"","id":"...0002","size":2,"status":"confirmation"}
	// PATCH imports/...0002: 200 {"creation_date":"...","error_message":"","id":"...0002","size":2,"status":"completed"}
	// PATCH imports/...0002: 409 {"error":"it was confirmed before"}
	// DELETE imports/...0002: 204
	// GET imports/...0002: 404 {"error":"there is no ...0002"}
	// PUT imports: 405 {"detail":"allowed here: GET, HEAD, POST","error":"method not allowed"}
}

// ask sends a request and returns what came back in a line.
func ask(api string, c ...string) string {
	r, err := http.NewRequest(c[0], api+"/projects/demo/"+c[1], strings.NewReader(c[2]))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Authorization", "Token letmein")
	for i := 3; i < len(c); i += 2 {
		r.Header.Set(c[i], c[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	line := strings.TrimSpace(fmt.Sprintf("%s %s: %d %s", c[0], c[1], resp.StatusCode, body))
	line = regexp.MustCompile(`"creation_date":"[^"]*"`).ReplaceAllString(line, `"creation_date":"..."`)
	return strings.ReplaceAll(line, "00000000-0000-4000-8000-00000000", "...")
}
