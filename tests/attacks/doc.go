// Package attacks runs the command serve in a process of its own, lets one
// client take all it can get, in every way at once, and measures what is left
// for the others; a large import by itself is measured too. By default both are
// small; ATTACKS=10 runs the whole attack ten times and prints the figures,
// LARGE_MB=30 imports 30 MB.
package attacks
