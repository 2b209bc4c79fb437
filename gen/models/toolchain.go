//go:build goexperiment.jsonv2 && !go1.27

package models

// With GOEXPERIMENT=jsonv2 before Go 1.27 the standard library spells the tag
// of the Unknown members differently and would drop them without a word.
// Unset GOEXPERIMENT=jsonv2, or build with Go 1.27 or later.
var _ = GOEXPERIMENT_jsonv2_before_Go_1_27_loses_unknown_members
