// Package conformance holds the client of this project, as a program uses it,
// against the contract.
package conformance
