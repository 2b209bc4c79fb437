package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

func TestTurns_projectsTakeTurnsHoweverMuchOneHasQueued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := turns{most: 2, perProject: 1, last: make(map[string]int)}
		var begun []string
		ends := map[string]func(){}
		ask := func(ctx context.Context, project, id string) {
			go func() {
				done, err := turns.wait(ctx, store.Job{Project: project, ID: id})
				if err == nil {
					begun, ends[id] = append(begun, id), done
				}
			}()
			synctest.Wait()
		}
		end := func(id string) {
			ends[id]()
			synctest.Wait()
		}
		want := func(ids ...string) {
			t.Helper()
			if !slices.Equal(begun, ids) {
				t.Errorf("begun are %q, want %q", begun, ids)
			}
		}
		ctx, giveUp := context.WithCancel(t.Context())
		for _, id := range []string{"a1", "a2", "a3"} {
			ask(t.Context(), "a", id)
		}
		want("a1") // one place is left for others
		ask(t.Context(), "b", "b1")
		want("a1", "b1")
		ask(ctx, "c", "c1")
		ask(t.Context(), "b", "b2")
		ask(t.Context(), "d", "d1")
		giveUp() // c1
		synctest.Wait()
		end("a1")
		want("a1", "b1", "d1") // which has had no turn yet
		end("b1")
		want("a1", "b1", "d1", "a2") // whose turn is longer ago than that of b
		end("a2")
		end("d1")
		want("a1", "b1", "d1", "a2", "b2", "a3")
		end("b2")
		end("a3")
		if turns.running.total != 0 || len(turns.running.of) != 0 || len(turns.waiting) != 0 || len(turns.last) != 0 {
			t.Errorf("left are %+v", &turns.running)
		}
	})
}

func TestTurns_aTurnThatComesWithTheEndIsNotTaken(t *testing.T) {
	t.Parallel()
	turns := turns{most: 1, perProject: 1, last: make(map[string]int)}
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	for range 100 {
		if _, err := turns.wait(ctx, store.Job{Project: "a", ID: "a1"}); err == nil {
			t.Fatal("it is taken")
		}
	}
	if done, err := turns.wait(t.Context(), store.Job{Project: "a", ID: "a2"}); err != nil {
		t.Error(err)
	} else {
		done()
	}
}
