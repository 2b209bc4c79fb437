package middleware_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func TestBudget_oneOwnerLeavesHalfOfTheBudgetToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := middleware.NewBudget(100)
		first, err := b.Acquire(t.Context(), "greedy", 1000) // counts as 50
		if err != nil || b.Used() != 50 {
			t.Fatalf("error %v, %d bytes in use", err, b.Used())
		}
		second := make(chan func())
		go func() {
			release, err := b.Acquire(t.Context(), "greedy", 1)
			if err != nil {
				t.Error(err)
			}
			second <- release
		}()
		synctest.Wait() // it waits, and lets another owner pass
		other, err := b.Acquire(t.Context(), "modest", 50)
		if err != nil || b.Used() != 100 {
			t.Fatalf("error %v, %d bytes in use", err, b.Used())
		}
		other()
		synctest.Wait()
		if b.Used() != 50 {
			t.Errorf("%d bytes in use while the owner has its half", b.Used())
		}
		first()
		first() // giving back twice changes nothing
		(<-second)()
		if b.Used() != 0 {
			t.Errorf("%d bytes in use in the end", b.Used())
		}
	})
}

func TestBudget_nobodyOvertakesOneWhoWaitsForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := middleware.NewBudget(100)
		a, _ := b.Acquire(t.Context(), "a", 40)
		c, _ := b.Acquire(t.Context(), "b", 40)
		order := make(chan string, 2)
		take := func(owner string, bytes int64) {
			release, err := b.Acquire(t.Context(), owner, bytes)
			if err != nil {
				t.Error(err)
				return
			}
			order <- owner
			time.Sleep(time.Second)
			release()
		}
		var takers sync.WaitGroup
		takers.Go(func() { take("large", 50) })
		synctest.Wait()
		takers.Go(func() { take("small", 20) })
		synctest.Wait()
		if len(order) != 0 {
			t.Errorf("%s overtook", <-order)
		}
		a()
		synctest.Wait()
		c()
		takers.Wait()
		if first, second := <-order, <-order; first != "large" || second != "small" {
			t.Errorf("%s was before %s", first, second)
		}
	})
}

func TestBudget_whoGivesUpWaitingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := middleware.NewBudget(100)
		a, _ := b.Acquire(t.Context(), "a", 40)
		c, _ := b.Acquire(t.Context(), "b", 40)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		went := make(chan error)
		go func() {
			_, err := b.Acquire(ctx, "c", 50)
			went <- err
		}()
		synctest.Wait()
		got := false
		go func() {
			release, err := b.Acquire(t.Context(), "d", 10)
			if err != nil {
				t.Error(err)
				return
			}
			got = true
			release()
		}()
		if err := <-went; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ended with %v", err)
		}
		synctest.Wait()
		if !got {
			t.Error("the next one still waits")
		}
		a()
		c()
		if b.Used() != 0 {
			t.Errorf("%d bytes in use in the end", b.Used())
		}
	})
}

func TestBudget_noBudgetHasEnoughForEverybody(t *testing.T) {
	t.Parallel()
	var b *middleware.Budget
	release, err := b.Acquire(t.Context(), "a", 1<<60)
	if err != nil {
		t.Fatal(err)
	}
	release()
}
