package attacks_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/ubiops-contrib/transfer/api/server" // so that results are not cached past a change of it
)

const (
	greedyToken = "0123456789abcdef0123"
	modestToken = "fedcba9876543210fedc"
)

// rounds is how often ATTACKS wants the whole attack; 0 for the small one.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ATTACKS")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// server is the command serve in a process of its own.
type server struct {
	address string
	cmd     *exec.Cmd
}

func serve(t *testing.T, flags ...string) *server {
	t.Helper()
	dir := t.TempDir()
	command, tokens := filepath.Join(dir, "ubiops-transfer"), filepath.Join(dir, "tokens")
	if built := os.Getenv("ATTACKS_BINARY"); built != "" { // an older one, to compare
		command = built
	} else if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", command, "github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer").CombinedOutput(); err != nil {
		t.Fatalf("building the command: %v\n%s", err, out)
	}
	must(t, os.WriteFile(tokens, []byte("greedy write "+greedyToken+"\nmodest write "+modestToken+"\n"), 0o600))
	flags = append([]string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "state"),
		"--token-file", tokens, "--rate-limit", "0", "--log-level", "error",
		"--project", "greedy", "--project", "modest=../samples/import-template.zip"}, flags...)
	s := &server{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), command, flags...)}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	must(t, err)
	must(t, s.cmd.Start())
	t.Cleanup(s.stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "serving http://"); ok {
			s.address, _, _ = strings.Cut(url, "/")
			return s
		}
	}
	t.Fatal("the server did not start")
	return nil
}

func (s *server) stop() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill() // it may have ended
		_ = s.cmd.Wait()
	}
}

// peak is the most memory that the process has had, in MiB.
func (s *server) peak(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	must(t, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	must(t, err)
	return kib >> 10
}

// client is one of a project, with an address of its own.
type client struct {
	*http.Client
	url, token string
	most       int64 // bytes of a response that are kept, if more than 1 MiB
}

func (s *server) client(token, from string) *client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second}
	return &client{&http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}, "http://" + s.address + "/v2.1", token, 0}
}

// await polls until there is a status, or none to come.
func (c *client) await(ctx context.Context, path, status string) bool {
	for ctx.Err() == nil {
		_, answer := c.send(ctx, "GET", path, "", nil)
		switch member(answer, "status") {
		case status:
			return true
		case "failed", "completed":
			return false
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}

// member returns a member of a JSON object, of which only the beginning may be
// there.
func member(object []byte, name string) string {
	var v map[string]any
	if json.Unmarshal(object, &v) == nil {
		return fmt.Sprint(v[name])
	}
	_, rest, _ := strings.Cut(string(object), `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// measured is what the other project has seen.
type measured struct {
	peak          int // MiB
	gets          []time.Duration
	exports       int
	slowestExport time.Duration
}

func (m measured) p99() time.Duration {
	slices.Sort(m.gets)
	return m.gets[len(m.gets)*99/100]
}

func (m measured) String() string {
	return fmt.Sprintf("peak %d MiB; %d small GETs of another project, p99 %v; %d exports, the slowest %v",
		m.peak, len(m.gets), m.p99().Round(time.Millisecond), m.exports, m.slowestExport.Round(time.Millisecond))
}

// measure sends requests of another project until the attack has ended, with give
// for those that only hold connections.
func (s *server) measure(ctx context.Context, t *testing.T, ended <-chan struct{}, give func()) (m measured) {
	t.Helper()
	modest := s.client(modestToken, "127.0.0.2")
	quiet := 0
	for ctx.Err() == nil {
		begun := time.Now()
		if status, _ := modest.send(ctx, "GET", "/projects/modest/imports", "", nil); status != http.StatusOK {
			t.Errorf("a small GET of another project: status %d after %v", status, time.Since(begun))
		}
		m.gets = append(m.gets, time.Since(begun))
		if len(m.gets)%10 == 1 {
			begun := time.Now()
			status, answer := modest.send(ctx, "POST", "/projects/modest/exports?all=true", "application/json", []byte("{}"))
			if status != http.StatusCreated || !modest.await(ctx, "/projects/modest/exports/"+member(answer, "id"), "completed") {
				t.Errorf("an export of another project: status %d", status)
			}
			m.exports++
			m.slowestExport = max(m.slowestExport, time.Since(begun))
			probe := *modest
			probe.url = "http://" + s.address
			if status, _ := probe.send(ctx, "GET", "/readyz", "", nil); status != http.StatusOK {
				t.Errorf("/readyz: status %d", status)
			}
		}
		// The attack lasts while its jobs run.
		if _, metrics := modest.sendTo(ctx, "http://"+s.address+"/metrics"); strings.Contains(metrics, "ubiops_transfer_jobs_queued 0\n") {
			if quiet++; quiet == 50 {
				give()
			}
		} else {
			quiet = 0
		}
		select {
		case <-ended:
			m.peak = s.peak(t)
			return m
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatal("the attack took too long")
	return m
}

func (c *client) sendTo(ctx context.Context, url string) (status int, answer string) {
	to := *c
	to.url = url
	status, body := to.send(ctx, "GET", "", "", nil)
	return status, string(body)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
