package cli

import (
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/lint"
)

func lintCommand(s *session) *cobra.Command {
	var ignore []string
	cmd := checkCommand(s, func(_ *cobra.Command, in *input) ([]*archive.Finding, error) {
		codes := make([]archive.Code, len(ignore))
		for i, code := range ignore {
			codes[i] = archive.Code(code)
		}
		return lint.Check(in.Archive, codes...), nil
	})
	cmd.Use = "lint ARCHIVE"
	cmd.Short = "List what is wrong or odd in an archive"
	cmd.Long = "lint lists what an archive is refused for, which are errors, or else what is likely a\n" +
		"mistake: objects that lead nowhere, values that look like tokens, keys and files that\n" +
		"the format does not know. Each line has the place, the severity, a sentence, and a code\n" +
		"for --ignore. It exits with 1 if there are errors. Packages are not read: see verify."
	cmd.Example = "  ubiops-transfer archive lint project.zip --ignore reference,default-version"
	cmd.Flags().StringSliceVar(&ignore, "ignore", nil, "codes of warnings to leave out, separated by commas")
	return cmd
}

func verifyCommand(s *session) *cobra.Command {
	cmd := checkCommand(s, func(cmd *cobra.Command, in *input) ([]*archive.Finding, error) {
		if in.zip == nil {
			if err := in.pack(); err != nil {
				return nil, err
			}
		}
		info, err := in.zip.Stat()
		if err != nil {
			return nil, err
		}
		found := in.found
		err = archive.Verify(cmd.Context(), in.zip, info.Size(), archive.OnWarning(func(f *archive.Finding) { found = append(found, f) }))
		return found, err
	})
	cmd.Use = "verify ARCHIVE"
	cmd.Short = "Read all of an archive, packages too, and check every byte"
	cmd.Long = "verify checks that everything in an archive can be read and is what the archive says:\n" +
		"sizes and checksums, no hidden or overlapping data, packages that are ZIP files\n" +
		"themselves. Of a folder, it checks the ZIP file that pack would make. It exits with 1 if\n" +
		"there are errors."
	cmd.Example = "  ubiops-transfer archive verify project.zip\n" +
		"  curl -s https://example.com/project.zip | ubiops-transfer archive verify -"
	return cmd
}

// checkCommand makes a command that prints what check finds. It is not asked if the
// archive is refused: then the reasons are printed.
func checkCommand(s *session, check func(*cobra.Command, *input) ([]*archive.Finding, error)) *cobra.Command {
	var format string
	var strict bool
	cmd := &cobra.Command{Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return s.withArchive(cmd.Context(), args[0], func(in *input, err error) error {
			var found []*archive.Finding
			if err == nil {
				found, err = check(cmd, in)
			}
			return checked{args[0], found}.print(cmd, format, strict, err)
		})
	}}
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 for warnings too")
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}
