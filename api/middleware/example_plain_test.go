package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// direct implements two operations of the interface on net/http; the others are
// answered with 501.
type direct struct{ server.Unimplemented }

func (direct) ExportsDownload(w http.ResponseWriter, r *http.Request, _ models.ProjectName, id models.ExportID, _ models.ExportsDownloadParams) {
	middleware.ServeArchive(w, r, middleware.Archive{Content: strings.NewReader("PK..."), Name: "my export.zip", ETag: id})
}

func (direct) ImportsUpdate(w http.ResponseWriter, r *http.Request, _ models.ProjectName, id models.ImportID) {
	var update models.ImportUpdate
	if err := middleware.ReadJSON(r, &update); err != nil {
		middleware.WriteError(w, r, err)
		return
	}
	if len(update.Deployments) == 0 {
		middleware.WriteError(w, r, errors.New("the disk /dev/sda1 is full"))
		return
	}
	detail := models.ImportDetail{ID: id, Status: models.ImportStatusProcessing, Size: models.Null[int64](), Deployments: update.Deployments}
	if err := middleware.WriteJSON(w, http.StatusOK, detail); err != nil {
		middleware.WriteError(w, r, err)
	}
}

// The interface on net/http, with a log of what the responses withhold.
func ExampleNew() {
	api, err := middleware.New(direct{}, middleware.Options{
		Authenticate: func(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil },
		OnError:      func(_ *http.Request, status int, err error) { fmt.Println("log:", status, err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	web := httptest.NewServer(api)
	defer web.Close()
	const id = "/00000000-0000-4000-8000-000000000001"
	for _, c := range [][]string{
		{"GET", "exports" + id + "/download", ""},
		{"GET", "exports" + id + "/download", "", "Range", "bytes=9-"},
		{"PATCH", "imports" + id, `{"deployments": {"d": {"later": 1}}}`},
		{"PATCH", "imports" + id, `{}`},
		{"GET", "imports", ""},
	} {
		fmt.Println(ask(web.URL+"/v2.1", c...))
	}

	// Output:
	// GET exports/...0001/download: 200 PK...
	// log: 416 416 the archive has no such bytes: it has 5
	// GET exports/...0001/download: 416 {"detail":"it has 5","error":"the archive has no such bytes"}
	// PATCH imports/...0001: 200 {"creation_date":"...","deployments":{"d":{"later":1}},"error_message":"","id":"...0001","size":null,"status":"processing"}
	// log: 500 the disk /dev/sda1 is full
	// PATCH imports/...0001: 500 {"error":"internal server error"}
	// GET imports: 501 {"error":"not implemented"}
}
