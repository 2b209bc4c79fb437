package lint

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// What the platform allows, in characters. It documents no length for the
// names of services.
const (
	maxName            = 64 // of deployments, pipelines, versions and variables
	maxEnvironmentName = 1024
	maxDescription     = 400
)

func (c *checker) name(path jsontext.Pointer, name string, longest int) {
	if n := utf8.RuneCountInString(name); n > longest {
		c.add(CodeLength, path, "the name has %d characters; the platform takes up to %d", n, longest)
	}
}

func (c *checker) description(path jsontext.Pointer, text models.Nullable[string]) {
	if n := utf8.RuneCountInString(text.Or("")); n > maxDescription {
		c.add(CodeLength, path.AppendToken("description"), "the description has %d characters; the platform takes up to %d", n, maxDescription)
	}
}
