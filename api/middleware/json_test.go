package middleware_test

import (
	"math"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestJSON_readJSONAndWriteJSONLoseNothing(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{update: func(w http.ResponseWriter, r *http.Request) {
		var update models.ImportUpdate
		if err := middleware.ReadJSON(r, &update); err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		if err := middleware.WriteJSON(w, http.StatusAccepted, update); err != nil {
			middleware.WriteError(w, r, err)
		}
	}})
	const body = `{"deployments":{"a":{"description":null,"labels":{},"later":[]},"b":{}},"later":9007199254740993}`
	resp := call(t, h, "PATCH", imports+one, body)
	if got := wantStatus(t, resp, http.StatusAccepted); got != body {
		t.Errorf("got %s", got)
	}
	if resp.header.Get("Content-Type") != "application/json" || resp.length != int64(len(body)) {
		t.Errorf("header %v", resp.header)
	}
	text := wantError(t, call(t, h, "PATCH", imports+one, `{"deployments":{"a":{"versions":{"v":{"maximum_instances":1e30}}}}}`), http.StatusBadRequest)
	wantText(t, text, "does not fit", `"/deployments/a/versions/v/maximum_instances"`, "int64")
}

func TestJSON_writeJSONWritesNothingThatDoesNotEncode(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"NaN": math.NaN(), "unknown": models.Error{Unknown: jsontext.Value(`{`)}, "UTF-8": models.Error{Error: "\xff"},
	} {
		h := plain(t, bare{list: func(w http.ResponseWriter, r *http.Request) {
			if err := middleware.WriteJSON(w, http.StatusOK, v); err != nil {
				middleware.WriteError(w, r, err)
				return
			}
			t.Errorf("%s: no error", name)
		}})
		wantError(t, call(t, h, "GET", exports, ""), http.StatusInternalServerError)
	}
}

func TestJSON_writeJSONSendsAnEmptyListForANilOne(t *testing.T) {
	t.Parallel()
	h := plain(t, bare{list: func(w http.ResponseWriter, _ *http.Request) {
		if err := middleware.WriteJSON(w, http.StatusOK, models.Exports(nil)); err != nil {
			t.Error(err)
		}
	}})
	if got := wantStatus(t, call(t, h, "GET", exports, ""), http.StatusOK); got != "[]" {
		t.Error(got)
	}
}
