// Package drift finds what the contract and the documentation page say differently,
// in both directions. It reads the page itself, as Markdown or as plain text.
// What the contract marks with x-source as known from elsewhere is not a difference.
package drift
