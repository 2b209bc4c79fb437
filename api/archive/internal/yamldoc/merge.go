package yamldoc

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// Merged returns the keys and values of a mapping, with those that merge keys
// (<<) add: what the mapping says itself goes before them, an earlier mapping of
// a list before a later one.
func (r *Reader) Merged(n *yaml.Node, depth int) ([]*yaml.Node, error) {
	isMerge := func(key *yaml.Node) bool { return Follow(key).Tag == "!!merge" }
	if n.Kind != yaml.MappingNode || !slices.ContainsFunc(n.Content, isMerge) {
		return n.Content, nil
	}
	var own, added []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key, value := n.Content[i], n.Content[i+1]; isMerge(key) {
			more, err := r.mergedValue(value, depth+1)
			if err != nil {
				return nil, err
			}
			added = append(added, more...)
		} else {
			own = append(own, key, value)
		}
	}
	seen := make(map[string]bool, len(own)/2)
	for i := 0; i+1 < len(own); i += 2 {
		seen[Follow(own[i]).Value] = true
	}
	for i := 0; i+1 < len(added); i += 2 {
		if key := Follow(added[i]).Value; !seen[key] {
			seen[key] = true
			own = append(own, added[i], added[i+1])
		}
	}
	return own, nil
}

// mergedValue returns what the value of a merge key adds.
func (r *Reader) mergedValue(value *yaml.Node, depth int) ([]*yaml.Node, error) {
	n, err := r.Visit(value, depth)
	if err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 { // each is read as often as it is merged
			if _, err := r.Visit(n.Content[i], depth+1); err != nil {
				return nil, err
			}
		}
		return r.Merged(n, depth)
	case yaml.SequenceNode:
		var all []*yaml.Node
		for _, item := range n.Content {
			item, err := r.Visit(item, depth+1)
			if err != nil {
				return nil, err
			}
			if item.Kind != yaml.MappingNode {
				return nil, faultf(item, Invalid, "a merge key (<<) takes a mapping, or a list of mappings")
			}
			more, err := r.mergedValue(item, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	default:
		return nil, faultf(n, Invalid, "a merge key (<<) takes a mapping, or a list of mappings")
	}
}
