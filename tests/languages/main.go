// Command languages lets the generators of other languages make a client of
// openapi.yaml as it is. Each client then moves a project on a server of its
// own: export, download, import, confirmation, deletion.
//
//	go run ./tests/languages [-long] [TOOL..]
//
// Each tool is a folder here: run.sh installs the generator into a temporary
// folder, generates and compiles; the driver beside it makes the move. Nothing
// that is generated stays. A tool that cannot be installed has failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// timeout is the longest time of one tool, with its installation.
const timeout = 15 * time.Minute

func main() {
	long := flag.Bool("long", false, "the tools of the long form too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *long, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing that is deferred matters now
	}
}

func run(ctx context.Context, long bool, names []string) (err error) {
	chosen, err := choose(long, names)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "languages-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	host, err := serve(ctx, dir, chosen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.stop()) }()
	large := serveLarge()
	defer large.Close()

	failed := 0
	for _, t := range chosen {
		begun := time.Now()
		result := "moved the archive"
		if err := host.move(ctx, large.URL+base, t); err != nil {
			failed++
			result = "FAILED: " + err.Error()
		}
		fmt.Printf("%s %s -> %s, %.0f s\n", t.name, t.version, result, time.Since(begun).Seconds())
	}
	fmt.Printf("%d passed, %d failed\n", len(chosen)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d tools failed", failed, len(chosen))
	}
	return nil
}

// move lets one tool make its client and the client its move, and checks
// the projects.
func (h *host) move(ctx context.Context, large string, t tool) error {
	work := filepath.Join(h.dir, t.name)
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", filepath.Join(h.root, "tests/languages", t.name, "run.sh"))
	cmd.Dir = work
	cmd.Env = append(os.Environ(),
		"CONTRACT="+filepath.Join(h.root, "openapi.yaml"),
		"HERE="+filepath.Join(h.root, "tests/languages", t.name),
		"INSTALLED="+filepath.Join(h.dir, "installed"), // what several tools share
		"VERSION="+t.version,
		"OPTION="+t.option,
		"HOST="+h.url,
		"SOURCE="+t.source(), "SOURCE_TOKEN="+h.tokens[t.source()],
		"TARGET="+t.target(), "TARGET_TOKEN="+h.tokens[t.target()],
		"SECRET="+secret,
		"LARGE_HOST="+large,
		"TMPDIR="+h.dir,
	)
	// What it leaves running would keep the output open.
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if want := fmt.Sprintf("large %d", largeSize); !hasLine(string(out), want) {
		return fmt.Errorf("no line %q, in\n%s", want, out)
	}
	return h.check(ctx, t.source(), t.target())
}

func hasLine(text, line string) bool {
	for l := range strings.Lines(text) {
		if strings.TrimSpace(l) == line {
			return true
		}
	}
	return false
}
