// Package attacks runs the command serve in a process of its own, has one client
// take all it can get, in every way at once, and measures what that leaves to the
// others. Without further ado it is small; ATTACKS=10 runs the whole ten times and
// prints the figures.
package attacks
