// Package plan says what an export takes out of a project and what a
// confirmation creates in one. It computes and changes nothing.
//
// [Choose] makes the selection of an export from patterns, with everything that
// what they match refers to. [Select] turns a selection into the content of its
// archive.
// [Confirm] merges a confirmation with what was scanned, checks the outcome as
// a whole against the archive and the target, and either returns what is to be
// created or refuses with every reason. [Apply] adds that to the content of a
// project. [Items] lists what a confirmation creates, for a reviewer, and [Needs]
// the values that it still lacks. [Compare] says of every object and member what an
// import would mean for a target or, afterwards, what has become of it.
//
// [New] makes a plan of an import, for a reviewer: [Overrides] adapt the archive to
// its target, rows say what would happen, and [Plan.Write] and [Read] keep it
// without any value of a variable. [Plan.Same] tells whether it still holds, and
// [Plan.Fill] returns the confirmation that does exactly what was planned.
//
// What a selection and a confirmation mean in detail is documented nowhere; the
// rules here are ours and stand in the comments of these functions.
package plan
