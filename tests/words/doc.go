// Package words tests that comments and messages read as plain English, and that
// comments are above what they are about.
package words
