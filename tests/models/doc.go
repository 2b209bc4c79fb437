// Package models holds the tests of the generated models: that they lose
// nothing. What that costs is measured in tests/peers.
package models
