// Package client sends the requests of the contract and returns the responses as
// they come: no retries, no check of the status, and the caller reads and closes
// the body. Programs use the package
// [github.com/ubiops-contrib/transfer/api], which is built on this one.
package client
