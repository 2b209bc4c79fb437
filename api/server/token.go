package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// minToken is how long a token has to be: shorter ones can be guessed.
const minToken = 16

// PutToken gives the bearer of a given token access to a project, as
// [Server.AddToken] does with one that it makes; a token that is there already
// changes its project, name and permission. A token has at least 16
// characters, printable ones of ASCII without spaces. Errors never contain it.
func (s *Server) PutToken(ctx context.Context, project, name, token string, write bool) error {
	if len(token) < minToken {
		return fmt.Errorf("a token needs at least %d characters", minToken)
	}
	if strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return errors.New("the token contains a space or another character that a token cannot have")
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
