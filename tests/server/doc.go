// Package server measures the reference server against doing the same work by
// hand: see its benchmarks. SERVER_BENCH=full has them do the full amount of
// work, which takes a few minutes and 5 GiB of memory.
package server
