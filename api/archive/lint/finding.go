package lint

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// The codes of the findings of [Check].
const (
	CodeMissingPackage  archive.Code = "missing-package"  // a version has no package
	CodeMissingDocument archive.Code = "missing-document" // a package has no version or environment
	CodeUnknownFile     archive.Code = "unknown-file"     // the format has no place for a file
	CodeUnknownKey      archive.Code = "unknown-key"      // the contract does not know a key
	CodeOldKey          archive.Code = "old-key"          // a version setting of the first generation
	CodeLength          archive.Code = "length"           // a name or description is too long
	CodeDefaultVersion  archive.Code = "default-version"  // a default version is not in the archive
	CodeReference       archive.Code = "reference"        // a pipeline uses what is not in the archive
	CodeConnection      archive.Code = "connection"       // an attachment names no object of its pipeline
	CodeField           archive.Code = "field"            // a mapping names a field that is not there
	CodeFieldType       archive.Code = "field-type"       // a mapping joins fields of different types
	CodeToken           archive.Code = "token"            // a plain variable looks like a token
	CodeSecretValue     archive.Code = "secret-value"     // the archive holds the value of a secret
)

// Finding is one thing worth a look.
type Finding struct {
	Code archive.Code

	// Path leads to the place in the content's JSON, as in
	// /deployments/NAME/versions/NAME/zip, elements of lists by name where
	// they have one. For files it is the name of the entry in the archive,
	// which never begins with a slash.
	Path string

	Message string // never holds the value of a variable
}

// String returns path and message.
func (f Finding) String() string {
	path := f.Path
	if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		path = strconv.Quote(path)
	}
	return path + ": " + f.Message
}

func compare(a, b Finding) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
}

func (c *checker) add(code archive.Code, path jsontext.Pointer, format string, args ...any) {
	c.found = append(c.found, Finding{Code: code, Path: string(path), Message: fmt.Sprintf(format, args...)})
}

func at(tokens ...string) jsontext.Pointer {
	var p jsontext.Pointer
	for _, token := range tokens {
		p = p.AppendToken(token)
	}
	return p
}
