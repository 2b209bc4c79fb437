// Package blob keeps archives and packages as bytes under keys, in a folder or
// in any other bucket of gocloud.dev/blob. A blob appears whole or not at all,
// and never changes.
//
// In a folder ([OpenFolder]) a blob is one file. It is written beside its final
// name, with the suffix .tmp, and is on the disk when it gets that name: what
// was written survives a loss of power. What a killed process leaves behind is
// removed by [Bucket.Sweep]. A folder that goes away while it is used is an
// error of every call, and never made again; once it is back, so is everything.
//
// In an object store, set a rule that aborts incomplete multipart uploads: they
// are what a killed process leaves behind there.
package blob
