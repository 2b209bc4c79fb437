package server

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

func TestTokenCache_aTokenThatWasReadBeforeAChangeIsNotRemembered(t *testing.T) {
	t.Parallel()
	var c tokenCache
	token := store.Token{Hash: store.Hash{1}, Project: "p", Name: "ada"}
	_, _, changes := c.get(token.Hash)
	c.changed() // while the row is being read
	c.put(token, changes)
	_, ok, changes := c.get(token.Hash)
	if ok {
		t.Error("it is remembered")
	}
	c.put(token, changes)
	if got, ok, _ := c.get(token.Hash); !ok || got != token {
		t.Errorf("%+v, %t", got, ok)
	}
	c.changed()
	if _, ok, _ := c.get(token.Hash); ok {
		t.Error("it is remembered after a change")
	}
}

func TestTokenCache_aTokenThatAnotherServerHasTakenAwayIsForgottenSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c tokenCache
		for range 2 {
			token := store.Token{Hash: store.Hash{1}, Project: "p", Name: "ada"}
			_, _, changes := c.get(token.Hash)
			c.put(token, changes)
			time.Sleep(tokensKept - 1)
			if _, ok, _ := c.get(token.Hash); !ok {
				t.Error("it is forgotten too soon")
			}
			c.put(store.Token{Hash: store.Hash{2}}, changes) // which does not make the other one last
			time.Sleep(time.Nanosecond)
			if _, ok, _ := c.get(token.Hash); ok {
				t.Error("it is remembered")
			}
		}
	})
}
