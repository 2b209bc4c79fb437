// Package lint finds what is odd in an archive that is valid.
//
// [Check] warns of what is likely a mistake, or is worth a look before the
// archive is imported: objects that lead nowhere, values that look like
// tokens, keys and files that the format does not know. Nothing it finds
// keeps an archive from being read, written or imported. What is not in the
// archive may be in the project that it goes to; findings of that kind have
// codes of their own, [CodeReference] and [CodeDefaultVersion].
//
// [Modernize] rewrites the version settings of earlier years to those in use.
package lint
