//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// terminal is the command on a pseudo-terminal.
type terminal struct {
	*os.File
	t    *testing.T
	cmd  *exec.Cmd
	seen strings.Builder
}

func onTerminal(t *testing.T, s *apitest.Server, env []string, args ...string) *terminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append([]string{
		"TEST_RUNS_THE_COMMAND=1", "TERM=xterm", "HOME=" + t.TempDir(), "UBIOPS_PROJECT=source",
		api.EnvHost + "=" + s.URL, api.EnvToken + "=" + s.Token("source"),
	}, env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return &terminal{File: file, t: t, cmd: cmd}
}

// until reads until the terminal has shown a text, and returns all that it has.
func (c *terminal) until(text string) string {
	c.t.Helper()
	buf := make([]byte, 4096)
	for !strings.Contains(c.seen.String(), text) {
		n, err := c.Read(buf)
		c.seen.Write(buf[:n])
		if err != nil && !strings.Contains(c.seen.String(), text) {
			c.t.Fatalf("%v; it shows %q, and no %q", err, c.seen.String(), text)
		}
	}
	return c.seen.String()
}

// end reads to the end, and returns all that was shown and the exit code.
func (c *terminal) end() (string, int) {
	c.t.Helper()
	if _, err := io.Copy(&c.seen, c); err != nil && !errors.Is(err, syscall.EIO) { // that is how Linux ends a terminal
		c.t.Error(err)
	}
	err := c.cmd.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		c.t.Error(err)
	}
	return c.seen.String(), c.cmd.ProcessState.ExitCode()
}

func (c *terminal) typed(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Error(err)
	}
}

func TestTheBarOfATerminalIsNotAtItsEndBeforeTheUploadIs(t *testing.T) {
	t.Parallel()
	clock := apitest.NewClock(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithClock(clock), apitest.WithProject("source"),
		apitest.WithFault(apitest.ImportsCreate, apitest.First(1), apitest.Delay(time.Minute)))
	archive, err := filepath.Abs(template)
	if err != nil {
		t.Fatal(err)
	}
	c := onTerminal(t, s, nil, "imports", "create", "-z", archive)
	if text := c.until("99 %"); strings.Contains(text, "100 %") || !strings.Contains(text, "uploading") {
		t.Errorf("before the end it shows %q", text)
	}
	clock.Advance(time.Minute)
	text, code := c.end()
	if code != 0 || !strings.Contains(text, "100 %") || !strings.Contains(text, "\x1b[33mpending\x1b[0m") {
		t.Errorf("exit code %d, it shows %q", code, text)
	}
}

func TestAPromptIsAnsweredOnATerminal(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("source"))
	export, err := s.Project("source").Exports.Create(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	c := onTerminal(t, s, []string{"NO_COLOR=1"}, "exports", "delete", export.ID)
	c.until("? [y/N]: ")
	if n := s.Count(apitest.ExportsDelete); n > 0 {
		t.Error("it is deleted before the response")
	}
	c.typed("y\r")
	if text, code := c.end(); code != 0 || s.Count(apitest.ExportsDelete) != 1 || strings.Contains(text, "\x1b[3") {
		t.Errorf("exit code %d, it shows %q", code, text)
	}
}

func TestRestoreAsksOnceOnATerminal(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		code, imports int
		says          string
	}{
		"y\r": {0, 1, "has created 1 object in project source"},
		"n\r": {4, 0, "not agreed; nothing was created"},
	} {
		t.Run(want.says, func(t *testing.T) {
			t.Parallel()
			s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("source"))
			path := filepath.Join(t.TempDir(), "backup.zip")
			var zip bytes.Buffer
			c := archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"PLAIN": {Value: models.Value("x")}}}
			if err := errors.Join(archive.Write(&zip, c, nil), os.WriteFile(path, zip.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
			shell := onTerminal(t, s, []string{"NO_COLOR=1"}, "restore", path)
			shell.until("Create this in project source? [y/N]: ")
			if n := s.Count(apitest.ImportsCreate); n > 0 {
				t.Error("it is uploaded before the response")
			}
			shell.typed(typed)
			if text, code := shell.end(); code != want.code || s.Count(apitest.ImportsCreate) != want.imports || !strings.Contains(text, want.says) || strings.Count(text, "[y/N]") != 1 {
				t.Errorf("exit code %d, it shows %q", code, text)
			}
		})
	}
}

func TestATokenThatIsTypedIsNotShown(t *testing.T) {
	t.Parallel()
	c := onTerminal(t, apitest.New(t, apitest.WithLoopback(), apitest.WithProject("source")), nil, "profile", "add")
	c.until("Token: ")
	c.typed("0123456789abcdef\r")
	if text, code := c.end(); code != 0 || strings.Contains(text, "0123456789abcdef") || !strings.Contains(text, "token in the file") {
		t.Errorf("exit code %d, it shows %q", code, text)
	}
}

func TestCtrlCEndsAtOnceAndSaysHowToContinue(t *testing.T) {
	t.Parallel()
	const id = "00000000-0000-7000-8000-000000000001"
	for shown, step := range map[string]struct {
		args []string
		want string
	}{
		"pending, ":   {[]string{"exports", "wait", id}, "exports wait " + id},
		"downloading": {[]string{"exports", "download", id, "-o", filepath.Join(t.TempDir(), "e.zip")}, "the same command continues"},
		"Token: ":     {[]string{"profile", "add"}, "nothing was left behind"},
	} {
		t.Run(strings.Join(step.args[:2], " "), func(t *testing.T) {
			t.Parallel()
			s := apitest.New(t, apitest.WithLoopback(), apitest.JobsByHand(), apitest.WithProject("source"),
				apitest.WithClock(apitest.NewClock(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))))
			if _, err := s.Project("source").Exports.Create(t.Context(), api.Everything()); err != nil {
				t.Fatal(err)
			}
			if step.args[1] == "download" {
				s.Inject(apitest.ExportsGet, apitest.Every(), apitest.Delay(time.Hour))
			}
			c := onTerminal(t, s, nil, step.args...)
			c.until(shown)
			c.typed("\x03")
			if text, code := c.end(); code != 130 || !strings.Contains(text, step.want) || strings.Contains(text, "100 %") {
				t.Errorf("exit code %d, it shows %q", code, text)
			}
		})
	}
}
