package engine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// sized is a store whose documents have a size; it counts how often that is asked
// for.
type sized struct {
	store.Store
	store.Tx
	size  int64
	asked int
}

func (s *sized) DocumentsSize(string, string) (int64, error) { s.asked++; return s.size, nil }
func (s *sized) ContentSize(string) (int64, error)           { return 1000, nil }

func TestCosts_whatARequestCostsIsKnownUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	home := store.NewMemory()
	s := &sized{Store: home, size: 10}
	e := &Engine{Store: looking{s}}
	cost := func(want int64, asked int, id string, content bool) {
		t.Helper()
		if got, err := e.Cost(t.Context(), "p", id, content); err != nil || got != want || s.asked != asked {
			t.Errorf("%d after %d looks, %v; want %d after %d", got, s.asked, err, want, asked)
		}
	}
	change := func() {
		if err := e.update(t.Context(), func(store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	cost(10*documentsFactor, 1, "a", false)
	cost(10*documentsFactor, 1, "a", false)
	cost(10*documentsFactor+1000*contentFactor, 2, "a", true)
	cost(10*documentsFactor, 3, "b", false)
	s.size = 20
	change()
	cost(20*documentsFactor, 4, "a", false)

	_, _, changes := e.costs.get(costOf{"p", "c", false})
	change() // while somebody looks
	e.costs.put(costOf{"p", "c", false}, 1, changes)
	cost(20*documentsFactor, 5, "c", false)

	for i := range 2 * mostCosts {
		if _, err := e.Cost(t.Context(), "p", fmt.Sprint(i), false); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.costs.of) > mostCosts {
		t.Errorf("%d are remembered", len(e.costs.of))
	}
}

func TestCosts_whatAnotherServerMayHaveChangedIsForgottenSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c costs
		for range 2 {
			_, _, changes := c.get(costOf{id: "a"})
			c.put(costOf{id: "a"}, 1, changes)
			time.Sleep(costsKept - 1)
			if _, known, _ := c.get(costOf{id: "a"}); !known {
				t.Error("it is forgotten too soon")
			}
			time.Sleep(time.Nanosecond)
			if _, known, _ := c.get(costOf{id: "a"}); known {
				t.Error("it is remembered")
			}
		}
	})
}

// looking makes Look see the sizes.
type looking struct{ *sized }

func (l looking) Look(_ context.Context, f func(store.Tx) error) error { return f(l.sized) }
