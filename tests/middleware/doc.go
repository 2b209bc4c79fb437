// Package middleware measures what the middleware adds to the generated
// server.
package middleware
