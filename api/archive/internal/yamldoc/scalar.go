package yamldoc

import "regexp"

// numbers are what YAML 1.1, as PyYAML has it, and the core schema of YAML 1.2
// both read as a number, and as the same one.
var numbers = regexp.MustCompile(`^(?:[-+]?(?:0|[1-9][0-9]*)|(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?|0x[0-9a-fA-F]+)$`)

// IsNumber reports whether a plain scalar is the same number to every reader of
// YAML. 1e3 is text to some, 010 is eight to some.
func IsNumber(text string) bool { return numbers.MatchString(text) }
