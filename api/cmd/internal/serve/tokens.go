package serve

import (
	"bytes"
	"context"
	"os"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
)

// readTokens reads a token file and checks its form.
func readTokens(path string) ([]byte, error) {
	file, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	return file, middleware.ReadTokens(bytes.NewReader(file), func(string, middleware.Grant) error { return nil })
}

// fromFile is the name of all tokens of the file.
const fromFile = "token-file"

// putTokens admits the bearers of the tokens in a file, and no longer those of
// tokens that it had at an earlier start. file is nil if serve was given none.
func putTokens(ctx context.Context, s *server.Server, file []byte) error {
	return s.ReplaceTokens(ctx, fromFile, func(put func(project, token string, write bool) error) error {
		if file == nil {
			return nil
		}
		return middleware.ReadTokens(bytes.NewReader(file), func(token string, g middleware.Grant) error {
			return put(g.Project, token, g.Write)
		})
	})
}
