package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheTableDescribesTheFixtures compares the hand-kept table with the page's
// own examples: it names every member in them, with its type, and what it knows
// from an example only is in one.
func TestTheTableDescribesTheFixtures(t *testing.T) {
	t.Parallel()
	d := describer{table: documented(t), seen: map[string]bool{}}
	for _, fixture := range allFixtures(t) {
		op, typ := d.table.Operations[fixture.Operation], ""
		if typ = op.Returns; fixture.Part == "request" {
			typ = op.Parameters["data"].Type
		}
		d.value(fixture.File, typ, read(t, fixture))
	}
	for _, finding := range d.findings {
		t.Error(finding)
	}
	// What the page has no example of, but a list of fields.
	listed := []string{"ExportDetail", "ImportCreate", "ImportDetail"}
	for schema, fields := range d.table.Schemas {
		for name := range fields.Fields {
			if !slices.Contains(listed, schema) && !d.seen[schema+"."+name] {
				t.Errorf("no example has %s.%s", schema, name)
			}
		}
	}
	for _, vocabulary := range []string{"DataStructure", "DataType"} {
		for _, value := range d.table.Values[vocabulary] {
			if !d.seen[vocabulary+" "+value] {
				t.Errorf("no example has the %s %s", vocabulary, value)
			}
		}
	}
}

type describer struct {
	table table
	seen  map[string]bool
	findings
}

func (d *describer) value(at, typ string, value any) {
	ok := true
	inner, _ := strings.CutSuffix(typ, "]")
	switch outer, entry, _ := strings.Cut(inner, "["); outer {
	case "list":
		var list []any
		list, ok = value.([]any)
		for i, element := range list {
			d.value(fmt.Sprintf("%s/%d", at, i), entry, element)
		}
	case "dictionary":
		var entries map[string]any
		entries, ok = value.(map[string]any)
		for name, element := range entries {
			d.value(at+"/"+name, entry, element)
		}
	case "integer":
		// The examples show that a size can be null.
		ok = value == nil && strings.HasSuffix(at, "/size") || fmt.Sprintf("%T", value) == "json.Number"
	case "boolean":
		_, ok = value.(bool)
	case "date":
		_, err := time.Parse(time.RFC3339, fmt.Sprint(value))
		ok = err == nil
	case "uuid":
		ok = identifier.MatchString(fmt.Sprint(value))
	case "string":
		_, ok = value.(string)
	default:
		d.named(at, typ, value)
	}
	if !ok {
		d.add("%s: %v is no %s", at, value, typ)
	}
}

// named is the value of a schema or a vocabulary of the table.
func (d *describer) named(at, typ string, value any) {
	if values, ok := d.table.Values[typ]; ok {
		d.seen[typ+" "+fmt.Sprint(value)] = true
		if !slices.Contains(values, fmt.Sprint(value)) {
			d.add("%s: %v is no %s", at, value, typ)
		}
		return
	}
	schema, known := d.table.Schemas[typ]
	members, ok := value.(map[string]any)
	if !known || !ok {
		d.add("%s: %v is no %s", at, value, typ)
		return
	}
	for _, name := range schema.Required {
		if _, ok := members[name]; !ok {
			d.add("%s: there is no %s", at, name)
		}
	}
	for name, member := range members {
		d.seen[typ+"."+name] = true
		if inner, ok := schema.Fields[name]; ok {
			d.value(at+"/"+name, inner, member)
		} else {
			d.add("%s: the table has no %s in %s", at, name, typ)
		}
	}
}
