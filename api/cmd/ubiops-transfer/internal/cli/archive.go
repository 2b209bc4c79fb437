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
		Example: "  ubiops-transfer archive inspect project.zip",
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

// accepted calls use with an archive after its warnings were printed.
func (s *session) accepted(cmd *cobra.Command, name string, use func(*input) error) error {
	return s.acceptedAs(cmd, name, name, use)
}

// acceptedAs is accepted for a file that has a better name than its path.
func (s *session) acceptedAs(cmd *cobra.Command, name, path string, use func(*input) error) error {
	return s.withArchive(cmd.Context(), path, func(in *input, err error) error {
		if err != nil {
			return refused(name, err)
		}
		warn(cmd, name, in.found...)
		return use(in)
	})
}

// refused is the error of an archive that is not accepted.
func refused(name string, err error) error {
	found, ok := errors.AsType[archive.Findings](err)
	if ok && len(found) > 1 {
		return leaving(fmt.Errorf("%s: %w", name, found[0]), fmt.Sprintf("'ubiops-transfer archive lint' lists this and %d more", len(found)-1))
	} else if ok {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// checked is what lint and verify print. Its schema is archive-findings.json.
type checked struct {
	Archive  string             `json:"archive"`
	Findings []*archive.Finding `json:"findings"`
}

// print prints findings, with those in err. Errors among them are the error of the
// command, and so are warnings if it is strict.
func (c checked) print(cmd *cobra.Command, format string, strict bool, err error) error {
	found, ok := errors.AsType[archive.Findings](err)
	if err != nil && !ok {
		return err
	}
	c.Findings = append(found, c.Findings...)
	count := map[archive.Severity]int{}
	for _, f := range c.Findings {
		count[f.Severity]++
	}
	wrong, odd := count[archive.SeverityError], count[archive.SeverityWarning]
	total := fmt.Errorf("%s: %s, %s", c.Archive, many(wrong, "error"), many(odd, "warning"))
	fails := wrong > 0 || strict && odd > 0
	err = printAs(cmd.OutOrStdout(), format, c, func(w io.Writer) {
		for _, f := range c.Findings {
			fmt.Fprintln(w, f.String())
		}
		if !fails { // else it is on stderr
			fmt.Fprintln(w, total)
		}
	})
	if err == nil && fails {
		err = total
	}
	return err
}
