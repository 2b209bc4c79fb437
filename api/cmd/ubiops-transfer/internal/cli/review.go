package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
)

func reviewCommand(s *session) *cobra.Command {
	var to access
	var secrets secretFlags
	var id, target, at string
	var mode plan.OnConflict
	var packages, noBrowser bool
	cmd := to.command("review ARCHIVE | PLAN [ARCHIVE]", "Decide about an import in a browser",
		"  ubiops-transfer review project.zip --secrets project.secrets\n"+
			"  ubiops-transfer review --import 903ccd12-81d1-46e1-9ac9-b9d70af118de\n"+
			"  ubiops-transfer review plan.json", cobra.MaximumNArgs(2), func(cmd *cobra.Command, args []string) (err error) {
			if (len(args) == 0) == (id == "") {
				return errors.New("give an ARCHIVE, a PLAN or --import, one of them")
			}
			show := func(r *reviewing) error { return r.decide(cmd, at, !noBrowser) }
			var agreed *plan.Plan
			if id == "" && filepath.Ext(args[0]) == ".json" {
				if err := notWith(cmd, "a plan says that itself", "target", "packages", "on-conflict"); err != nil {
					return err
				}
				if agreed, err = readPlan(args[0]); err != nil {
					return err
				}
				if args = args[1:]; len(args) == 0 {
					if err := notWith(cmd, "a plan without its archive is only approved", "secrets", "secret"); err != nil {
						return err
					}
					p, err := profileNamed(to.profile)
					if err != nil {
						return err
					}
					return show(&reviewing{agreed: agreed, subject: review.Subject{Archive: "not given", Colour: p.colourOf(agreed.Host, agreed.Project)}})
				}
			}
			if len(args) > 1 {
				return errors.New("there are two archives")
			}
			overrides, err := readOverrides(target)
			if err != nil {
				return err
			}
			reader, err := s.projectReader(cmd, &to)
			if err != nil {
				return err
			}
			p, err := profileNamed(to.profile)
			if err != nil {
				return err
			}
			r := &reviewing{projectReader: reader, agreed: agreed, id: id, subject: review.Subject{Colour: p.colourOf(reader.host, reader.name), Wish: review.Wish{Overrides: overrides, OnConflict: mode, Packages: packages}}}
			if cmd.Flags().Changed("profile") {
				r.profile = to.profile
			}
			if agreed != nil {
				r.subject.Wish = review.Wish{Overrides: agreed.Overrides, OnConflict: agreed.OnConflict, Packages: agreed.Packages}
			}
			if r.given, err = secrets.read(cmd.Context(), s); err != nil {
				return exitWith(exitRefused, err)
			}
			r.referred = func(reference plan.Reference) (string, error) {
				return s.valueOf(cmd.Context(), string(reference), false)
			}
			use := func(in *input) error {
				r.in = in
				defer func() { err = errors.Join(err, r.forget()) }()
				return show(r)
			}
			if id != "" {
				return s.importToDecide(cmd, reader, id, func(in *input) error {
					r.subject.Archive, r.subject.Left = "of import "+id, untouched(id)
					return use(in)
				})
			}
			r.subject.Archive, r.path = archiveName(args[0]), args[0]
			return s.toUpload(cmd, args[0], use)
		})
	cmd.Long = "review shows the plan of an import on a page of this machine, to the person who decides:\n" +
		"what would be created, what differs, field by field, and what is missing. It prints a link\n" +
		"that works once, in one browser, and ends when the decision is made and done. What is\n" +
		"confirmed is done as by apply.\n\n" +
		"Of a PLAN alone, the decision is all: it exits with 0 if the plan is approved. Otherwise it\n" +
		"exits as apply does, and with 4 if it is cancelled."
	flags := cmd.Flags()
	flags.StringVar(&id, "import", "", "id of an import to decide about, which waits for its confirmation")
	flags.StringVar(&target, "target", "", "YAML file that adapts the archive to the target; 'schema target' prints its schema")
	flags.BoolVar(&packages, "packages", false, "compare packages too, by their files; they are downloaded")
	flags.BoolVar(&noBrowser, "no-browser", false, "print the link only")
	settings.Flag(cmd, &at, "listen", "127.0.0.1:0", "address", "address of this machine to listen on; port 0 takes a free one", loopbackAddress)
	conflictFlag(cmd, &mode)
	secrets.define(cmd)
	return cmd
}

// untouched is what a cancelled review leaves of an import.
func untouched(id string) string {
	return "Nothing was done to import " + id + " here: it waits as before, unless somebody else has decided."
}

// archiveName is what a page calls an archive.
func archiveName(path string) string {
	if path == "-" {
		return "from stdin"
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Base(path)
}

// notWith refuses flags that would be ignored.
func notWith(cmd *cobra.Command, why string, flags ...string) error {
	for _, name := range flags {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s cannot be given: %s", name, why)
		}
	}
	return nil
}

func loopbackAddress(text string) (string, error) {
	address, err := netip.ParseAddrPort(text)
	if err != nil || !address.Addr().IsLoopback() {
		return "", errors.New("it has to be an address of this machine and a port, such as 127.0.0.1:8090")
	}
	return text, nil
}

// importToDecide calls use with the archive of an import that waits for its
// confirmation.
func (s *session) importToDecide(cmd *cobra.Command, r *projectReader, id string, use func(*input) error) error {
	if _, err := r.project.Imports.WaitScanned(cmd.Context(), id); err != nil {
		if job, ok := errors.AsType[*api.JobError](err); ok && job.Status != "" && cmd.Context().Err() == nil {
			return exitWith(exitRefused, fmt.Errorf("there is nothing to decide: %w", job))
		}
		return err
	}
	return s.ofImport(cmd, r, id, use)
}

// decide serves the page until the decision is made and done.
func (r *reviewing) decide(cmd *cobra.Command, at string, browser bool) error {
	ctx := cmd.Context()
	made, err := r.open(ctx)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
	if err != nil {
		return err
	}
	handler, path := made.Local()
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	url := "http://" + listener.Addr().String() + path
	fmt.Fprintf(cmd.OutOrStdout(), "review %s\n", url)
	if browser {
		openBrowser(ctx, url)
	}
	err = made.Wait(ctx)
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if ctx.Err() != nil {
		cancel() // nobody reads the pages any more
	}
	if stopped := web.Shutdown(limit); stopped != nil {
		_ = web.Close() // it ends in any case
	}
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	switch {
	case errors.Is(err, review.ErrRejected):
		return exitWith(exitRefused, err)
	case errors.Is(err, review.ErrCancelled):
		if made.Left != "" {
			err = leaving(err, made.Left)
		}
		return exitWith(exitRefused, err)
	case err == nil && r.in == nil:
		fmt.Fprintln(cmd.OutOrStdout(), "approved")
	case err == nil:
		fmt.Fprintln(cmd.OutOrStdout(), r.last)
	}
	return err
}

// openBrowser opens a page if there is a desktop. If that fails, the link is there.
func openBrowser(ctx context.Context, url string) {
	var command []string
	switch {
	case !isTerminal(os.Stdout):
		return
	case runtime.GOOS == "darwin":
		command = []string{"open", url}
	case runtime.GOOS == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", url}
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		command = []string{"xdg-open", url}
	default:
		return
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // G204: the link is our own
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // it has opened the page, or not
	}
}
