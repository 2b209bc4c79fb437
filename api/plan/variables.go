package plan

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// MapVariables returns content with every environment variable replaced by what
// f makes of it: those of the project, of deployments and of their versions.
// The path leads to the variable as in [Problem]; the order is fixed. The
// argument is not changed.
func MapVariables(content archive.Content, f func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable) archive.Content {
	return variables.Map(content, f)
}

// Missing reports whether a variable has no value that could be created: none
// at all or, if it is secret, an empty one, which is how archives leave the
// value of a secret out.
func Missing(v models.EnvironmentVariable) bool { return variables.Missing(v) }

func values(ps *problems, create archive.Content) {
	MapVariables(create, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if Missing(v) {
			ps.add(path, "the archive has no value for it, and none is given")
		}
		return v
	})
}
