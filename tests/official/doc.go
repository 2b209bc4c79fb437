// Package official lets the official Python client, in several versions, and
// the official command work against the reference server: each operation, files
// that the command writes and reads, and each spelling of the host.
//
// They are foreign programs, which .ci/run official installs. Without them these
// tests are skipped, and say so.
package official
