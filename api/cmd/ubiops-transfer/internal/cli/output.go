package cli

import (
	"bytes"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

// Formats that programs read.
const (
	jsonFormat = "json"
	yamlFormat = "yaml"
)

// formatFlag adds --format, whose first choice is the default.
func formatFlag(cmd *cobra.Command, into *string, choices ...string) {
	settings.Flag(cmd, into, "format", choices[0], "choice", "how to print: "+strings.Join(choices, ", "), func(text string) (string, error) {
		return settings.OneOf(choices...)(strings.ToLower(text))
	})
	complete(cmd, "format", choices...)
}

// complete says what can be given for a flag.
func complete(cmd *cobra.Command, flag string, choices ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
}

// printAs prints a value as json or yaml, or, in any other format, by table, whose
// cells end in tabs.
func printAs(out io.Writer, format string, value any, table func(w io.Writer)) error {
	switch format {
	case jsonFormat:
		text, err := jsonText(value)
		if err != nil {
			return err
		}
		_, err = out.Write(append(text, '\n'))
		return err
	case yamlFormat:
		text, err := yamlText(value)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	table(w)
	return w.Flush()
}

// jsonText encodes a value in one line, with spaces as Python has them.
func jsonText(value any) ([]byte, error) {
	return json.Marshal(value, json.Deterministic(true), jsontext.SpaceAfterColon(true), jsontext.SpaceAfterComma(true))
}

// yamlText encodes a value in block style, with the members of its JSON in their
// order.
func yamlText(value any) ([]byte, error) {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	blockStyle(doc.Content[0])
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	enc.CompactSeqIndent()
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// blockStyle takes away how JSON is written; what would be read as something else
// than a text stays quoted, and so does what printable escapes, as YAML does.
func blockStyle(n *yaml.Node) {
	if len(n.Content) > 0 || n.Kind == yaml.ScalarNode && !strings.ContainsFunc(n.Value, settings.IsEscaped) {
		n.Style = 0
	}
	for i, child := range n.Content {
		if blockStyle(child); i > 0 && n.Content[i-1].Value == "creation_date" && child.Tag == "!!str" {
			child.Tag = "!!timestamp" // so that it is not quoted
		}
	}
}
