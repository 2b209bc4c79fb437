package archive

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// vocabularies are the values that the contract lists, by the member that
// takes them; the member means the same in every model that has it. Some are
// plain strings in the models.
var vocabularies = map[string][]string{
	"input_type":  dataStructures,
	"output_type": dataStructures,
	"data_type": words(models.DataTypeInt, models.DataTypeString, models.DataTypeDouble, models.DataTypeBool,
		models.DataTypeDict, models.DataTypeFile,
		models.DataTypeArrayInt, models.DataTypeArrayDouble, models.DataTypeArrayString, models.DataTypeArrayFile),
	"request_retention_mode": {"none", "metadata", "full"},
	"reference_type":         {"deployment", "pipeline", "operator"},
}

var dataStructures = words(models.DataStructureStructured, models.DataStructurePlain)

func words[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// outside says which values a scalar could have had, or nothing if it has one
// of them.
func (s *shape) outside(value string) string {
	if s.words == nil || slices.Contains(s.words, value) {
		return ""
	}
	last := len(s.words) - 1
	return fmt.Sprintf("must be %s or %s", strings.Join(s.words[:last], ", "), s.words[last])
}

// checkWords returns an error for the first value below n, a JSON value as
// nodes, that the contract does not list.
func checkWords(n *yaml.Node, s *shape, what string) error {
	switch {
	case n.Kind == yaml.ScalarNode && !isNull(n):
		if reason := s.outside(n.Value); reason != "" {
			return fmt.Errorf("its %s %s", what, reason)
		}
	case n.Kind == yaml.SequenceNode && s.kind == list:
		for _, item := range n.Content {
			if err := checkWords(item, s.elem, what); err != nil {
				return err
			}
		}
	case n.Kind == yaml.MappingNode && s.kind == object:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if of := s.fields[n.Content[i].Value]; of != nil {
				if err := checkWords(n.Content[i+1], of, n.Content[i].Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
