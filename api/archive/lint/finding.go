package lint

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// The codes of the findings of [Check].
const (
	CodeMissingPackage  archive.Code = "missing-package"  // a version has no package
	CodeMissingDocument archive.Code = "missing-document" // a package has no version or environment
	CodeUnknownFile     archive.Code = "unknown-file"     // the format has no place for a file
	CodeUnknownKey      archive.Code = "unknown-key"      // the contract does not know a key
	CodeValue           archive.Code = "value"            // a value that the contract does not list
	CodeOldKey          archive.Code = "old-key"          // a version setting of the first generation
	CodeTwoSettings     archive.Code = "two-settings"     // settings of two generations contradict each other
	CodeLength          archive.Code = "length"           // a name or description is too long
	CodeDefaultVersion  archive.Code = "default-version"  // a default version is not in the archive
	CodeReference       archive.Code = "reference"        // a pipeline uses what is not in the archive
	CodeConnection      archive.Code = "connection"       // an attachment names no object of its pipeline
	CodeField           archive.Code = "field"            // a mapping names a field that is not there
	CodeFieldType       archive.Code = "field-type"       // a mapping joins fields of different types
	CodeToken           archive.Code = "token"            // a plain variable looks like a token
	CodeSecretValue     archive.Code = "secret-value"     // the archive holds the value of a secret
)

func compare(a, b *archive.Finding) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
}

func (c *checker) add(code archive.Code, path jsontext.Pointer, format string, args ...any) {
	c.found = append(c.found, warning(code, string(path), fmt.Sprintf(format, args...)))
}

func warning(code archive.Code, path, message string) *archive.Finding {
	return &archive.Finding{Code: code, Severity: archive.SeverityWarning, Path: path, Message: message}
}

func at(tokens ...string) jsontext.Pointer {
	var p jsontext.Pointer
	for _, token := range tokens {
		p = p.AppendToken(token)
	}
	return p
}
