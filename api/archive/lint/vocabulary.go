package lint

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

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

// formerValues are those that the platform took once, with what they are today.
var formerValues = map[string]map[string]string{"data_type": {"blob": "file"}}

func words[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// value warns of the value of a member that the contract does not list. The
// platform adds values, and drops some, so none is an error.
func (c *checker) value(path jsontext.Pointer, value string) {
	member := path.LastToken()
	listed, ok := vocabularies[member]
	if !ok || slices.Contains(listed, value) {
		return
	}
	if today, ok := formerValues[member][value]; ok {
		c.add(CodeValue, path, "%s is an old value; today it is %s", value, today)
		return
	}
	last := len(listed) - 1
	c.add(CodeValue, path, "the contract does not know this value, which is kept; it knows %s and %s", strings.Join(listed[:last], ", "), listed[last])
}
