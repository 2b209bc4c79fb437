// Package middleware makes an [http.Handler] out of an implementation of the
// generated server interface, so that an implementation says what the operations
// do and nothing else. The generated code alone answers errors in
// plain text, takes bodies that the contract refuses, and ends a broken
// download like a whole one.
//
// # The way of a request
//
// [New] takes the interface on net/http, [NewStrict] the strict one; both take
// [Options], of which only Authenticate is required. Then every request goes
// the same way:
//
//  1. The route. An unknown path gives 404, another method 405 with Allow. Paths are
//     not cleaned and nothing is redirected. HEAD is served as GET.
//  2. The token. Options.Authenticate gets the [Credentials]; without any it
//     is not called and the response is 401. [Tokens], in a file, are a start;
//     Options.ReadCredentials is for other schemes than Token and Bearer.
//  3. Parameters in path, query and header, against the embedded contract: 400
//     names the parameter. Booleans are true, false, 1 or 0 in any case, here as
//     in forms. OnDone gets the query parameters that the contract does not have.
//  4. The body. JSON is read (413 over the limit), must be one value without
//     duplicate names, and must fit its schema: 400 names the place as a JSON
//     pointer and never quotes a value. It is handed on as it came, whatever
//     its Content-Type, but for an empty array in place of an object, which
//     becomes an empty object. A form is handed on unread; only its Content-Type is
//     checked.
//  5. The implementation.
//
// # Errors
//
// Every error is answered as {"error", "detail"}, the Error of the contract.
// An implementation returns an [*Error] to choose status and text; any other
// error or panic becomes a 500 that says nothing about it. Options.OnError gets
// what was withheld. Once a response has begun, an error breaks off the
// connection, so that no client takes half an archive for a whole one.
// Implementations of the non-strict interface use [WriteError], [WriteJSON]
// and [ReadJSON].
//
// # Archives
//
// [ReadImportForm] reads the form of an upload as it arrives. [Archive]
// answers a download, with ranges. Neither holds an archive in memory.
//
// # A part of the operations
//
// A type that embeds
// [github.com/ubiops-contrib/transfer/gen/server.StrictUnimplemented], or
// [github.com/ubiops-contrib/transfer/gen/server.Unimplemented] on net/http,
// implements its interface from its first method on; the other operations are
// answered with 501.
package middleware
