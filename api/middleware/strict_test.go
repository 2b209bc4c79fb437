package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestStrict_theStatusOfASuccessIsThatOfTheContract(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	wantStatus(t, call(t, h, "GET", exports, ""), http.StatusOK)
	wantStatus(t, call(t, h, "POST", exports, "{}"), http.StatusCreated)
	wantStatus(t, call(t, h, "POST", imports, "", "Content-Type", formType), http.StatusCreated)
	wantStatus(t, call(t, h, "DELETE", exports+one, ""), http.StatusNoContent)
	wantStatus(t, call(t, h, "PATCH", imports+one, "{}"), http.StatusOK)
}

// listing is a response type of an implementation's own.
type listing int

func (status listing) VisitExportsListResponse(w http.ResponseWriter) error {
	w.WriteHeader(int(status))
	return nil
}

func TestStrict_aResponseTypeOfOnesOwnHasAnyStatusOfSuccessOrOneOfTheContract(t *testing.T) {
	t.Parallel()
	for status, want := range map[listing]int{
		202: 202, 204: 204, 404: 404, 429: 429, 503: 503, 304: 304, // the contract has 404, 429 and 5XX
		0: 500, 7: 500, 301: 500, 418: 500,
	} {
		var j journal
		h := strict(t, stub{list: func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
			return status, nil
		}}, func(o *middleware.Options) { o.OnError = j.note })
		resp := call(t, h, "GET", exports, "")
		if resp.status != want {
			t.Errorf("%d is answered with %d", status, resp.status)
		}
		if want == http.StatusInternalServerError {
			wantText(t, j.last(t).err.Error(), "exports_list", fmt.Sprintf("status %d", status))
		}
	}
}

func TestStrict_aNilListIsAnEmptyArray(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for _, path := range []string{exports, imports} {
		if body := strings.TrimSpace(wantStatus(t, call(t, h, "GET", path, ""), http.StatusOK)); body != "[]" {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestStrict_aNilResponseIs500(t *testing.T) {
	t.Parallel()
	var j journal
	h := strict(t, stub{list: func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
		return nil, nil
	}}, func(o *middleware.Options) { o.OnError = j.note })
	wantError(t, call(t, h, "GET", exports, ""), http.StatusInternalServerError)
	wantText(t, j.last(t).err.Error(), "ExportsList returned neither")
}

func TestStrict_unknownMembersAreKeptInResponses(t *testing.T) {
	t.Parallel()
	unknown := jsontext.Value(`{"later":9007199254740993}`)
	item := models.ExportList{ID: exportID, Unknown: unknown}
	h := strict(t, stub{
		list: func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
			return server.ExportsList200JSONResponse{Body: models.Exports{item, item}}, nil
		},
		create: func(context.Context, server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
			return server.ExportsCreate400JSONResponse{BadRequestJSONResponse: server.BadRequestJSONResponse{
				Body: models.Error{Error: "no", Unknown: unknown}}}, nil
		},
		update: func(_ context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
			return server.ImportsUpdate200JSONResponse{Body: models.ImportDetail{
				ID: r.ImportID, Deployments: r.Body.Deployments, Unknown: r.Body.Unknown}}, nil
		},
	})
	body := wantStatus(t, call(t, h, "GET", exports, ""), http.StatusOK)
	if strings.Count(body, `"later":9007199254740993`) != 2 {
		t.Errorf("the list is %s", body)
	}
	body = wantStatus(t, call(t, h, "POST", exports, "{}"), http.StatusBadRequest)
	wantText(t, body, `"error":"no"`, `"later":9007199254740993`)
	const sent = `{"deployments":{"d":{"later":{},"versions":{"v":{"later":"","labels":{},"zip":null}}}},"later":9007199254740993}`
	body = wantStatus(t, call(t, h, "PATCH", imports+one, sent), http.StatusOK)
	wantText(t, body, `"d":{"versions":{"v":{`, `"later":{}`, `"later":""`, `"labels":{}`, `"zip":null`, `"later":9007199254740993`)
	if strings.Contains(body, "Unknown") {
		t.Errorf("the response is %s", body)
	}
}

func TestStrict_aBrokenDownloadIsAbortedInTheStrictInterface(t *testing.T) {
	t.Parallel()
	var j journal
	lengths := make(chan int64, 1)
	h := strict(t, stub{download: func(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
		return server.ExportsDownload200ApplicationZipResponse{ArchiveApplicationZipResponse: server.ArchiveApplicationZipResponse{
			Body:          io.MultiReader(strings.NewReader(strings.Repeat("PK", 50_000)), failingWith{errors.New("disk gone")}),
			ContentLength: <-lengths,
		}}, nil
	}}, func(o *middleware.Options) { o.OnError = j.note })
	url := listen(t, h) + exports + one + "/download"
	for _, length := range []int64{0, 200_000} { // chunked and not
		lengths <- length
		resp := send(t, "GET", url, nil)
		wantBroken(t, resp, strings.Repeat("PK", 100_000))
		last := j.last(t)
		wantText(t, last.err.Error(), "disk gone")
		if last.status != http.StatusOK {
			t.Errorf("OnError got status %d", last.status)
		}
	}
}

func TestStrict_aDownloadWithoutABodyIs500OrAborted(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{download: func(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
		return server.ExportsDownload200ApplicationZipResponse{}, nil
	}})
	if got, err := trySend(t, "GET", listen(t, h)+exports+one+"/download", nil, -1); err == nil {
		wantBroken(t, got, "")
	}
}

func TestStrict_unimplementedAnswers501Everywhere(t *testing.T) {
	t.Parallel()
	h := strict(t, server.StrictUnimplemented{})
	for _, target := range []string{
		"GET " + exports, "POST " + exports, "GET " + exports + one, "DELETE " + exports + one, "GET " + exports + one + "/download",
		"GET " + imports, "POST " + imports, "GET " + imports + one, "PATCH " + imports + one, "DELETE " + imports + one, "GET " + imports + one + "/download",
	} {
		method, path, _ := strings.Cut(target, " ")
		body, contentType := "{}", "application/json"
		if target == "POST "+imports {
			body, contentType = end, formType
		}
		wantText(t, wantError(t, call(t, h, method, path, body, "Content-Type", contentType), http.StatusNotImplemented), "not implemented")
	}
}
