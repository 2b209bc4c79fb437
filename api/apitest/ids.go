package apitest

import (
	"fmt"
	"sync"
	"time"
)

// Start is where the dates of a server begin that has no [Clock]: every export
// and import is created one second after the one before, the first one second
// after Start. The time in an archive is that of the export or import that was
// created last.
var Start = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// ID returns the id of the n-th export or import of a server, counted from 1
// over all projects: ID(12) is 00000000-0000-7000-8000-000000000012.
func ID(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }

// ids are those that were given.
type ids struct {
	mu   sync.Mutex
	last int
}

func (i *ids) next() (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last++
	return ID(i.last), nil
}

func (i *ids) date() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return Start.Add(time.Duration(i.last) * time.Second)
}
