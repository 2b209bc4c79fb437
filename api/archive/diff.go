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
// either side, and of secrets in members that the contract does not know: an
// export never has them. Whether a variable is secret is still compared.
func IgnoreSecretValues() DiffOption {
	return func(c *comparison) { c.ignoreSecretValues = true }
}

// IgnoreZipping leaves out packages that hold the same files and differ only in
// how they are zipped, as those that [UnpackPackages] and [Pack] have handled do.
func IgnoreZipping() DiffOption {
	return func(c *comparison) { c.ignoreZipping = true }
}

var contentShape = shapeOf(reflect.TypeFor[Content]())

// DiffContent returns the differences between two contents, by path. Packages,
// so the members `zip`, are not compared. See [Diff] for what is a difference.
// It fails only for content that has no JSON form, such as text that is not
// UTF-8; what was read from an archive always has one.
func DiffContent(before, after Content, opts ...DiffOption) ([]Change, error) {
	c := comparisonOf(opts)
	if c.ignoreSecretValues {
		before, after = WithoutSecrets(before), WithoutSecrets(after)
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
	ignoreImportLabel, ignoreSecretValues, ignoreZipping bool
	changes                                              []Change
}

func comparisonOf(opts []DiffOption) comparison {
	var c comparison
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// Diff returns the differences between two archives, by path: objects that
// were added or removed, fields whose values differ, and packages whose
// SHA-256 differs, for which it reads all packages of objects that both
// archives have.
//
// How the YAML is written, the order of keys and of named list elements, the
// names of directories, the content of info.yaml and unknown files are not
// differences. Nor is one between an absent member, null, and its default: an
// empty description or display_name, an empty list or dictionary, false for
// secret, an empty value of a secret variable, an empty name of a version, an
// environment or another setting, "deployment" for reference_type. Members
// that the contract does not know are compared as they are.
//
// Of a package that both archives have, [Change.Files] lists the files that
// differ inside. The archive's limits hold for its packages too; one that
// they or the checks of [Open] would refuse is compared by its SHA-256 alone.
// A package that the archive holds compressed is unpacked to a temporary file
// for that.
//
// The values of variables that are secret on either side never appear in a
// [Change], nor does a value of a member that the contract does not know if
// there is an object in it that says secret. An error comes from reading a
// package.
func Diff(before, after *Archive, opts ...DiffOption) ([]Change, error) {
	changes, err := DiffContent(before.content, after.content, opts...)
	if err != nil {
		return nil, err
	}
	p := packageDiff{before: before, after: after, ignoreZipping: comparisonOf(opts).ignoreZipping, changes: changes, buffer: make([]byte, 256<<10)}
	if err := p.compare(); err != nil {
		return nil, err
	}
	sortChanges(p.changes)
	return p.changes, nil
}
