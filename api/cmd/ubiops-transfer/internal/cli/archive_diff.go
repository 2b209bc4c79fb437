package cli

import (
	"errors"
	"io"
	"strconv"

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
	var detailed bool
	var opts []archive.DiffOption
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two archives by what they mean",
		Long: "diff compares objects, their fields, and the files in packages. How the YAML is\n" +
			"written, the names of folders and files, and files that the format does not know make\n" +
			"no difference. One of the two archives may be -.",
		Example: "  ubiops-transfer archive diff yesterday.zip today.zip --exit-code\n" +
			"  ubiops-transfer archive diff my-folder moved.zip --ignore-import-label --ignore-secret-values",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "-" && args[1] == "-" {
				return errors.New("stdin cannot be both archives")
			}
			var changes []archive.Change
			err := s.accepted(cmd, args[0], func(old *input) error {
				return s.accepted(cmd, args[1], func(updated *input) (err error) {
					changes, err = archive.Diff(old.Archive, updated.Archive, opts...)
					return err
				})
			})
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
	for name, ignored := range map[string]struct {
		opt   archive.DiffOption
		usage string
	}{
		"ignore-import-label":  {archive.IgnoreImportLabel(), "leave out the label that every import gives to what it creates"},
		"ignore-secret-values": {archive.IgnoreSecretValues(), "leave out the values of secrets, which an export never has"},
		"ignore-zipping":       {archive.IgnoreZipping(), "leave out packages that hold the same files and are merely zipped in another way"},
	} {
		flags.BoolFunc(name, ignored.usage, func(text string) error {
			on, err := strconv.ParseBool(text)
			if on {
				opts = append(opts, ignored.opt)
			}
			return err
		})
	}
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}
