package cli

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func importsCommand(s *session) *cobra.Command {
	return officialGroup("imports", "Manage the imports of a project",
		importJob.listCommand(s), importJob.getCommand(s), importsCreateCommand(s), importsConfirmCommand(s),
		importJob.deleteCommand(s), importJob.downloadCommand(s), importJob.waitCommand(s))
}

func importsCreateCommand(s *session) *cobra.Command {
	var to access
	var path, link, export, format string
	var skip, bar, wait bool
	cmd := to.command("create", "Create an import from an archive",
		"  ubiops-transfer imports create -z project.zip --wait\n"+
			"  ubiops-transfer imports create --link https://archives.example/project.zip", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			if err := oneSource(cmd, "zip_path", "link", "export-id"); err != nil {
				return err
			}
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			var source api.ImportSource
			switch {
			case cmd.Flags().Changed("link"):
				source, bar = api.FromLink(link), false
			case cmd.Flags().Changed("export-id"):
				source, bar = api.FromExport(export), false
			case path == "-":
				sent, remove, err := s.archiveFromStdin(cmd.Context())
				if err != nil {
					return err
				}
				defer remove()
				warnOf(cmd, path, sent, sent.Size())
				source = api.FromReader(sent, sent.Size(), "archive.zip")
			default:
				warnOfFile(cmd, path)
				source = api.FromFile(path)
			}
			var opts []api.CreateImportOption
			until := ""
			if wait {
				until = confirmation
			}
			if skip {
				opts = append(opts, api.SkipConfirmation())
				if wait {
					until = completed
				}
			}
			var created *models.ImportList
			create := func(report api.ProgressOption) (err error) {
				created, err = p.Imports.Create(cmd.Context(), source, append(opts, report)...)
				return err
			}
			if bar {
				err = s.transfer(cmd.Context(), "uploading", create)
			} else {
				err = create(api.OnProgress(func(int64, int64) {}))
			}
			if err != nil {
				return err
			}
			return importJob.created(cmd, s, p, created, created.ID, until, format)
		})
	cmd.Flags().StringVarP(&path, "zip_path", "z", "", "archive to upload; - for stdin")
	cmd.Flags().StringVar(&link, "link", "", "http or https link that the host fetches the archive from")
	cmd.Flags().StringVar(&export, "export-id", "", "id of a completed export of the same project")
	cmd.Flags().BoolVar(&skip, "skip_confirmation", false, "create everything at once, without confirm")
	settings.Flag(cmd, &bar, "progress_bar", "true", "bool", "show progress on a terminal; -pb for short", clickBool)
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the import is to be confirmed, or is completed if nobody is asked")
	formatFlag(cmd, &format, rowFormat, yamlFormat, jsonFormat)
	return cmd
}

// warnOf prints what is odd about an archive that is sent as it is. Whether it is
// taken is for the host to say, and what cannot be read at all for the upload.
func warnOf(cmd *cobra.Command, name string, r io.ReaderAt, size int64) {
	a, err := archive.Open(r, size)
	found, _ := errors.AsType[archive.Findings](err)
	if err == nil {
		found = a.Warnings()
	}
	warn(cmd, name, found...)
}

// warnOfFile does so for a file. If that cannot be opened, the upload says so.
func warnOfFile(cmd *cobra.Command, path string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // a pipe would have to be waited for
		return
	}
	file, err := os.Open(path) //nolint:gosec // the user names the file
	if err != nil {
		return
	}
	defer file.Close() //nolint:errcheck // only read
	warnOf(cmd, path, file, info.Size())
}

// archiveFromStdin takes an archive from stdin: from a file as it is, from a pipe
// through a temporary file, since its size is sent first.
func (s *session) archiveFromStdin(ctx context.Context) (sent *io.SectionReader, remove func(), err error) {
	if file, ok := s.stdin.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			at, err := file.Seek(0, io.SeekCurrent)
			return io.NewSectionReader(file, at, info.Size()-at), func() {}, err
		}
	}
	file, err := os.CreateTemp("", "ubiops-transfer-*.zip")
	if err != nil {
		return nil, nil, err
	}
	remove = func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) } // a temporary file
	size, err := unlessDone(ctx, func() (int64, error) { return io.Copy(file, s.stdin) })
	if err != nil {
		remove()
		return nil, nil, err
	}
	return io.NewSectionReader(file, 0, size), remove, nil
}

func importsConfirmCommand(s *session) *cobra.Command {
	var to access
	var path, format string
	var wait bool
	cmd := to.command("confirm ID", "Confirm an import with the objects to create",
		"  ubiops-transfer imports get 903ccd12-81d1-46e1-9ac9-b9d70af118de -o import.yaml\n"+
			"  ubiops-transfer imports confirm 903ccd12-81d1-46e1-9ac9-b9d70af118de -f import.yaml --wait", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			if err := oneSource(cmd, "yaml_file"); err != nil {
				return err
			}
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			var update models.ImportUpdate
			if err := s.readSelection(cmd, path, importJob.optional, &update); err != nil {
				return err
			}
			confirmed, err := p.Imports.Confirm(cmd.Context(), args[0], update)
			if err != nil {
				return err
			}
			if wait {
				return importJob.finish(cmd, s, p, args[0], completed, format, detailColumns)
			}
			r, err := importJob.record(confirmed, true)
			return errors.Join(err, s.printRow(cmd.OutOrStdout(), format, detailColumns, r))
		})
	cmd.Flags().StringVarP(&path, "yaml_file", "f", "", "YAML file with the objects to create, such as get -o writes; - for stdin")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the import is completed")
	formatFlag(cmd, &format, rowFormat, yamlFormat, jsonFormat)
	return cmd
}
