// Package conformance tells whether a server keeps the contract.
package conformance
