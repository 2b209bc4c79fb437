package apitest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/server"
)

// An Operation is an operation of the contract, by its id there.
type Operation string

// The operations of the contract.
const (
	ExportsList     Operation = "exports_list"
	ExportsCreate   Operation = "exports_create"
	ExportsGet      Operation = "exports_get"
	ExportsDelete   Operation = "exports_delete"
	ExportsDownload Operation = "exports_download"
	ImportsList     Operation = "imports_list"
	ImportsCreate   Operation = "imports_create"
	ImportsGet      Operation = "imports_get"
	ImportsUpdate   Operation = "imports_update"
	ImportsDelete   Operation = "imports_delete"
	ImportsDownload Operation = "imports_download"

	// AnyOperation stands for every request, also those that the contract does
	// not know.
	AnyOperation Operation = "*"
)

func (op Operation) known() bool {
	switch op {
	case ExportsList, ExportsCreate, ExportsGet, ExportsDelete, ExportsDownload,
		ImportsList, ImportsCreate, ImportsGet, ImportsUpdate, ImportsDelete, ImportsDownload, AnyOperation:
		return true
	}
	return false
}

// verbs tell the operations on a collection, an item and its archive apart.
var verbs = map[string]string{
	"GET ": "list", "POST ": "create",
	"GET id": "get", "PATCH id": "update", "DELETE id": "delete",
	"GET id/download": "download", "HEAD id/download": "download",
}

// subject is what a request is for.
type subject struct {
	operation Operation // empty outside the contract
	project   string
	id        string
}

func subjectOf(r *http.Request) subject {
	var rest string
	ok := slices.ContainsFunc(server.BaseURLs(), func(base string) (ok bool) {
		rest, ok = strings.CutPrefix(r.URL.Path, base+"/projects/")
		return ok
	})
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 2 || parts[1] != "exports" && parts[1] != "imports" {
		return subject{}
	}
	t := subject{project: parts[0]}
	shape := ""
	if len(parts) > 2 {
		t.id = strings.ToLower(parts[2])
		shape = strings.Join(append([]string{"id"}, parts[3:]...), "/")
	}
	verb := verbs[r.Method+" "+shape]
	if verb == "" || parts[1] == "exports" && verb == "update" {
		return subject{}
	}
	t.operation = Operation(parts[1] + "_" + verb)
	return t
}
