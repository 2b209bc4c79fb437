package apitest

import (
	"errors"
	"fmt"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
)

// An Option changes the server that [New] makes.
type Option func(*config)

type config struct {
	projects []projectSeeds
	server   server.Options
	pace     pace
	clock    *Clock
	loopback bool
	faults   []*injected
}

type projectSeeds struct {
	name  string
	seeds []Seed
}

// WithProject adds a project with what the seeds hold, of which the later ones
// replace objects of the same name. Without this option there is one project,
// [DefaultProject], with nothing in it.
func WithProject(name string, seeds ...Seed) Option {
	return func(c *config) { c.projects = append(c.projects, projectSeeds{name, seeds}) }
}

// WithServer sets how the reference server behaves: what it does on a conflict,
// its rate limit, what fetches links, and so on. Storage and OnStep have to be
// empty; Now and NewID take the place of the dates and ids of this package.
// Workers is how many exports and imports [JobsByHand], [JobsByReads] and
// [JobsByTime] can hold at once, 256 if it is 0: a worker waits with each. One
// that is to advance while all of them hold others fails the test.
func WithServer(opts server.Options) Option { return func(c *config) { c.server = opts } }

// JobsInBackground lets exports and imports run by themselves, as they do on
// any server: what a read finds depends on luck. Without one of the options
// for jobs they do so too, but whatever reads one, by list, get or download,
// waits until it is completed, has failed or waits for a confirmation. So tests
// take no time for polling and have the same course each time.
func JobsInBackground() Option { return func(c *config) { c.pace = pace{kind: inBackground} } }

// JobsByHand moves jobs by [Server.Step] and [Server.StepJob]
// only.
func JobsByHand() Option { return func(c *config) { c.pace = pace{kind: byHand} } }

// JobsByReads ends every status of an export or import, except the last and
// those that wait for somebody, after exports_get or imports_get has returned
// it n times, so that a client that polls sees each of them exactly n times.
// Lists do not count.
func JobsByReads(n int) Option { return func(c *config) { c.pace = pace{kind: byReads, reads: n} } }

// JobsByTime makes every status of an export or import, except the last and
// those that wait for somebody, last for d: of the clock of [WithClock], else of the
// computer, which inside a bubble of testing/synctest is that of the bubble.
// Without a clock those that come while all workers of the server are taken
// begin later ([WithServer]).
func JobsByTime(d time.Duration) Option {
	return func(c *config) { c.pace = pace{kind: byTime, lasts: d} }
}

// WithClock sets the clock that [JobsByTime] and [Delay] go by and that dates
// are taken from.
func WithClock(clock *Clock) Option { return func(c *config) { c.clock = clock } }

// WithLoopback serves on a port of 127.0.0.1 instead of in memory, for clients
// in other processes. It does not work inside a bubble of testing/synctest.
func WithLoopback() Option { return func(c *config) { c.loopback = true } }

// WithFault injects a fault from the beginning, like [Server.Inject].
func WithFault(op Operation, calls Calls, fault Fault) Option {
	return func(c *config) { c.faults = append(c.faults, &injected{op: op, calls: calls, fault: fault}) }
}

func (c *config) check() error {
	var errs []error
	if c.server.Storage != nil || c.server.OnStep != nil {
		errs = append(errs, errors.New("WithServer: Storage and OnStep have to be empty"))
	}
	if c.pace.kind == byReads && c.pace.reads < 1 {
		errs = append(errs, fmt.Errorf("JobsByReads: a status cannot last for %d reads", c.pace.reads))
	}
	if c.pace.kind == byTime && c.pace.lasts <= 0 {
		errs = append(errs, fmt.Errorf("JobsByTime: a status cannot last for %v", c.pace.lasts))
	}
	for _, f := range c.faults {
		errs = append(errs, f.check())
	}
	return errors.Join(errs...)
}
