package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// rowFormat is how the official CLI names a table of one.
const rowFormat = "row"

var (
	listColumns   = []string{"id", "creation_date", "status", "size"}
	detailColumns = []string{"id", "creation_date", "status", "error_message", "size"}
)

// record is an export or import, whose members have the order that the official
// client gives them. What is absent is null.
type record struct {
	names  []string
	values map[string]jsontext.Value
}

// newRecord gives members an order: that of names, and then any others.
func newRecord(names []string, values map[string]jsontext.Value) record {
	var others []string
	for name := range values {
		if !slices.Contains(names, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return record{slices.Concat(names, others), values}
}

// only returns a record with these members, and those of optional that have
// something in them.
func (r record) only(names, optional []string) record {
	for _, name := range optional {
		switch string(r.values[name]) {
		case "", "null", "{}", `""`:
		default:
			names = append(slices.Clip(names), name)
		}
	}
	return record{names, r.values}
}

// MarshalJSONTo writes the members in their order.
func (r record) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range r.names {
		value := r.values[name]
		if value == nil {
			value = jsontext.Value("null")
		}
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := enc.WriteValue(value); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

func (r record) text(name string) string {
	value := r.values[name]
	var text string
	if value.Kind() != jsontext.KindString {
		return strings.TrimPrefix(string(value), "null")
	}
	if err := json.Unmarshal(value, &text); err != nil {
		return string(value)
	}
	return text
}

func (r record) created() time.Time {
	var t models.Time
	if err := json.Unmarshal(r.values["creation_date"], &t); err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// cell is what a table shows of a member.
func (r record) cell(name string) string {
	if t := r.created(); name == "creation_date" && !t.IsZero() {
		return t.Format("Mon Jan 02 2006 15:04:05 UTC")
	}
	return strings.Join(strings.Fields(r.text(name)), " ")
}

var statusColours = map[string]string{"completed": "32", "failed": "31", "": "33"}

// printRow prints one record: as a row, or as json or yaml.
func (s *session) printRow(out io.Writer, format string, columns []string, r record) error {
	if format == rowFormat {
		return s.printTable(out, columns, []record{r})
	}
	return printAs(out, format, r, nil)
}

// printTable prints records as the official CLI does: a line under the header,
// two blanks between columns, sizes to the right.
func (s *session) printTable(out io.Writer, columns []string, records []record) error {
	rows := [][]string{nil, nil}
	for _, name := range columns {
		rows[0] = append(rows[0], strings.ToUpper(name))
	}
	for _, r := range records {
		var row []string
		for _, name := range columns {
			row = append(row, r.cell(name))
		}
		rows = append(rows, row)
	}
	widths, right := make([]int, len(columns)), make([]bool, len(columns))
	for i, name := range columns {
		widths[i] = len(name) + 2
		for _, row := range rows[2:] {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
			right[i] = right[i] || name == "size" && row[i] != ""
		}
		rows[1] = append(rows[1], strings.Repeat("-", widths[i]))
	}
	for n, row := range rows {
		var line strings.Builder
		for i, text := range row {
			width := -widths[i]
			if right[i] {
				width = -width
			}
			fmt.Fprintf(&line, "%*s  ", width, text)
		}
		status := ""
		if n >= 2 {
			status = row[slices.Index(columns, "status")]
		}
		s.printStatus(out, strings.TrimRight(line.String(), " ")+"\n", status)
	}
	return nil
}

// printStatus prints a line with a status in it, which has a colour on a terminal.
func (s *session) printStatus(out io.Writer, line, status string) {
	colour, ok := statusColours[status]
	if !ok {
		colour = statusColours[""]
	}
	before, after, found := strings.Cut(line, " "+status+" ")
	if !found || status == "" || !s.colours(s.stdout) {
		fmt.Fprint(out, line)
		return
	}
	fmt.Fprint(out, before+" ")
	fmt.Fprintf(s.stdout, "\x1b[%sm%s\x1b[0m", colour, settings.Escaped(status)) // past what escapes
	fmt.Fprint(out, " "+after)
}
