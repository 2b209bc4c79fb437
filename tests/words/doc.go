// Package words tests that comments and messages read as plain English.
package words
