package serve

import (
	"context"
	"net/http"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
)

// withDocs serves the documentation at /, and whatever else next serves.
func withDocs(ctx context.Context, next http.Handler) (http.Handler, error) {
	page, err := docs.New(ctx, transfer.Contract())
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}
