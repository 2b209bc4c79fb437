// Package server is the reference server: it implements the generated server
// interface on [github.com/ubiops-contrib/transfer/api/middleware], to test
// against in place of the platform and to read as an example.
//
// [New] makes a server without projects. [Server.AddProject] and
// [Server.AddToken] give access to one, [Server.Load] fills a project from an
// archive, and [Server.ServeHTTP] serves the API under /v2.1 and /v2. Exports and
// imports are carried out in the background until [Server.Close].
//
// Everything is in memory, unless [Options.Storage] is what package
// [github.com/ubiops-contrib/transfer/api/server/local] opens.
package server
