//go:build race

package main

// A process under the race detector takes up to this many times the memory.
const raceFactor = 3
