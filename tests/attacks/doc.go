// Package attacks runs the command serve in a process of its own, lets one
// client take all it can get, in every way at once, and measures what is left
// for the others. By default the attack is small; ATTACKS=10 runs the whole one
// ten times and prints the figures.
package attacks
