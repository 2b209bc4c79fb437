package server_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const requests = 500

// BenchmarkGet compares exports_get with a handler that reads the same row of
// the same database with one prepared statement and encodes it: no token, no
// contract, no limits, no log. server/bare is to be at most 1.5.
func BenchmarkGet(b *testing.B) {
	h := start(b, dataOf(memoryDir(b)))
	export, err := h.Project("p").Exports.Create(b.Context(), api.Everything())
	if err != nil {
		b.Fatal(err)
	}
	if err := h.jobs.finish(); err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(bareHandler(b, h.data))
	b.Cleanup(bare.Close)
	way := func(name, project string) ratio.Way {
		return ratio.Way{Name: name, Do: func() error {
			for range requests {
				if err := get(b.Context(), bare.Client(), project+"/exports/"+export.ID, h.token, io.Discard); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	ratio.Run(b, 3*rounds, way("bare", bare.URL+"/v2.1/projects/p"), way("server", h.url))
}

// openData opens the database of a server, which writes to it now and then.
func openData(b *testing.B, data string, pragmas ...string) *sql.DB {
	b.Helper()
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(data, "transfer.db"), RawQuery: url.Values{
		"_pragma": append(pragmas, "busy_timeout(60000)"),
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

func bareHandler(b *testing.B, data string) http.Handler {
	b.Helper()
	row, err := openData(b, data, "query_only(1)").PrepareContext(b.Context(), `
		SELECT e.status, e.error_message, e.created_at, e.created_by, e.description, e.size, d.selection
		FROM exports AS e JOIN export_documents AS d ON d.project = e.project AND d.id = e.id
		WHERE e.project = $1 AND e.id = $2`)
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2.1/projects/{project}/exports/{id}", func(w http.ResponseWriter, r *http.Request) {
		export, err := bareExport(r.Context(), row, r.PathValue("project"), r.PathValue("id"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(export) // the client notices
	})
	return mux
}

func bareExport(ctx context.Context, row *sql.Stmt, project, id string) (models.ExportDetail, error) {
	var (
		created, size int64
		by, selection string
		description   sql.NullString
		export        = models.ExportDetail{ID: id}
	)
	err := row.QueryRowContext(ctx, project, id).Scan(&export.Status, &export.ErrorMessage, &created, &by, &description, &size, &selection)
	if err == nil {
		err = json.Unmarshal([]byte(selection), &export)
	}
	if err == nil && description.Valid {
		err = json.Unmarshal([]byte(description.String), &export.Description)
	}
	export.CreationDate, export.ExportedBy, export.Size = models.Time{Time: time.UnixMicro(created).UTC()}, models.Value(by), models.Value(size)
	return export, err
}
