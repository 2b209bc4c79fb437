package serve

import (
	"context"
	"net/http"
	"sync/atomic"

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
	var last atomic.Pointer[placed] // most readers know the server by one name
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
		here := last.Load()
		if here == nil || here.origin != origin {
			here = &placed{origin, page.Replaced(nowhere, origin)}
			last.Store(here)
		}
		here.page.ServeHTTP(w, r)
	}), nil
}

// placed is the page of a server that is known by an origin.
type placed struct {
	origin string
	page   *docs.Page
}
