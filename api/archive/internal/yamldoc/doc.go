// Package yamldoc reads and writes one YAML document, and knows nothing of archives.
//
//   - [Parse] reads what other programs write: YAML 1.1 as well as 1.2, and JSON of
//     any encoder. [Read] does too, and returns a [Reader] that follows aliases and
//     merge keys under limits.
//   - [IsNumber], [Integer], [Decimal] and [Boolean] say what a scalar is to every
//     reader of YAML.
//   - [FromJSON] and [Dump] write a document that every reader takes for the same.
//
// What is wrong with a document is a [Fault].
package yamldoc
