// Package foreign holds the contract and the reference server against programs
// that know the contract only: Schemathesis, which makes requests of it, and Prism,
// which stands between our client and our server.
//
// .ci/run foreign installs them. Without them these tests are skipped, and say so.
package foreign
