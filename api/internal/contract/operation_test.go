package contract

import "testing"

func TestAnOperationIsFoundUnderAnyBasePath(t *testing.T) {
	t.Parallel()
	for request, want := range map[[2]string]string{
		{"GET", "/projects/p/exports"}:                         "exports_list",
		{"HEAD", "/v2.1/projects/p/exports"}:                   "exports_list",
		{"GET", "/a/projects/b/v2/projects/p/exports/x"}:       "exports_get",
		{"GET", "/v2/projects/exports/exports/x"}:              "exports_get",
		{"GET", "/v2/projects/projects/imports/projects"}:      "imports_get",
		{"PATCH", "/v2/projects/p/imports/x"}:                  "imports_update",
		{"GET", "/v2/projects/p/imports/exports/download"}:     "imports_download",
		{"PUT", "/v2/projects/p/imports/x"}:                    "",
		{"GET", "/v2/projects/p/imports/"}:                     "",
		{"GET", "/v2/projects//imports"}:                       "",
		{"GET", "/exports"}:                                    "",
		{"GET", "/bucket/projects/p/imports/x/download/a.zip"}: "",
	} {
		op, err := Find(request[0], request[1])
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if op != nil {
			got = op.ID
		}
		if got != want {
			t.Errorf("%v: %q, want %q", request, got, want)
		}
	}
}
