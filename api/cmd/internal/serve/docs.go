package serve

import (
	"context"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
)

// withDocs serves the documentation at /, with the server as the reader knows it, and
// whatever else next serves.
func withDocs(ctx context.Context, next http.Handler) (http.Handler, error) {
	const nowhere = "https://a.server.invalid"
	page, err := docs.New(ctx, server.ContractAt(nowhere))
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" || r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		origin, err := server.Origin(r)
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		page.Replaced(nowhere, origin).ServeHTTP(w, r)
	}), nil
}
