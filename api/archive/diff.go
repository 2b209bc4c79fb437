package archive

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// DiffOption changes what [Diff] takes for a difference.
type DiffOption func(*comparison)

// IgnoreImportLabel leaves out the label `import`, which the platform gives to
// every object that an import created.
func IgnoreImportLabel() DiffOption {
	return func(c *comparison) { c.ignoreImportLabel = true }
}

// IgnoreSecretValues leaves out the values of variables that are secret on
// either side: an export never has them. Whether a variable is secret is still
// compared.
func IgnoreSecretValues() DiffOption {
	return func(c *comparison) { c.ignoreSecretValues = true }
}

// defaults are the values that mean the same as no value, beside null: by
// member, in any object of the contract. The first four are what the page's
// examples and real archives write for nothing; reference_type has a
// documented default; an empty collection has nothing to differ in.
var defaults = map[string]string{
	"description":           `""`,
	"display_name":          `""`,
	"labels":                `{}`,
	"reference_version":     `""`,
	"reference_type":        `"deployment"`,
	"secret":                `false`,
	"configuration":         `{}`,
	"deployments":           `{}`,
	"pipelines":             `{}`,
	"environments":          `{}`,
	"services":              `{}`,
	"versions":              `{}`,
	"environment_variables": `{}`,
	"input_fields":          `[]`,
	"output_fields":         `[]`,
	"objects":               `[]`,
	"attachments":           `[]`,
	"sources":               `[]`,
	"mapping":               `[]`,
	"ports":                 `[]`,
}

var contentShape = shapeOf(reflect.TypeFor[Content]())

// DiffContent returns the differences between two contents, by path. Packages,
// so the members `zip`, are not compared. See [Diff] for what is a difference.
// It fails only for content that has no JSON form, such as text that is not
// UTF-8; what was read from an archive always has one.
func DiffContent(before, after Content, opts ...DiffOption) ([]Change, error) {
	var c comparison
	for _, opt := range opts {
		opt(&c)
	}
	old, err := json.Marshal(before, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("the old content: %w", err)
	}
	updated, err := json.Marshal(after, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("the new content: %w", err)
	}
	if err := c.object("", contentShape, old, updated); err != nil {
		return nil, err
	}
	sortChanges(c.changes)
	return c.changes, nil
}

func sortChanges(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int { return strings.Compare(string(a.Path), string(b.Path)) })
}

type comparison struct {
	ignoreImportLabel, ignoreSecretValues bool
	changes                               []Change
}

// Diff returns the differences between two archives, by path: objects that
// were added or removed, fields whose values differ, and packages whose
// SHA-256 differs, for which it reads all packages of objects that both
// archives have.
//
// How the YAML is written, the order of keys and of named list elements, the
// names of directories, the content of info.yaml and unknown files are no
// differences. Nor is one between an absent member, null, and its default: an
// empty description or display_name, an empty list or dictionary, false for
// secret, an empty reference_version, "deployment" for reference_type. Members
// that the contract does not know are compared as they are.
//
// The values of secret variables never appear in a [Change]. An error comes
// from reading a package.
func Diff(before, after *Archive, opts ...DiffOption) ([]Change, error) {
	changes, err := DiffContent(before.content, after.content, opts...)
	if err != nil {
		return nil, err
	}
	p := packageDiff{before: before, after: after, changes: changes}
	if err := p.compare(); err != nil {
		return nil, err
	}
	sortChanges(p.changes)
	return p.changes, nil
}
