// Package api is a client for the UbiOps Imports & Exports API: it moves the
// contents of a project, its deployments, pipelines, environments and
// variables, in a ZIP archive.
//
// # Start
//
// [NewClient] takes the token and the host from its options, or from the
// environment variables UBIOPS_API_TOKEN and UBIOPS_API_HOST:
//
//	client, err := api.NewClient()
//
// A token belongs to one project. [Client.Project] has one method for each
// operation of the API in a project:
//
//	source := client.Project("source")
//
// What goes in and comes out are the types of package
// [github.com/ubiops-contrib/transfer/gen/models], which keep members that they
// do not know: what was read can be edited and sent back without loss.
//
// # Out of a project
//
// [ExportsService.RunToFile] creates an export of [Everything], or of what [Select]
// names, waits until it is completed, and takes the archive into a file:
//
//	file, err := source.Exports.RunToFile(ctx, api.Everything(), "project.zip")
//
// Its parts can be called one by one: [ExportsService.Create],
// [ExportsService.WaitCompleted], and [ExportsService.DownloadToFile], which
// resumes after a break, checks, and leaves the archive as a whole or not at all;
// see [File]. [ExportsService.Download] streams it.
//
// # Into a project
//
// [ImportsService.Run] creates an import from an [ImportSource] ([FromFile],
// [FromReader], [FromLink], or [FromExport] inside one project), waits until the
// server has scanned the archive, asks a [Confirmation] what to create, confirms
// that, and waits for the end. [Accept] makes a confirmation out of edits, such as
// [Keep] and [FillFrom]: the values of secrets are never in an archive.
//
//	done, err := target.Imports.Run(ctx, api.FromFile("project.zip"), api.Accept(api.FillFrom(os.LookupEnv)))
//
// The parts: [ImportsService.Create], [ImportsService.WaitScanned],
// [ImportsService.Confirm], and [ImportsService.WaitCompleted]. Nothing has to be
// remembered between them. What a confirmation creates, and which values it still
// needs, is listed by the package
// [github.com/ubiops-contrib/transfer/api/plan].
//
// # Errors
//
// Any 2xx is a success. Every other response is an [*Error] with its status,
// whether its body is JSON, XML, HTML, or broken; so is a success whose body
// cannot be used. [ErrNotFound] and its siblings are there for [errors.Is];
// with [ErrRateLimited] comes [Error.RetryAfter]. Wrong arguments are errors
// before anything is sent. A job that failed, a wait that was cut short and a Run
// that leaves a job behind are a [*JobError] with its id, with [ErrJobFailed] or
// [ErrNeedsConfirmation] inside if that is the reason. If it is not known whether
// something was done, [ErrUnknownOutcome] is inside.
//
// [TraceResponses] reports status, request id and rate limit of every response, of
// successes too.
//
// No error contains the token or the query of a link, and none of Confirm or Run
// the value of a secret that they have sent; the waits by themselves do not know
// those values.
//
// # What is sent again
//
// A request is sent again only if that does nothing twice, and within the
// [RetryPolicy]. By method and what happened:
//
//	                                        GET    DELETE  POST, PATCH
//	no connection                           again  again   again
//	no host of that name                    error  error   error
//	429, or 503 that asks for a wait        again  again   again
//	other 502, 503, 504, broken connection
//	    before the whole body was sent      -      -       again
//	    otherwise                           again  again   unknown outcome
//	2xx whose JSON breaks off               again  -       unknown outcome
//	2xx whose JSON is wrong                 error  -       unknown outcome
//	anything else, a bad certificate        error  error   error
//
// A body that was not sent whole is a form or a JSON without its end, which no
// server should act on. One that does, by creating an import before it has read
// the archive, and then breaks the connection, may get the create again: if
// that matters, turn retry off.
//
// A 503 asks for a wait with Retry-After, or with x-ratelimit-reset if
// x-ratelimit-remaining is 0: then it comes from something that did not take the
// request. Without that, proxies also say it of a request that was lost behind
// them. A body is sent again only if its source can be rewound exactly. After
// an attempt at deleting that may have succeeded, 404 is success. Delays double
// and have a random part; they are as long as the server asks, within the
// policy, and end with the context.
//
// After an unknown outcome, [ImportsService.Confirm] reads the import; a program
// can look for what a create made, as the example of [ErrUnknownOutcome] shows.
// Both are sure only if nobody else writes to the project at the same time.
// Waiting tolerates a few failed reads more than that.
//
// # What goes over the wire
//
// A server that goes silent, for two minutes after a request or for one minute
// within a response, counts as a broken connection, whatever the transport. A slow
// response has all the time that it needs.
//
// JSON responses may have up to 64 MiB; see [WithMaxJSON]. Archives are streamed in
// both directions and never held in memory. Uploads carry their exact length and
// ask the server first (Expect: 100-continue). [OnProgress] reports how far they
// are.
//
// The token goes to the scheme, host and port of the base URL only. A GET
// follows redirects to other https hosts without it, as downloads from an
// object storage need; any other request follows a redirect only if method
// and origin stay the same. A redirect from https to plain http is not
// followed, nor is any after the tenth. Cookies are not the token: the jar of
// the caller's [http.Client], if any, decides alone where they go.
// [Client.Raw] keeps to the same rules.
package api
