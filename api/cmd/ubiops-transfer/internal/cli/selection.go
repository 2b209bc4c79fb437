package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
)

// required are the dictionaries that every selection sends: one that sends none
// may mean everything.
var required = []string{"deployments", "pipelines", "environment_variables"}

// described are members that exports and imports have of themselves. Files that
// were made by get can have them; they are not selected.
var described = []string{"id", "exported_by", "imported_by", "creation_date", "status", "error_message", "size"}

// readSelection reads a YAML file, or stdin for "-", with the objects to export or
// to create, into a model. It warns of members that it does not know.
func (s *session) readSelection(cmd *cobra.Command, path string, optional []string, into any) error {
	text, err := s.readInput(cmd.Context(), path)
	if err != nil {
		return err
	}
	if path == "-" {
		path = "stdin"
	}
	var members map[string]yamlValue
	if err := yaml.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	selected := map[string]any{}
	for _, name := range required {
		selected[name] = map[string]any{}
	}
	for name, value := range members {
		_, mapping := value.any.(map[string]yamlValue)
		switch {
		case slices.Contains(required, name), slices.Contains(optional, name) && name != "description":
			if !mapping {
				return fmt.Errorf("%s: %s has to be a dictionary of names", path, name)
			}
			selected[name] = value
		case slices.Contains(optional, name):
			selected[name] = value
		case !slices.Contains(described, name):
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s is not a member that can be selected, and ignored\n", path, name)
		}
	}
	encoded, err := json.Marshal(selected)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(encoded, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (s *session) readInput(ctx context.Context, path string) ([]byte, error) {
	if path == "-" {
		return unlessDone(ctx, func() ([]byte, error) { return io.ReadAll(s.stdin) })
	}
	return os.ReadFile(path) //nolint:gosec // G304: the user has named it
}

// yamlValue is a value as readers of YAML 1.1 have it, with keys as they are
// written: the version 1.10 is not 1.1.
type yamlValue struct{ any }

// UnmarshalYAML implements [yaml.Unmarshaler].
func (v *yamlValue) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		return decodeAs[map[string]yamlValue](n, &v.any)
	case yaml.SequenceNode:
		return decodeAs[[]yamlValue](n, &v.any)
	default:
	}
	var truth bool
	switch tag := n.ShortTag(); {
	case tag == "!!timestamp":
		v.any = n.Value
		return nil
	case tag == "!!str" && n.Style == 0 && len(n.Value) > 1 && n.Decode(&truth) == nil: // yes, on
		v.any = truth
		return nil
	}
	return n.Decode(&v.any)
}

func decodeAs[T any](n *yaml.Node, into *any) error {
	var value T
	err := n.Decode(&value)
	*into = value
	return err
}

// MarshalJSON implements the interface of encoding/json.
func (v yamlValue) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(v.any, json.Deterministic(true))
	if err != nil {
		return nil, errors.New("a number that JSON does not have")
	}
	return text, nil
}
