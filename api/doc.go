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
// [Client.Exports] and [Client.Imports] have one method for each operation of
// the API. What goes in and comes out are the types of package
// [github.com/ubiops-contrib/transfer/gen/models], which keep members that they
// do not know: what was read can be edited and sent back without loss.
//
// # Out of a project
//
// [ExportsService.Create] starts an export of what a selection names,
// [ExportsService.Wait] waits until it is completed, and
// [ExportsService.DownloadFile] takes the archive into a file: resumed after a
// break, checked, and there as a whole or not at all; see [File].
// [ExportsService.Download] streams it.
//
// # Into a project
//
// [ImportsService.Create] takes an [ImportSource]: [FromFile], [FromReader],
// [FromLink], or [FromExport] inside one project. The server scans the archive.
// Wait for the status confirmation with [ImportsService.Wait], look at what the
// import offers to create, give the values that are missing (those of secrets
// are never in an archive), send it with [ImportsService.Confirm], and wait for
// completed.
//
// # Errors
//
// Any 2xx is a success. Every other answer is an [*Error] with its status,
// whether its body is JSON, XML, HTML, or broken; so is a success whose body
// cannot be used. [ErrNotFound] and its siblings are there for [errors.Is].
// Wrong arguments are errors before anything is sent. A job that failed is a
// [*JobFailedError], and a wait that was cut short a [*WaitError]. No error
// contains the token.
//
// # What goes over the wire
//
// Nothing is sent twice by this package; repeating what failed is up to the
// caller. JSON answers may have up to 256 MiB. Archives are streamed in both
// directions and never held in memory. Uploads carry their exact length and
// ask the server first (Expect: 100-continue). [UploadProgress] and
// [DownloadProgress] tell how far they are.
//
// The token goes to the scheme, host and port of the base URL only. A GET
// follows redirects to other https hosts without it, as downloads from an
// object storage need; any other request follows a redirect only where method
// and origin stay the same. A redirect from https to plain http is not
// followed, nor is any after the tenth. Cookies are not the token: the jar of
// the caller's [http.Client], if any, decides alone where they go.
// [Client.Raw] keeps to the same rules.
package api
