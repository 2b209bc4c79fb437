package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/tests/ratio"
)

// BenchmarkList measures exports_list of 100,000 (10,000) completed exports,
// and of a tenth of them.
func BenchmarkList(b *testing.B) {
	dir := memoryDir(b)
	n := size(10_000, 1000)
	ratio.Run(b, rounds, listing(b, dir, "n", n), listing(b, dir, "10n", 10*n))
}

func listing(b *testing.B, dir, name string, exports int) ratio.Way {
	b.Helper()
	h := start(b, filepath.Join(dir, name))
	const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1) `
	db := openData(b, h.data, "foreign_keys(1)")
	for _, statement := range []string{
		`INSERT INTO exports (project, id, status, error_message, created_at, created_by, description, packages, blob, size) ` + numbers +
			`SELECT 'p', printf('01890a5d-ac96-774b-bcce-%012d', n), 'completed', '', 1700000000000000 + n, 'someone@example.com', '"a note"', 1, 'key', n FROM numbers`,
		`INSERT INTO export_documents (project, id, selection, snapshot) ` + numbers +
			`SELECT 'p', printf('01890a5d-ac96-774b-bcce-%012d', n), '{}', x'' FROM numbers`,
	} {
		if _, err := db.ExecContext(b.Context(), statement, exports); err != nil {
			b.Fatal(err)
		}
	}
	var list bytes.Buffer
	return ratio.Way{Name: name, Do: func() error {
		list.Reset()
		if err := get(b.Context(), http.DefaultClient, h.url+"/exports", h.token, &list); err != nil {
			return err
		}
		if got := bytes.Count(list.Bytes(), []byte(`"id":`)); got != exports {
			return fmt.Errorf("%d exports instead of %d", got, exports)
		}
		return nil
	}}
}
