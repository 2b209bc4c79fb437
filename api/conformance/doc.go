// Package conformance tells whether a server keeps the contract: anyone's, as a
// handler in a test or at a URL.
//
//	func TestMyServer(t *testing.T) {
//		conformance.Test(t, handler, conformance.Options{Project: "demo", Token: "letmein"})
//	}
//
// [Run] gives a [Report] instead. `ubiops-transfer conformance server` prints it.
//
// # What is checked
//
// Every check has a name, such as exports/download/range, and stands by itself: it
// makes what it needs, checks, and deletes it in reverse order. It touches nothing
// that others have made. Each response is also held against the contract: status,
// header, content type and schema; see [CheckResponse].
//
// A check that needs what another one has shown to be missing is skipped: what a
// server can do follows from what passed. What nobody documents, such as the codes
// of success, ranges, or the order of lists, is [Observed] and never fails.
//
// # What is left behind
//
// Without [Options.Write] nothing is changed. With it, exports and imports are made
// and deleted; what a run that was killed has left is found by [Sweep]. Only with
// [Options.Create] imports are confirmed so that deployments come into being, whose
// names begin with conformance-. The API cannot delete those: use a project that
// is there for nothing else.
package conformance
