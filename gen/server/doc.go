// Package server has the interfaces that a server of the contract implements:
// [StrictServerInterface], whose methods take and return values, and
// [ServerInterface], whose methods take an http.Request. The package
// [github.com/ubiops-contrib/transfer/api/middleware] makes a handler of either;
// the handlers of this package by themselves check neither tokens nor requests.
// Bodies and parameters are types of
// [github.com/ubiops-contrib/transfer/gen/models].
package server
