package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain is the command itself if a test has started it so.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_RUNS_THE_COMMAND") != "" {
		main()
		// What the system says of a process that has ended includes its parent's peak of memory.
		if path := os.Getenv("TEST_STATUS_FILE"); path != "" {
			status, err := os.ReadFile("/proc/self/status")
			if err = errors.Join(err, os.WriteFile(path, status, 0o600)); err != nil {
				panic(err)
			}
		}
		return
	}
	testscript.Main(m, map[string]func(){"ubiops-transfer": main})
}

// command is serve in a process of its own, with an upload that waits.
type command struct {
	*exec.Cmd
	upload net.Conn
	log    *bufio.Scanner
}

func start(t *testing.T) *command {
	t.Helper()
	c := &command{Cmd: exec.CommandContext(t.Context(), os.Args[0], "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--shutdown-timeout", "10m")}
	c.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.log = bufio.NewScanner(log)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var token, host string
	for lines := bufio.NewScanner(out); host == "" && lines.Scan(); {
		if _, t, ok := strings.Cut(lines.Text(), "project default: "); ok {
			token = t
		}
		if url, ok := strings.CutPrefix(lines.Text(), "serving http://"); ok {
			host, _, _ = strings.Cut(url, "/")
		}
	}
	if c.upload, err = net.Dial("tcp", host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.upload.Close() })
	fmt.Fprintf(c.upload, "POST /v2.1/projects/default/exports HTTP/1.1\r\nHost: h\r\nAuthorization: Token %s\r\n"+
		"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", token)
	if line, err := bufio.NewReader(c.upload).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	return c
}

// terminate sends SIGTERM.
func (c *command) terminate(t *testing.T) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// stopping waits until the log says that the signal was heard.
func (c *command) stopping(t *testing.T) {
	t.Helper()
	for c.log.Scan() {
		if strings.Contains(c.log.Text(), "stopping") {
			return
		}
	}
	t.Fatal("the log ends")
}

func TestASignalFinishesWhatIsServed(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.terminate(t)
	c.stopping(t)
	if _, err := io.WriteString(c.upload, "{}"); err != nil {
		t.Fatal(err)
	}
	for c.log.Scan() { // to the end, before Wait closes it
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.terminate(t)
	c.stopping(t)
	c.terminate(t)
	for c.log.Scan() { // to the end, before Wait closes it
	}
	if err := c.Wait(); c.ProcessState.ExitCode() != 130 {
		t.Errorf("it ends with %v", err)
	}
}
