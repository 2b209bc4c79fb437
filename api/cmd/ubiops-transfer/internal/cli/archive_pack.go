package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
)

func unpackCommand(s *session) *cobra.Command {
	var overwrite, packages bool
	cmd := &cobra.Command{
		Use:   "unpack ARCHIVE FOLDER",
		Short: "Write an archive to a folder, to read and to keep in Git",
		Long: "unpack writes the YAML documents and packages of an archive to a new folder. pack is the\n" +
			"way back. If it fails, FOLDER is as it was.\n\n" +
			"--overwrite replaces what an earlier unpack has written, also if it was changed. A\n" +
			"folder with other files is refused all the same; .git, .env and the like stay.",
		Example: "  ubiops-transfer archive unpack project.zip my-project --unpack-packages\n" +
			"  git -C my-project diff",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.accepted(cmd, args[0], func(in *input) error {
				opts := []archive.UnpackOption{archive.OnWarning(func(f *archive.Finding) { warn(cmd, args[0], f) })}
				if overwrite {
					opts = append(opts, archive.ReplaceUnpacked())
				}
				if packages {
					opts = append(opts, archive.UnpackPackages(archive.DefaultLimits()))
				}
				if err := archive.Unpack(args[1], in.Archive, opts...); err != nil {
					return hintOverwrite(err, overwrite)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[1], count(in.Content()))
				return nil
			})
		},
	}
	overwriteFlag(cmd, &overwrite)
	cmd.Flags().BoolVar(&packages, "unpack-packages", false, "unpack packages into folders, instead of ZIP files beside the YAML")
	return cmd
}

func overwriteFlag(cmd *cobra.Command, into *bool) {
	cmd.Flags().BoolVar(into, "overwrite", false, "replace what is there")
}

// hintOverwrite says what helps if something is there already.
func hintOverwrite(err error, overwrite bool) error {
	if errors.Is(err, fs.ErrExist) && !overwrite {
		return leaving(err, "--overwrite replaces it")
	}
	return err
}

func packCommand(s *session) *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "pack FOLDER FILE",
		Short: "Make an archive of a folder",
		Long: "pack makes the archive that a folder holds, written by unpack or by hand: info.yaml lies\n" +
			"at its top. FILE may be - for stdout. The same folder gives the same bytes. Folders at\n" +
			"the top whose name begins with a dot, and .env files there, are left out, with a warning.",
		Example: "  ubiops-transfer archive pack my-project project.zip\n" +
			"  ubiops-transfer archive pack my-project - | ssh host 'cat > project.zip'",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			open := resources{ctx: cmd.Context()}
			defer func() { err = open.close(err) }()
			tree, err := open.folder(args[0])
			if err != nil {
				return err
			}
			pack := func(w io.Writer) error {
				return refused(args[0], archive.Pack(w, tree, archive.OnWarning(func(f *archive.Finding) { warn(cmd, args[0], f) })))
			}
			switch {
			case args[1] == "-" && isTerminal(s.stdout):
				return errors.New("an archive is not for a terminal: name a FILE, or send stdout elsewhere")
			case args[1] == "-":
				return pack(s.stdout)
			case overwrite:
				return replaceFile(args[1], 0o600, pack)
			}
			return hintOverwrite(newFile(args[1], 0o600, pack), false)
		},
	}
	overwriteFlag(cmd, &overwrite)
	return cmd
}
