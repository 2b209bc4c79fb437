package middleware

import "net/http"

// WriteBindError is for tests of what cannot be reached from outside.
var WriteBindError func(http.ResponseWriter, *http.Request, error) = writeBindError

// Disposition is for a table of file names.
var Disposition = disposition
