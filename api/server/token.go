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
	defer s.tokens.changed()
	_, err := s.store.Update(ctx, func(tx store.Tx) error { return putToken(tx, project, name, token, write) })
	return err
}

func putToken(tx store.Tx, project, name, token string, write bool) error {
	if err := middleware.CheckToken(token); err != nil {
		return err
	}
	if err := tx.Project(project); err != nil {
		return fmt.Errorf("project %q: %w", project, err)
	}
	return tx.PutToken(store.Token{Hash: sha256.Sum256([]byte(token)), Project: project, Name: name, Write: write})
}

// ReplaceTokens makes the tokens that give calls put with the only ones of a name,
// at once: a token that is among them before and after is never refused. Errors are
// those of give, to which put returns those of [Server.PutToken].
func (s *Server) ReplaceTokens(ctx context.Context, name string, give func(put func(project, token string, write bool) error) error) error {
	defer s.tokens.changed()
	_, err := s.store.Update(ctx, func(tx store.Tx) error {
		if err := tx.DeleteTokens(name); err != nil {
			return err
		}
		return give(func(project, token string, write bool) error { return putToken(tx, project, name, token, write) })
	})
	return err
}
