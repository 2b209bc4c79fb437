package archive

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

// A model becomes a YAML document by way of JSON too.

// encode returns the document for the model v with the given name.
func (doc *document) encode(name string, v any) ([]byte, error) {
	root, err := nodeOf(v)
	if err != nil {
		return nil, err
	}
	if err := doc.rename(root, name); err != nil {
		return nil, err
	}
	return yamldoc.Dump(root, keyOrder)
}

// encodeVariables returns the document that is a list of variables.
func encodeVariables(v any) ([]byte, error) {
	root, err := nodeOf(v)
	if err != nil {
		return nil, err
	}
	if err := listVariables(root); err != nil {
		return nil, err
	}
	return yamldoc.Dump(root, keyOrder)
}

// rename turns JSON members into YAML keys and adds the name.
func (doc *document) rename(n *yaml.Node, name string) error {
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		_, taken := doc.members[key.Value]
		if taken || key.Value == doc.nameKey && doc.nameKey != "" || slices.Contains(doc.reserved, key.Value) {
			return fmt.Errorf("its unknown member %q has a meaning of its own in the archive", key.Value)
		}
		if of := doc.shape.fields[key.Value]; of != nil && of.kind == variables {
			if err := listVariables(value); err != nil {
				return err
			}
		}
		if k, ok := doc.keys[key.Value]; ok {
			*key = *yamldoc.Text(k)
		}
	}
	if doc.nameKey != "" {
		n.Content = append(n.Content, yamldoc.Text(doc.nameKey), yamldoc.Text(name))
	}
	return nil
}

// listVariables turns the dictionary of variables into a list.
func listVariables(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("its environment variables are not a dictionary")
	}
	yamldoc.SortKeys(n, keyOrder)
	items := make([]*yaml.Node, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if name == "" {
			return errors.New("it has an environment variable without a name")
		}
		if err := variableDocument.rename(n.Content[i+1], name); err != nil {
			return fmt.Errorf("environment variable %q: %w", name, err)
		}
		items = append(items, n.Content[i+1])
	}
	*n = yaml.Node{Kind: yaml.SequenceNode, Content: items}
	return nil
}

func nodeOf(v any) (*yaml.Node, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return yamldoc.FromJSON(data, DefaultLimits().Depth)
}
