// Package models holds the tests of the generated models: that they lose
// nothing. They are here since gen holds nothing but what is generated and what
// that needs. What it costs is measured in tests/peers.
package models
