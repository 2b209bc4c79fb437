package middleware_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestEmptyObject_anEmptyArrayIsAnEmptyObjectWhereTheContractHasAnObject(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		`{"deployments":[]}`: `{"deployments":{}}`,
		"{\"deployments\" : [ \r\n\t] , \"pipelines\":{\"p\":[]}}":                                                   "{\"deployments\" : { \r\n\t} , \"pipelines\":{\"p\":{}}}",
		`{"environments":[],"services":[],"environment_variables":[],"pipelines":[],"deployments":[]}`:               `{"environments":{},"services":{},"environment_variables":{},"pipelines":{},"deployments":{}}`,
		`{"deployments":{"d":{"versions":[],"labels":[],"input_fields":[],"environment_variables":[]}}}`:             `{"deployments":{"d":{"versions":{},"labels":{},"input_fields":[],"environment_variables":{}}}}`,
		`{"deployments":{"d":{"versions":{"v":{"ports":[],"environment_variables":{"A":[]}}}}}}`:                     `{"deployments":{"d":{"versions":{"v":{"ports":[],"environment_variables":{"A":{}}}}}}}`,
		`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"o","reference_name":"[]","configuration":[]}]}}}}}`: `{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"o","reference_name":"[]","configuration":{}}]}}}}}`,
		// What the contract does not know stays as it is, and so does what may be anything.
		`{"later":[],"deployments":{"d":{"later":[],"versions":{"v":{"command":[],"later":{"labels":[]}}}}}}`: `{"later":[],"deployments":{"d":{"later":[],"versions":{"v":{"command":[],"later":{"labels":[]}}}}}}`,
		`{"deployments":{"[]":{"description":"[]"}}}`:                                                         `{"deployments":{"[]":{"description":"[]"}}}`,
	} {
		got := ""
		h := plain(t, bare{update: func(w http.ResponseWriter, r *http.Request) {
			got = readAll(t, r)
			w.WriteHeader(http.StatusNoContent)
		}})
		wantStatus(t, call(t, h, "PATCH", imports+one, given), http.StatusNoContent)
		if got != want {
			t.Errorf("%s became\n%s instead of\n%s", given, got, want)
		}
	}
}

func TestEmptyObject_anArrayWithElementsIsNotAnObject(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for body, place := range map[string]string{
		`[]`:                                  "the top level",
		`{"deployments":[1]}`:                 `"/deployments"`,
		`{"deployments":[[]]}`:                `"/deployments"`,
		`{"deployments":[{}],"pipelines":[]}`: `"/deployments"`,
		`{"deployments":{"d":{"versions":[null],"labels":[]}}}`:                                   `"/deployments/d/versions"`,
		`{"pipelines":{"p":{"versions":{"v":{"objects":[[]]}}}}}`:                                 `"/pipelines/p/versions/v/objects/0/`,
		`{"deployments":{"d":{"input_type":[]}}}`:                                                 `"/deployments/d/input_type"`,
		`{"environments":[],"deployments":{"d":{"versions":{"v":{"environment_variables":""}}}}}`: `"/deployments/d/versions/v/environment_variables"`,
	} {
		wantText(t, wantError(t, call(t, h, "PATCH", imports+one, body), http.StatusBadRequest), place)
	}
	for _, broken := range []string{`{"deployments":[]`, `{"deployments":[],"deployments":[]}`, `{"deployments":[]}}`, `{"deployments":[}`, `[`} {
		wantText(t, wantError(t, call(t, h, "PATCH", imports+one, broken), http.StatusBadRequest), "not valid JSON")
	}
}

// The page's own example of a selection, as R writes it.
func TestEmptyObject_aSelectionOfRIsRead(t *testing.T) {
	t.Parallel()
	var got server.ExportsCreateRequestObject
	h := strict(t, stub{create: func(_ context.Context, r server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
		got = r
		return server.ExportsCreate201JSONResponse{}, nil
	}})
	const body = `{"deployments":{"d":{"versions":{"v1":{"environment_variables":[]},"v2":[]},"environment_variables":[]},"e":{"versions":[]}},"environments":{"x":[]},"services":[]}`
	wantStatus(t, call(t, h, "POST", exports+"?all=FALSE", body), http.StatusCreated)
	d := got.Body.Deployments["d"]
	if len(d.Versions) != 2 || d.EnvironmentVariables == nil || d.Versions["v1"].EnvironmentVariables == nil || d.Versions["v2"].EnvironmentVariables != nil ||
		got.Body.Deployments["e"].Versions == nil || len(got.Body.Environments) != 1 || got.Body.Services == nil || got.Body.Pipelines != nil {
		t.Errorf("%+v", got.Body)
	}
}

// Both schemas of requests that are made of others name the place and the reason.
func TestEmptyObject_aBodyMadeOfSharedSchemasIsRefusedWithPlaceAndReason(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for body, parts := range map[string][]string{
		`{"description":1}`: {`"/description"`, "must be a string"},
		`{"description":"` + strings.Repeat("a", 401) + `"}`: {`"/description"`, "maximum string length is 400"},
		`{"deployments":1}`:                      {`"/deployments"`, "must be an object"},
		`{"services":{"s":1}}`:                   {`"/services/s"`, "must be an object"},
		`{"pipelines":{"a/b":{"versions":"x"}}}`: {`"/pipelines/a~1b/versions"`, "must be an object"},
		`{"deployments":{"d":{"versions":{"v":{"environment_variables":{"A":{"include_value":"yes"}}}}}}}`: {
			`"/deployments/d/versions/v/environment_variables/A/include_value"`, "must be a boolean"},
	} {
		wantText(t, wantError(t, call(t, h, "POST", exports, body), http.StatusBadRequest), append(parts, "does not fit the contract")...)
	}
}

func FuzzEmptyObjects(f *testing.F) {
	for _, seed := range []string{
		`{"deployments":[]}`, `{"deployments":{"d":{"versions":[ ],"input_fields":[]}}}`, `[]`, `{"a":[[],[[]]]}`, `{"deployments":[`, "[ \x00]",
		`{"pipelines":{"p":{"versions":{"v":{"objects":[{"configuration":[]}]}}}}}`, `{"\u0064eployments":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		got := bytes.Clone(body)
		if err := middleware.EmptyObjects(got); err != nil {
			t.Fatal(err)
		}
		for i, b := range body {
			if change := string([]byte{b, got[i]}); got[i] != b && change != "[{" && change != "]}" {
				t.Fatalf("%q became %q", body, got)
			}
		}
		if jsontext.Value(body).IsValid() && !jsontext.Value(got).IsValid() || len(got) != len(body) {
			t.Errorf("%q became %q", body, got)
		}
		again := bytes.Clone(got)
		if err := middleware.EmptyObjects(again); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%q became %q, and then %q, %v", body, got, again, err)
		}
	})
}
