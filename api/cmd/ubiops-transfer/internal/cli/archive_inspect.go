package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// inspection is what inspect prints. Its schema is archive-inspect.json.
type inspection struct {
	Archive    string             `json:"archive"`
	FormatSpec string             `json:"format_spec"`
	ExportDate *string            `json:"export_date,omitzero"`
	Root       string             `json:"root"`
	Objects    []plan.Item        `json:"objects"`
	Needs      []plan.Item        `json:"needs"` // variables without a value that could be created
	Packages   []archive.Package  `json:"packages"`
	Others     []string           `json:"others"`
	Findings   []*archive.Finding `json:"findings"`
	Content    archive.Content    `json:"content"` // without the values of secrets
}

func inspect(name string, in *input) inspection {
	content, info := in.Content(), in.Info()
	i := inspection{
		Archive: name, FormatSpec: info.FormatSpec, Root: in.Root(), Objects: plan.Items(content), Needs: plan.Needs(content),
		Packages: in.Packages(), Others: in.Others(), Findings: in.found, Content: archive.MaskSecrets(content),
	}
	if info.Metadata != nil {
		i.ExportDate = info.Metadata.ExportDate
	}
	return i
}

func inspectCommand(s *session) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "inspect ARCHIVE",
		Short: "Print what an archive holds",
		Long: "inspect prints the objects of an archive, its packages, files that the format does\n" +
			"not know, and which variables need a value before they can be created.",
		Example: "  ubiops-transfer archive inspect project.zip\n" +
			"  ubiops-transfer archive inspect project.zip --format json | jq .content.deployments",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.accepted(cmd, args[0], func(in *input) error {
				answer := inspect(args[0], in)
				return printAs(cmd.OutOrStdout(), format, answer, answer.table)
			})
		},
	}
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}

func (i inspection) table(w io.Writer) {
	fmt.Fprintf(w, "format %s", cell(i.FormatSpec))
	if i.ExportDate != nil {
		fmt.Fprintf(w, ", exported %s", cell(*i.ExportDate))
	}
	fmt.Fprint(w, "\n\nKIND\tNAME\tOF\tNOTE\n")
	needs := map[string]bool{}
	for _, n := range i.Needs {
		needs[n.Place] = true
	}
	for _, o := range i.Objects {
		note := o.Note
		if needs[o.Place] {
			note = strings.TrimPrefix(note+", needs a value", ", ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", cell(o.Kind), cell(o.Name), cell(strings.Join(o.Of, " ")), cell(note))
	}
	if len(i.Packages) > 0 {
		fmt.Fprint(w, "\nPACKAGE\tBYTES\n")
	}
	for _, p := range i.Packages {
		fmt.Fprintf(w, "%s\t%d\n", cell(p.Path), p.Size)
	}
	if len(i.Others) > 0 {
		fmt.Fprint(w, "\nFILE THAT THE FORMAT DOES NOT KNOW\n")
	}
	for _, name := range i.Others {
		fmt.Fprintln(w, cell(name))
	}
}

// cell is a text that stays in its cell of a table.
func cell(text string) string { return archive.Printable(text) }
