package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
)

func docsCommand() *cobra.Command {
	var folder string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Write the documentation of the API, as serve has it at /",
		Long: "docs writes index.html, which documents every part of the contract and says where it is\n" +
			"known from, and the contract itself, openapi.yaml. It is the page of serve, but for the\n" +
			"servers: here those of the platform. It needs no script, and loads nothing. If one\n" +
			"of the files is there already, neither is written.",
		Example: "  ubiops-transfer docs -o public",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if folder == "" || folder == "-" {
				return fmt.Errorf("--output: %q is not a folder", folder)
			}
			page, err := docs.New(cmd.Context(), transfer.Contract())
			if err != nil {
				return err
			}
			return hintOverwrite(writeDocs(cmd.OutOrStdout(), folder, overwrite, page.HTML), overwrite)
		},
	}
	cmd.Flags().StringVarP(&folder, "output", "o", "", "folder for the files, made if it is not there")
	if err := cmd.MarkFlagRequired("output"); err != nil {
		panic(err) // there is no such flag
	}
	overwriteFlag(cmd, &overwrite)
	return cmd
}

func writeDocs(out io.Writer, folder string, overwrite bool, page []byte) error {
	files := []struct {
		path string
		data []byte
	}{
		{filepath.Join(folder, "index.html"), page},
		{filepath.Join(folder, "openapi.yaml"), []byte(transfer.Contract())},
	}
	write := newFile
	if overwrite {
		write = replaceFile
	}
	for _, file := range files {
		if _, err := os.Lstat(file.path); err == nil && !overwrite {
			return &fs.PathError{Op: "write", Path: file.path, Err: fs.ErrExist}
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // G301: it is to be published
		return err
	}
	for _, file := range files {
		if err := write(file.path, 0o644, func(w io.Writer) error {
			_, err := w.Write(file.data)
			return err
		}); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d bytes\n", file.path, len(file.data))
	}
	return nil
}
