package contract

import (
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// Formats checks the formats of the contract. It is passed to every
// validation, not registered: a registration would hold for every other user
// of kin-openapi in the program.
var Formats = openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
	"uuid":      format("a UUID", IsUUID),
	"uri":       format("an absolute http or https URL", IsLink),
	"date-time": format("a date and time with an offset", isDateTime),
})

func format(what string, valid func(string) bool) openapi3.StringFormatValidator {
	err := errors.New("it is not " + what)
	return openapi3.NewCallbackValidator(func(value string) error {
		if valid(value) {
			return nil
		}
		return err
	})
}

var uuidOfAnyVersion = openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562)

// IsUUID reports whether value is a UUID of any version.
func IsUUID(value string) bool { return uuidOfAnyVersion.Validate(value) == nil }

// IsLink reports whether value can be fetched as an import_link, the one URI
// of the contract. What stands after the host is for whoever fetches it to escape,
// as other clients do.
func IsLink(value string) bool {
	value = strings.TrimSpace(value)
	scheme, rest, ok := strings.Cut(value, "://")
	if !ok || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	u, err := url.Parse(scheme + "://" + rest)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func isDateTime(value string) bool {
	_, err := time.Parse(time.RFC3339, value)
	return err == nil
}
