package docs

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// A source is where parts are known from, and how many are. If it is a kind, it is all
// sources whose mark begins with this word.
type source struct {
	Mark, Label string
	Kind        bool
	Parts       int
}

// fromPage is the source of what has no mark, and is inside of nothing that has one.
const fromPage = "page"

// The extensions of the contract that say where something is known from.
const (
	sourceKey         = "x-source"
	sourceOfValues    = "x-enum-source"     // of some values of a vocabulary
	sourceOfReference = "x-property-source" // of some members that are only a reference
)

// mark is the source in the extensions of a part, or that of what it is inside of.
func mark(extensions map[string]any, outer string) string {
	if source, ok := extensions[sourceKey].(string); ok {
		return source
	}
	return outer
}

// everySource lists the sources that there are, with all versions of a client in
// their order, and before them what all of them have.
func (r *reader) everySource() []source {
	kinds := map[string][]string{}
	for mark := range r.sources {
		kind, _, _ := strings.Cut(mark, " ")
		kinds[kind] = append(kinds[kind], mark)
	}
	var all []source
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(kinds)), func(kind string) bool { return kind == fromPage })
	for _, kind := range append([]string{fromPage}, rest...) {
		whole := source{Mark: kind, Label: "any " + kind, Kind: true}
		var each []source
		slices.SortFunc(kinds[kind], func(a, b string) int {
			return semver.Compare("v"+strings.TrimPrefix(a, kind+" "), "v"+strings.TrimPrefix(b, kind+" "))
		})
		for _, mark := range kinds[kind] {
			label := mark
			if mark == fromPage {
				label = "page of the platform"
			}
			each = append(each, source{Mark: mark, Label: label, Parts: r.sources[mark]})
			whole.Parts += r.sources[mark]
		}
		if len(each) > 1 {
			all = append(all, whole)
		}
		all = append(all, each...)
	}
	return all
}
