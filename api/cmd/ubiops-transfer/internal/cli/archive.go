package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
)

func archiveCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "archive",
		Short: "Look at, check, compare, unpack and pack archives, offline",
		Long: "archive works on archives without any host. An ARCHIVE is a ZIP file, a folder that\n" +
			"unpack wrote, or - for a ZIP file on stdin, which is kept in a temporary file.\n" +
			"Warnings go to stderr, unless they are what was asked for. The values of secrets are\n" +
			"never printed.",
	}
	cmd.AddCommand(inspectCommand(s), lintCommand(s), verifyCommand(s), diffCommand(s), unpackCommand(s), packCommand(s))
	return cmd
}

// warn prints warnings of an archive that the user has called by a name.
func warn(cmd *cobra.Command, name string, found ...*archive.Finding) {
	for _, f := range found {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", name, f.String())
	}
}

// refused is the error of an archive that was not accepted, in one line. What else
// is wrong with it is left to lint.
func refused(name string, err error) error {
	found, ok := errors.AsType[archive.Findings](err)
	switch {
	case !ok:
		return err
	case len(found) == 1:
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %w; `ubiops-transfer archive lint` lists this and %d more", name, found[0], len(found)-1)
}

// checked is what lint and verify print. Its schema is archive-findings.json.
type checked struct {
	Archive  string             `json:"archive"`
	Findings []*archive.Finding `json:"findings"`
}

// print prints findings. Errors among them are the error of the command, and so
// are warnings if it is strict.
func (c checked) print(cmd *cobra.Command, format string, strict bool) error {
	count := map[archive.Severity]int{}
	for _, f := range c.Findings {
		count[f.Severity]++
	}
	wrong, odd := count[archive.SeverityError], count[archive.SeverityWarning]
	total := fmt.Errorf("%s: %s, %s", c.Archive, many(wrong, "error"), many(odd, "warning"))
	fails := wrong > 0 || strict && odd > 0
	err := printAs(cmd.OutOrStdout(), format, c, func(w io.Writer) {
		for _, f := range c.Findings {
			fmt.Fprintln(w, f.String())
		}
		if !fails { // else it is on stderr
			fmt.Fprintln(w, total)
		}
	})
	if err == nil && fails {
		err = exitWith(exitFailed, total)
	}
	return err
}
