// Package server compares the reference server with the same work by
// hand: see its benchmarks. SERVER_BENCH=full makes them do the full amount
// of work, which takes a few minutes and 5 GiB of memory.
package server
