package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo [ARCHIVE]",
		Short: "Move an archive between two projects of a server in this process",
		Long: "demo starts a server with two projects on a local port, loads ARCHIVE (or a\n" +
			"sample) into the first, moves it to the second over HTTP, and compares.",
		Example: "  ubiops-transfer demo tests/samples/import-template.zip",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, data, err := demoArchive(args)
			if err != nil {
				return err
			}
			return runDemo(cmd.Context(), cmd.OutOrStdout(), name, data)
		},
	}
}

func demoArchive(args []string) (name string, data []byte, err error) {
	if len(args) == 0 {
		data, err = sample.Archive()
		return "the sample", data, err
	}
	data, err = os.ReadFile(args[0])
	return args[0], data, err
}

const (
	source = "source"
	target = "target"
)

// demo is the state that its steps share.
type demo struct {
	*sandbox
	out    io.Writer
	source api.Project
	target api.Project
	given  *archive.Archive
	filled map[jsontext.Pointer]string // values that the export left out, by variable
}

func runDemo(ctx context.Context, out io.Writer, name string, data []byte) (err error) {
	given, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("%s: %w", name, settings.OneLine(err))
	}
	if serve.IsEmpty(given.Content()) {
		return fmt.Errorf("%s: nothing is moved: %w", name, settings.OneLine(archive.Findings(given.Warnings())))
	}
	d := &demo{out: out, given: given, filled: map[jsontext.Pointer]string{}}
	if d.sandbox, err = openSandbox(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	for name, project := range map[string]*api.Project{source: &d.source, target: &d.target} {
		if *project, err = d.project(ctx, name); err != nil {
			return err
		}
	}
	d.step("serve", "projects %s and %s at %s", source, target, d.host)
	if err := d.server.Load(ctx, source, bytes.NewReader(data), int64(len(data))); err != nil {
		return err
	}
	for _, warning := range given.Warnings() {
		d.step("warning", "%s", warning)
	}
	d.step("load", "%s into project %s: %s", name, source, count(given.Content()))
	first, err := d.export(ctx, d.source, source)
	if err != nil {
		return err
	}
	if err := d.move(ctx, first); err != nil {
		return err
	}
	second, err := d.export(ctx, d.target, target)
	if err != nil {
		return err
	}
	if err := d.compare(first, second); err != nil {
		return err
	}
	if err := d.checkSecrets(ctx); err != nil {
		return err
	}
	moved := fmt.Sprintf("%s moved from %s to %s", count(given.Content()), source, target)
	ignored := func(f *archive.Finding) bool { return f.Code == archive.CodeIgnored }
	if slices.ContainsFunc(given.Warnings(), ignored) {
		d.step("done", "%s, but NOT everything that %s seems to contain: see the warnings above", moved, name)
		return nil
	}
	d.step("done", "%s; all three archives agree", moved)
	return nil
}

func (d *demo) step(name, format string, args ...any) {
	fmt.Fprintf(d.out, "%-9s %s\n", name, fmt.Sprintf(format, args...))
}
