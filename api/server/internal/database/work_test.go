package database

import (
	"testing"
	"time"
)

func TestRetriesWaitLongerAndLongerWithinLimits(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: 30 * time.Second, 32767: 30 * time.Second,
	} {
		if got := retryDelay(attempt); got != want {
			t.Errorf("after attempt %d: %v, want %v", attempt, got, want)
		}
	}
}
