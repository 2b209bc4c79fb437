package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

type caller struct{}

// authenticate checks what the bearer of a token may do.
func (s *Server) authenticate(ctx context.Context, c middleware.Credentials) (context.Context, error) {
	token, err := s.token(ctx, c)
	if err != nil {
		return nil, err
	}
	grant := middleware.Grant{Project: token.Project, Write: token.Write}
	return context.WithValue(ctx, caller{}, token.Name), grant.Allow(c)
}

// token looks a token up by its hash, so that the time it takes reveals nothing
// about the tokens that exist.
func (s *Server) token(ctx context.Context, c middleware.Credentials) (store.Token, error) {
	hash := store.Hash(sha256.Sum256([]byte(c.Token)))
	token, ok, changes := s.tokens.get(hash)
	if ok {
		return token, nil
	}
	err := s.store.Look(ctx, func(tx store.Tx) (err error) {
		token, err = tx.Token(hash)
		return err
	})
	switch {
	case err == nil:
		s.tokens.put(token, changes)
	case errors.Is(err, store.ErrNotFound):
		err = &middleware.Error{Status: http.StatusUnauthorized, Message: "The token is not known"}
	}
	return token, answer(err, "token")
}

// callerOf returns the name of the token that the request came with.
func callerOf(ctx context.Context) string {
	name, _ := ctx.Value(caller{}).(string)
	return name
}
