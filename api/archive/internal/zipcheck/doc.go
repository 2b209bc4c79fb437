// Package zipcheck reads and writes ZIP files, and knows nothing of what they are
// for. It does what archive/zip leaves to its callers:
//
//   - [Read] finds the directory under limits, and checks all that it says: names,
//     kinds, sizes, clashes. [CheckEntries] is that check alone.
//   - [File.Open] and [File.ReadEach] read entries where they lie, and hold them
//     against the directory.
//   - [Verifier] reads a whole file, down to its last byte.
//   - [Writer] writes files that depend on names, modes and bytes alone.
//
// What is wrong with a file is a [Fault], or a list of them; any other error comes
// from the reader below.
package zipcheck
