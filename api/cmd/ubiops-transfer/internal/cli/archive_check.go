package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/lint"
)

func lintCommand(s *session) *cobra.Command {
	var format string
	var strict bool
	var ignore []string
	cmd := &cobra.Command{
		Use:   "lint ARCHIVE",
		Short: "List what is wrong or odd in an archive",
		Long: "lint lists what an archive is refused for, which are errors, or else what is likely a\n" +
			"mistake: objects that lead nowhere, values that look like tokens, keys and files that\n" +
			"the format does not know. Each line has the place, the severity, a sentence, and a code\n" +
			"for --ignore. It exits with 1 if there are errors. Packages are not read: see verify.",
		Example: "  ubiops-transfer archive lint project.zip --ignore reference,default-version",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			codes := make([]archive.Code, len(ignore))
			for i, code := range ignore {
				codes[i] = archive.Code(code)
			}
			o, err := s.openArchive(cmd.Context(), args[0])
			defer func() { err = errors.Join(err, o.Close()) }()
			answer := checked{Archive: args[0]}
			if found, ok := errors.AsType[archive.Findings](err); ok {
				answer.Findings = found
			} else if err != nil {
				return err
			} else {
				answer.Findings = lint.Check(o.Archive, codes...)
			}
			return answer.print(cmd, format, strict)
		},
	}
	cmd.Flags().StringSliceVar(&ignore, "ignore", nil, "codes of warnings to leave out, separated by commas")
	strictFlag(cmd, &strict)
	formatFlag(cmd, &format, "table", "json", "yaml")
	return cmd
}

func strictFlag(cmd *cobra.Command, into *bool) {
	cmd.Flags().BoolVar(into, "strict", false, "exit with 1 for warnings too")
}

func verifyCommand(s *session) *cobra.Command {
	var format string
	var strict bool
	cmd := &cobra.Command{
		Use:   "verify ARCHIVE",
		Short: "Read all of an archive, packages too, and check every byte",
		Long: "verify checks that everything in an archive can be read and is what the archive says:\n" +
			"sizes and checksums, no hidden or overlapping data, packages that are ZIP files\n" +
			"themselves. Of a folder, it checks the ZIP file that pack would make. It exits with 1 if\n" +
			"there are errors.",
		Example: "  ubiops-transfer archive verify project.zip\n" +
			"  curl -s https://example.com/project.zip | ubiops-transfer archive verify -",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o, err := s.openArchive(cmd.Context(), args[0])
			defer func() { err = errors.Join(err, o.Close()) }()
			if err == nil {
				err = o.asZip(cmd.Context())
			}
			if err == nil {
				err = archive.Verify(cmd.Context(), o.zip, o.size, archive.OnWarning(func(f *archive.Finding) { o.found = append(o.found, f) }))
			}
			found, ok := errors.AsType[archive.Findings](err)
			if err != nil && !ok {
				return err
			}
			return checked{args[0], slices.Concat(found, o.found)}.print(cmd, format, strict)
		},
	}
	strictFlag(cmd, &strict)
	formatFlag(cmd, &format, "table", "json", "yaml")
	return cmd
}
