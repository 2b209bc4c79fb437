package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// difference is what diff prints. Its schema is archive-diff.json.
type difference struct {
	Old     string           `json:"old"`
	New     string           `json:"new"`
	Changes []archive.Change `json:"changes"`
}

func diffCommand(s *session) *cobra.Command {
	var format string
	var detailed, label, secrets, zipping bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two archives by what they mean",
		Long: "diff compares objects, their fields, and the files in packages. How the YAML is\n" +
			"written, the names of folders and files, and files that the format does not know make\n" +
			"no difference. One of the two archives may be -.",
		Example: "  ubiops-transfer archive diff yesterday.zip today.zip --exit-code\n" +
			"  ubiops-transfer archive diff my-folder moved.zip --ignore-import-label --ignore-secret-values",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if args[0] == "-" && args[1] == "-" {
				return errors.New("stdin cannot be both archives")
			}
			var archives [2]*archive.Archive
			for i, name := range args {
				o, openErr := s.openArchive(cmd.Context(), name)
				defer func() { err = errors.Join(err, o.Close()) }()
				if openErr != nil {
					return refused(name, openErr)
				}
				warn(cmd, name, o.found...)
				archives[i] = o.Archive
			}
			var opts []archive.DiffOption
			if label {
				opts = append(opts, archive.IgnoreImportLabel())
			}
			if secrets {
				opts = append(opts, archive.IgnoreSecretValues())
			}
			if zipping {
				opts = append(opts, archive.IgnoreZipping())
			}
			changes, err := archive.Diff(archives[0], archives[1], opts...)
			if err != nil {
				return err
			}
			err = printAs(cmd.OutOrStdout(), format, difference{args[0], args[1], changes}, func(w io.Writer) {
				err = archive.WriteChanges(w, changes)
			})
			if err == nil && detailed && len(changes) > 0 {
				err = exitWith(exitChanges, errors.New(many(len(changes), "difference")))
			}
			return err
		},
	}
	flags := cmd.Flags()
	for _, name := range []string{"exit-code", "detailed-exitcode"} { // as Git and as Terraform call it
		flags.BoolVar(&detailed, name, false, "exit with 2 if there are differences")
	}
	flags.BoolVar(&label, "ignore-import-label", false, "leave out the label that every import gives to what it creates")
	flags.BoolVar(&secrets, "ignore-secret-values", false, "leave out the values of secrets, which an export never has")
	flags.BoolVar(&zipping, "ignore-zipping", false, "leave out packages that hold the same files and are merely zipped in another way")
	formatFlag(cmd, &format, "table", "json", "yaml")
	return cmd
}
