package server

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// PutToken gives the bearer of a given token access to a project, as
// [Server.AddToken] does with one that it makes; a token that is there already
// changes its project, name and permission. What a token has to be says
// [middleware.CheckToken]. Errors never contain it.
func (s *Server) PutToken(ctx context.Context, project, name, token string, write bool) error {
	if err := middleware.CheckToken(token); err != nil {
		return err
	}
	defer s.tokens.changed()
	_, err := s.store.Update(ctx, func(tx store.Tx) error {
		if err := tx.Project(project); err != nil {
			return fmt.Errorf("project %q: %w", project, err)
		}
		return tx.PutToken(store.Token{Hash: sha256.Sum256([]byte(token)), Project: project, Name: name, Write: write})
	})
	return err
}

// ForgetTokens ends the access of all tokens of a name.
func (s *Server) ForgetTokens(ctx context.Context, name string) error {
	defer s.tokens.changed()
	_, err := s.store.Update(ctx, func(tx store.Tx) error { return tx.DeleteTokens(name) })
	return err
}
