// Package changes has changes of the contract that the platform may bring, each
// as a file of its own: the edit of openapi.yaml, and what the tools then say
// to the person who made it. See .github/CONTRIBUTING.md for the steps.
//
// A file has
//
//   - edit: places of the contract, as JSON pointers, each with lines to add at the
//     top of what is there, or with text to find and what replaces it;
//   - append: files, and what was written by hand at their end;
//   - generate, build: if go generate or go build fail, what they print, without
//     numbers of lines;
//   - tests: the tests that fail, and what each prints. All others pass.
//
// So a file with nothing but edits is a change that needs no work by hand.
//
//	CHANGES=1 go test ./tests/changes
//
// makes the changes in copies of the module. Without the
// variable the test only checks that each edit fits the present contract.
package changes
