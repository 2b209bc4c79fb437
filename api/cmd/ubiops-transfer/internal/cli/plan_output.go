package cli

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// maxReport is less than the summary of a job on GitHub may have, 1 MiB.
const maxReport = 1_000_000

// planOutput is how a plan is printed.
type planOutput struct {
	format   string
	report   string // file to append Markdown to
	detailed bool
}

func (o *planOutput) define(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 2 if anything is not the same")
	settings.Flag(cmd, &o.report, "report", "", "markdown=FILE", "append a report to a file, such as $GITHUB_STEP_SUMMARY", func(text string) (string, error) {
		path, ok := strings.CutPrefix(text, "markdown=")
		if !ok && text != "" || ok && path == "" {
			return "", errors.New("it has to be markdown=FILE")
		}
		return path, nil
	})
	formatFlag(cmd, &o.format, "table", jsonFormat)
}

func (o *planOutput) print(cmd *cobra.Command, p *plan.Plan) error {
	if o.report != "" {
		if err := appendFile(o.report, func(w io.Writer) error { return markdown(w, p) }); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	var err error
	if o.format == jsonFormat {
		err = p.Write(out)
	} else {
		for line := range planLines(p) {
			fmt.Fprintln(out, line)
		}
		fmt.Fprintln(out, strings.Join(append(planSummary(p), planReferences(p)...), "\n"))
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if n := p.Counts; o.detailed && n.Create+n.Different+n.Conflict > 0 {
		return exitWith(exitChanges, errors.New("there are changes"))
	}
	return nil
}

// planLines are the rows of a plan, and the files in packages; of what is the same,
// there is nothing to say.
func planLines(p *plan.Plan) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, row := range p.Rows {
			if row.Class == plan.Same && row.Member == "" {
				continue
			}
			line := row.String()
			if row.Member != "" {
				line = "  " + line
			}
			if !yield(line) {
				return
			}
			for _, file := range row.Files {
				if !yield(fmt.Sprintf("    %s %s", file.Kind, cell(file.Path))) {
					return
				}
			}
		}
	}
}

// planReferences says where apply reads values.
func planReferences(p *plan.Plan) (lines []string) {
	for _, place := range slices.Sorted(maps.Keys(p.Values)) {
		lines = append(lines, fmt.Sprintf("apply reads %s from %s", cell(place), cell(string(p.Values[place]))))
	}
	return lines
}

// planSummary says what matters most in a few lines.
func planSummary(p *plan.Plan) []string {
	n := p.Counts
	var only, values, packages int
	for _, row := range p.Rows {
		if row.Class == plan.OnlyInTarget && row.Member == "" {
			only++
		}
		switch row.NotCompared {
		case "value":
			values++
		case "package":
			packages++
		}
	}
	lines := []string{
		fmt.Sprintf("project %s on %s", cell(p.Project), cell(p.Host)),
		fmt.Sprintf("%d to create, %d the same, %d different, %d in conflict; %d only in the project, which stay", n.Create, n.Same, n.Different, n.Conflict, only),
	}
	if values > 0 {
		lines = append(lines, many(values, "value")+" not compared: secrets are not shown by any host")
	}
	if packages > 0 && !p.Packages {
		lines = append(lines, many(packages, "package")+" not compared: --packages compares them")
	} else if packages > 0 {
		lines = append(lines, many(packages, "package")+" not compared: one side does not hold it")
	}
	if p.Overrides.Rewrites() {
		lines = append(lines, "the archive is written again before it is uploaded, with new names")
	}
	return lines
}

// markdown writes a plan for a reviewer: the summary first, the rows folded.
func markdown(w io.Writer, p *plan.Plan) error {
	var b strings.Builder
	b.WriteString("### Plan of an import\n\n<pre>\n")
	left := 0
	add := func(line string) {
		line = html.EscapeString(settings.Escaped(line)) + "\n"
		if left > 0 || b.Len()+len(line) > maxReport {
			left++
			return
		}
		b.WriteString(line)
	}
	for _, line := range append(planSummary(p), planReferences(p)...) {
		add(line)
	}
	b.WriteString("</pre>\n\n<details><summary>Objects and members</summary>\n\n<pre>\n")
	for line := range planLines(p) {
		add(line)
	}
	if left > 0 {
		fmt.Fprintf(&b, "%d more lines: plan show prints them\n", left)
	}
	b.WriteString("</pre>\n</details>\n\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// appendFile adds to a file, or makes a new one.
func appendFile(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666) //nolint:gosec // G302, G304: anyone may read it, and the user has named it
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
