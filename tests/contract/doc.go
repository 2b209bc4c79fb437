// Package contract holds the tests of openapi.yaml against the documentation
// page, and what they compare it with:
//
//   - page, the documentation page itself, in two forms;
//   - drift, which reads the page into a table of its operations, parameters,
//     fields and values, and compares that with the contract;
//   - fixtures, the page's JSON examples, one file each.
//
// The command check runs before the generator and names the line of what that
// cannot read.
//
// The table and the contract are compared in both directions. What the contract
// has beyond the page has to say where it comes from, in the extension x-source.
// Each kind of check is run over copies of the contract with one thing changed,
// which proves that a check that finds nothing could have found something.
package contract
