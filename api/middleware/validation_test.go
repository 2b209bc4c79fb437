package middleware_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestValidation_aBadParameterIs400AndNamed(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for target, parts := range map[string][]string{
		"GET " + exports + "?status=odd":                                    {"query parameter status", `"pending"`},
		"GET " + exports + "?status=":                                       {"query parameter status"},
		"GET " + exports + "?status=scanning":                               {"query parameter status"}, // that of imports
		"GET " + exports + "?status=failed&status=failed":                   {"query parameter status", "more than once"},
		"GET " + exports + "?status=%zz":                                    {"query is malformed"},
		"POST " + exports + "?all=maybe":                                    {"query parameter all", "not a boolean"},
		"POST " + exports + "?all=t":                                        {"query parameter all", "not a boolean"}, // as in forms
		"POST " + exports + "?packages=":                                    {"query parameter packages", "empty"},
		"POST " + exports + "?all=true&all=false":                           {"query parameter all", "more than once"},
		"GET " + base + "/projects/Demo/exports":                            {"path parameter project_name", "regular expression"},
		"GET " + base + "/projects/%2e%2e/exports":                          {"path parameter project_name"},
		"GET " + base + "/projects/a%2fb/exports":                           {"path parameter project_name"},
		"GET " + base + "/projects/%ff/exports":                             {"path parameter project_name"},
		"GET " + base + "/projects/" + strings.Repeat("a", 65) + "/exports": {"path parameter project_name", "64"},
		"GET " + exports + "/42":                                            {"path parameter export_id", "UUID"},
		"GET " + exports + "/" + exportID + "0":                             {"path parameter export_id", "UUID"},
		"DELETE " + imports + "/{" + exportID + "}":                         {"path parameter import_id", "UUID"},
		"PATCH " + imports + "/urn:uuid:" + exportID:                        {"path parameter import_id", "UUID"},
	} {
		method, path, _ := strings.Cut(target, " ")
		wantText(t, wantError(t, call(t, h, method, path, "{}"), http.StatusBadRequest), parts...)
	}
	twice := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header["Range"] = []string{"bytes=0-1", "bytes=2-3"}
		h.ServeHTTP(w, r)
	})
	wantText(t, wantError(t, call(t, twice, "GET", exports+one+"/download", ""), http.StatusBadRequest), "header parameter Range")
}

func TestValidation_UUIDsOfEveryVersionAndCaseAreAccepted(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for _, id := range []string{
		exportID, strings.ToUpper(exportID), "01890a5d-ac96-774b-bcce-b302099a8057", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		"00000000-0000-0000-0000-000000000000",
	} {
		wantText(t, wantStatus(t, call(t, h, "GET", exports+"/"+id, ""), http.StatusOK), id)
	}
}

func TestValidation_booleansInTheQueryAreReadAsTheOfficialClientWritesThem(t *testing.T) {
	t.Parallel()
	var got models.ExportsCreateParams
	h := strict(t, stub{create: func(_ context.Context, r server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
		got = r.Params
		return server.ExportsCreate201JSONResponse{}, nil
	}})
	for query, want := range map[string][2]string{
		"": {"nil", "nil"}, "?all=True&packages=False": {"true", "false"}, "?all=false": {"false", "nil"},
		"?all=1&packages=0&later=addition": {"true", "false"},
		"?all=TRUE&packages=FALSE":         {"true", "false"}, // R writes these
		"?all=fAlSe&packages=tRuE":         {"false", "true"},
	} {
		wantStatus(t, call(t, h, "POST", exports+query, "{}"), http.StatusCreated)
		if text := [2]string{boolText(got.All), boolText(got.Packages)}; text != want {
			t.Errorf("%q: all and packages are %v", query, text)
		}
	}
}

func boolText(b *bool) string {
	switch {
	case b == nil:
		return "nil"
	case *b:
		return "true"
	}
	return "false"
}

// What wraps a handler must see the request as it came.
func TestValidation_booleansInTheQueryStayAsTheyCameForOthers(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	const query = "all=TRUE&later=%41&packages=False"
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		if r.URL.RawQuery != query {
			t.Errorf("the query became %s", r.URL.RawQuery)
		}
	})
	wantStatus(t, call(t, outer, "POST", exports+"?"+query, "{}"), http.StatusCreated)
}

func TestValidation_anUnknownQueryParameterIsIgnored(t *testing.T) {
	t.Parallel()
	wantStatus(t, call(t, strict(t, stub{}), "GET", exports+"?later=addition&status=failed", ""), http.StatusOK)
}

func TestValidation_aBodyThatDoesNotFitIs400AndNamesThePlaceWithoutTheValue(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	for body, parts := range map[string][]string{
		``:                       {"empty"},
		" \r\n\t":                {"empty"},
		strings.Repeat(" ", 100): {"empty"},
		`null`:                   {"the top level", "nullable"},
		`[]`:                     {"the top level", "object"},
		`"s3cret"`:               {"the top level", "object"},
		`{} {}`:                  {"not valid JSON", "byte 3"},
		`{}s3cret`:               {"not valid JSON"},
		`{"a":1,"a":2}`:          {"not valid JSON", `"/a"`, "twice"},
		`{"deployments":{"d":{"labels":{"x":"s3cret","x":"s3cret"}}}}`: {`"/deployments/d/labels/x"`, "twice"},
		`{"deployments":`:            {"not valid JSON", "too early"},
		"{\"a\":\"\xff\"}":           {"not valid JSON"},
		`{"a":"\s3cret"}`:            {"not valid JSON", `"/a"`},
		`{"a":s3cret}`:               {"not valid JSON"},
		`{"deployments":["s3cret"]}`: {`"/deployments"`, "object"},
		`{"environment_variables":{"A":{"value":{"s3cret":1}}}}`:                                    {`"/environment_variables/A/value"`, "string"},
		`{"environment_variables":{"A/B~":{"value":"x","secret":"s3cret"}}}`:                        {`"/environment_variables/A~1B~0/secret"`, "boolean"},
		`{"deployments":{"d":{"input_type":["s3cret"]}}}`:                                           {`"/deployments/d/input_type"`, "string"},
		`{"deployments":{"d":{"input_fields":[{"name":"a","data_type":"int"},{"name":"s3cret"}]}}}`: {`"/deployments/d/input_fields/1/data_type"`, "missing"},
		`{"deployments":{"d":{"versions":{"v":{"minimum_instances":1.5}}}}}`:                        {`"/deployments/d/versions/v/minimum_instances"`, "integer"},
		`{"deployments":{"d":{"versions":{"v":{"minimum_instances":92233720368547758089}}}}}`:       {`"/deployments/d/versions/v/minimum_instances"`, "int64"},
		`{"deployments":{"d":{"versions":{"v":{"minimum_instances":1e999}}}}}`:                      {`"/deployments/d/versions/v/minimum_instances"`},
		`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"s3cret"}]}}}}}`:                    {`"/pipelines/p/versions/v/objects/0/reference_name"`, "missing"},
		`{"` + strings.Repeat("s", 5000) + `":{},"deployments":1}`:                                  {`"/deployments"`},
		`{"deployments":{"` + strings.Repeat("long", 5000) + `":1}}`:                                {`"/deployments/long`, "..."},
		strings.Repeat(`{"a":`, 20000) + `1` + strings.Repeat(`}`, 20000):                           {"not valid JSON"},
	} {
		text := wantError(t, call(t, h, "PATCH", imports+one, body), http.StatusBadRequest)
		wantText(t, text, parts...)
		if strings.Contains(text, "s3cret") || len(text) > 1000 {
			t.Errorf("%.60s: the response is %s", body, text)
		}
	}
}

func TestValidation_aBodyIsHandedOnAsItCame(t *testing.T) {
	t.Parallel()
	const body = `{"later": 9007199254740993, "big": 1e999, "deployments": {"d": {"description": null, "labels": {},` +
		` "later": {"a": [0.10]}, "versions": {"v": {"environment_variables": {"A": {"value": ""}}, "maximum_idle_time": 9007199254740993}}}}}`
	var got []byte
	h := plain(t, bare{update: func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != int64(len(body)) {
			t.Errorf("ContentLength is %d", r.ContentLength)
		}
		got = []byte(readAll(t, r))
		w.WriteHeader(http.StatusNoContent)
	}})
	for _, contentType := range []string{"", "application/json", "text/plain", "application/json; charset=utf-8", "\x01"} {
		wantStatus(t, call(t, h, "PATCH", imports+one, body, "Content-Type", contentType), http.StatusNoContent)
		if string(got) != body {
			t.Errorf("%q: the body became %s", contentType, got)
		}
	}
}

func TestValidation_theStrictInterfaceGetsEveryMemberOfTheBody(t *testing.T) {
	t.Parallel()
	var got *models.ImportUpdate
	h := strict(t, stub{update: func(_ context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
		got = r.Body
		return server.ImportsUpdate200JSONResponse{}, nil
	}})
	const body = `{"deployments":{"d":{"labels":null,"versions":{"v":{"maximum_idle_time":9007199254740993,"later":true}},"later":1}},"later":9007199254740993}`
	wantStatus(t, call(t, h, "PATCH", imports+one, body), http.StatusOK)
	d := got.Deployments["d"]
	if idle, _ := d.Versions["v"].MaximumIdleTime.Get(); idle != 9007199254740993 || !d.Labels.IsNull() {
		t.Errorf("got %+v", d)
	}
	for place, want := range map[string]string{string(got.Unknown): `{"later":9007199254740993}`, string(d.Unknown): `{"later":1}`} {
		if place != want {
			t.Errorf("unknown members %s instead of %s", place, want)
		}
	}
}

func TestValidation_getAndDeleteWithAJSONContentTypePass(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{})
	wantStatus(t, call(t, h, "GET", exports, "", "Content-Type", "application/json"), http.StatusOK)
	wantStatus(t, call(t, h, "DELETE", exports+one, "", "Content-Type", "application/json"), http.StatusNoContent)
	wantStatus(t, call(t, h, "DELETE", exports+one, "{}", "Content-Type", "application/json"), http.StatusNoContent)
}

func TestValidation_noFormatIsRegisteredForTheWholeProgram(t *testing.T) {
	t.Parallel()
	wantError(t, call(t, strict(t, stub{}), "GET", exports+"/42", ""), http.StatusBadRequest)
	for _, name := range []string{"uuid", "uri"} {
		if openapi3.SchemaStringFormats[name] != nil {
			t.Errorf("the format %s is registered", name)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		``, ` `, `null`, `{}`, `[]`, `{"later":[1,-2.50e3,"x",true,false,null,{}]}`, `{"a":1,"a":2}`, `{} {}`, `{"a"}`, `{"a":[1,]}`, "\ufeff{}",
		`{"deployments":{"d":{"labels":{"a":"b"},"input_fields":[{"name":"a","data_type":"int"}],"versions":{"v":{"maximum_instances":1e30}}}}}`,
		`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"a","reference_name":"\ud83d"}]}}}},"environment_variables":{"A":{"value":"s"}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<20 {
			return
		}
		h := plain(t, bare{update: func(w http.ResponseWriter, r *http.Request) {
			var update models.ImportUpdate
			if err := middleware.ReadJSON(r, &update); err != nil {
				middleware.WriteError(w, r, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		}})
		got := call(t, h, "PATCH", imports+one, body)
		if got.status != http.StatusNoContent {
			wantError(t, got, http.StatusBadRequest)
		} else if !json.Valid([]byte(body)) {
			t.Errorf("%q is accepted", body)
		}
	})
}

func TestValidation_aMemberWithoutATypeHasAnyValue(t *testing.T) {
	t.Parallel()
	h := strict(t, stub{update: func(_ context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
		return server.ImportsUpdate200JSONResponse{Body: models.ImportDetail{Deployments: r.Body.Deployments}}, nil
	}})
	for _, value := range []string{`null`, `"python"`, `["-m","x"]`, `{"a":1}`, `1.50`, `true`} {
		body := `{"deployments":{"d":{"versions":{"v":{"command":` + value + `}}}}}`
		wantText(t, wantStatus(t, call(t, h, "PATCH", imports+one, body), http.StatusOK), `"command":`+value)
	}
}
