// Package spec has the contract, parsed: what is to be checked against it begins
// with [GetSpec]. The text, comments included, is in the root package of the
// module.
package spec
