// Package apitest serves the API inside a test.
package apitest
