// Package yamldoc parses one YAML document, and knows nothing of archives.
//
// [Parse] reads what other programs write: YAML 1.1 as well as 1.2, and JSON of
// any encoder. [Plain] says what an unquoted scalar is, if both versions of YAML
// agree on that.
package yamldoc
