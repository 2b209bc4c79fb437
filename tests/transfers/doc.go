// Package transfers measures what the client's uploads and downloads promise
// about speed and memory.
package transfers
