// Package transfers measures what the client's uploads and downloads promise
// about speed and memory. It is not with the client's own tests since it measures a
// whole process, which here links nothing else.
package transfers
