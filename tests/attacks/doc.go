// Package attacks runs the command serve in a process of its own, has one client
// take all it can get, in every way at once, and measures what that leaves to the
// others; a large import alone is measured too. Without further ado both are small;
// ATTACKS=10 runs the whole ten times, LARGE_MB=30 a large import of 30 MB.
package attacks
