package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

func (j *job) listCommand(s *session) *cobra.Command {
	var to access
	var status, format string
	cmd := to.command("list", "List the "+j.name+"s of a project, the newest first",
		"  ubiops-transfer "+j.name+"s list --status completed --format json", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			list, err := j.list(cmd.Context(), p, status)
			if err != nil {
				return err
			}
			records := make([]record, len(list))
			for i, value := range list {
				if records[i], err = j.record(value, false); err != nil {
					return err
				}
			}
			if format != "table" {
				return printAs(cmd.OutOrStdout(), format, records, nil)
			}
			slices.SortStableFunc(records, func(a, b record) int { return b.created().Compare(a.created()) })
			return s.printTable(cmd.OutOrStdout(), listColumns, records)
		})
	cmd.Flags().StringVar(&status, "status", "", "only those in this status: "+strings.Join(j.statuses, ", "))
	complete(cmd, "status", j.statuses...)
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}

func (j *job) getCommand(s *session) *cobra.Command {
	var to access
	var path, format string
	var quiet bool
	cmd := to.command("get ID", "Show an "+j.name+", or write what is in it to a file",
		"  ubiops-transfer "+j.name+"s get 903ccd12-81d1-46e1-9ac9-b9d70af118de -o "+j.name+".yaml", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			detail, err := j.get(cmd.Context(), p, args[0])
			if err != nil {
				return err
			}
			r, err := j.record(detail, true)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("output_path") {
				return s.printRow(cmd.OutOrStdout(), format, detailColumns, r)
			}
			text, err := yamlText(r.only(j.saved, j.optional))
			if err != nil {
				return err
			}
			if path == "-" {
				_, err := cmd.OutOrStdout().Write(text)
				return err
			}
			if path, err = officialPath(path, j.name+".yaml"); err != nil {
				return err
			}
			if err := replaceFile(path, 0o666, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
				return err
			}
			j.say(cmd, quiet, "%s details are stored in: %s", title(j.name), path)
			return nil
		})
	cmd.Flags().StringVarP(&path, "output_path", "o", "", "file to write what was selected to, or a folder for "+j.name+".yaml; - for stdout")
	quietFlag(cmd, &quiet)
	formatFlag(cmd, &format, yamlFormat, rowFormat, jsonFormat)
	return cmd
}

func (j *job) deleteCommand(s *session) *cobra.Command {
	var to access
	var yes, quiet bool
	cmd := to.command("delete ID", "Delete an "+j.name+" and its archive",
		"  ubiops-transfer "+j.name+"s delete 903ccd12-81d1-46e1-9ac9-b9d70af118de -y", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			p, name, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			if !yes {
				ok, err := s.ask(cmd.Context(), cmd.OutOrStdout(),
					fmt.Sprintf("Are you sure you want to delete %s <%s> of project <%s>?", j.name, args[0], name))
				if errors.Is(err, io.EOF) {
					err = errors.New("Aborted! Nothing was deleted; -y stands for yes") //nolint:staticcheck // the word that the official CLI has for it
				}
				if err != nil || !ok {
					return err
				}
			}
			if err := j.archives(p).Delete(cmd.Context(), args[0]); err != nil {
				return err
			}
			j.say(cmd, quiet, "%s was successfully deleted", title(j.name))
			return nil
		})
	cmd.Flags().BoolVarP(&yes, "assume_yes", "y", false, "delete without a question")
	quietFlag(cmd, &quiet)
	return cmd
}

func (j *job) downloadCommand(s *session) *cobra.Command {
	var to access
	var path string
	var quiet bool
	cmd := to.command("download ID", "Download the archive of an "+j.name,
		"  ubiops-transfer "+j.name+"s download 903ccd12-81d1-46e1-9ac9-b9d70af118de -o project.zip", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			now := strings.ReplaceAll(time.Now().Format("2006-01-02_15-04-05.000000"), ".", "_")
			name := fmt.Sprintf("%s_%s_%s.zip", j.name, strings.ReplaceAll(args[0], "/", "_"), now)
			file, err := officialPath(path, name)
			if err != nil {
				return err
			}
			switch {
			case path == "-":
				return j.stream(cmd.Context(), p, args[0], s.stdout)
			case special(file):
				err = replaceFile(file, 0, func(w io.Writer) error { return j.stream(cmd.Context(), p, args[0], w) })
			default:
				// Our name for a file has the time in it. The same command finds the same
				// part, which has not.
				part := strings.TrimSuffix(file, name)
				if part != file {
					part = filepath.Join(part, fmt.Sprintf(".%s_%s.zip", j.name, strings.ReplaceAll(args[0], "/", "_")))
				}
				err = s.transfer(cmd.Context(), "downloading", func(report api.ProgressOption) error {
					_, err := j.archives(p).DownloadToFile(cmd.Context(), args[0], part, api.Overwrite(), api.KeepPartial(), report)
					return err
				})
				if err == nil && part != file {
					err = os.Rename(part, file)
				}
				if errors.Is(err, context.Canceled) {
					err = leaving(err, "What has arrived is kept in "+filepath.Dir(file)+"; the same command continues")
				}
			}
			if err != nil {
				return err
			}
			j.say(cmd, quiet, "%s file stored in: %s", title(j.name), file)
			return nil
		})
	cmd.Flags().StringVarP(&path, "output_path", "o", "", "file to write, or a folder (default this one); - for stdout")
	quietFlag(cmd, &quiet)
	return cmd
}

// stream writes an archive as it comes: what has been written when it breaks off
// stays.
func (j *job) stream(ctx context.Context, p api.Project, id string, to io.Writer) error {
	d, err := j.archives(p).Download(ctx, id)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, d.Body)
	return errors.Join(err, d.Body.Close())
}

func (j *job) waitCommand(s *session) *cobra.Command {
	var to access
	var format string
	until := completed
	cmd := to.command("wait ID", "Wait until an "+j.name+" is completed",
		"  ubiops-transfer "+j.name+"s wait 903ccd12-81d1-46e1-9ac9-b9d70af118de", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			return j.finish(cmd, s, p, args[0], until, format, detailColumns)
		})
	if j == importJob {
		settings.Flag(cmd, &until, "until", completed, "status", "wait for this status: "+completed+" or "+confirmation, settings.OneOf(completed, confirmation))
		complete(cmd, "until", completed, confirmation)
	}
	formatFlag(cmd, &format, rowFormat, yamlFormat, jsonFormat)
	return cmd
}

// finish waits and prints what has come of it.
func (j *job) finish(cmd *cobra.Command, s *session, p api.Project, id, until, format string, columns []string) error {
	var detail any
	err := s.phases(cmd.Context(), j.name+" "+id, func(report func(string)) (err error) {
		detail, err = j.wait(cmd.Context(), p, id, until, report)
		return err
	})
	if err != nil {
		return err
	}
	r, err := j.record(detail, true)
	return errors.Join(err, s.printRow(cmd.OutOrStdout(), format, columns, r))
}

// created prints what create or confirm has returned, or waits for a status.
func (j *job) created(cmd *cobra.Command, s *session, p api.Project, value any, id, until, format string) error {
	if until != "" {
		return j.finish(cmd, s, p, id, until, format, listColumns)
	}
	r, err := j.record(value, false)
	return errors.Join(err, s.printRow(cmd.OutOrStdout(), format, listColumns, r))
}

// say tells that something is done, unless that is not wanted.
func (*job) say(cmd *cobra.Command, quiet bool, format string, args ...any) {
	if !quiet {
		fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
	}
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func quietFlag(cmd *cobra.Command, quiet *bool) {
	cmd.Flags().BoolVarP(quiet, "quiet", "q", false, "print nothing of what was done")
}
