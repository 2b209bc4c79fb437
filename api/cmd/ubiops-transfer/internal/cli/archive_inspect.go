package cli

import (
	"errors"
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
	Objects    []object           `json:"objects"`
	Packages   []packed           `json:"packages"`
	Others     []string           `json:"others"`
	Findings   []*archive.Finding `json:"findings"`
	Content    archive.Content    `json:"content"` // without the values of secrets
}

// object is a [plan.Item].
type object struct {
	Kind  string   `json:"kind"`
	Name  string   `json:"name"`
	Of    []string `json:"of,omitempty"`
	Place string   `json:"place"`
	Note  string   `json:"note,omitzero"`
	Needs bool     `json:"needs_value,omitzero"` // a variable without a value that could be created
}

type packed struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

func inspect(name string, o *input) inspection {
	content := o.Content()
	i := inspection{
		Archive: name, FormatSpec: o.Info().FormatSpec, Root: o.Root(), Others: o.Others(),
		Findings: o.found, Content: archive.MaskSecrets(content),
	}
	if o.Info().Metadata != nil {
		i.ExportDate = o.Info().Metadata.ExportDate
	}
	needs := map[string]bool{}
	for _, item := range plan.Needs(content) {
		needs[item.Place] = true
	}
	for _, item := range plan.Items(content) {
		i.Objects = append(i.Objects, object{item.Kind, item.Name, item.Of, item.Place, item.Note, needs[item.Place]})
	}
	for _, p := range o.Packages() {
		i.Packages = append(i.Packages, packed{p.Path, p.Size})
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
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o, err := s.openArchive(cmd.Context(), args[0])
			defer func() { err = errors.Join(err, o.Close()) }()
			if err != nil {
				return refused(args[0], err)
			}
			warn(cmd, args[0], o.found...)
			answer := inspect(args[0], o)
			return printAs(cmd.OutOrStdout(), format, answer, answer.table)
		},
	}
	formatFlag(cmd, &format, "table", "json", "yaml")
	return cmd
}

func (i inspection) table(w io.Writer) {
	fmt.Fprintf(w, "format %s", cell(i.FormatSpec))
	if i.ExportDate != nil {
		fmt.Fprintf(w, ", exported %s", cell(*i.ExportDate))
	}
	fmt.Fprint(w, "\n\nKIND\tNAME\tOF\tNOTE\n")
	for _, o := range i.Objects {
		note := o.Note
		if o.Needs {
			note = strings.TrimPrefix(note+", needs a value", ", ")
		} else if strings.HasPrefix(note, "from ") {
			note = "with a package" // which is below
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
