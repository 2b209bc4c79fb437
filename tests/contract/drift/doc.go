// Package drift finds how the contract and what is published of the platform
// differ: documentation pages, as Markdown or as plain text, official Python
// clients, and the examples in the help of the official command. What the contract
// marks with x-source as known from elsewhere is not a difference, and known.yaml
// lists those that stay.
package drift
