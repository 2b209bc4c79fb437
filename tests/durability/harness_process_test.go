package durability_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/tests/cluster/services"
)

const (
	project = "moved"
	token   = "0123456789abcdef0123"
)

// process is the command serve in a process of its own.
type process struct {
	url     string
	client  *api.Client
	cmd     *exec.Cmd
	begun   time.Time   // before the process was
	serving chan string // gets the URL
	ended   chan struct{}
	err     error // how it ended, once it has
	killing sync.Once

	mu  sync.Mutex
	log []logLine
}

// logLine is what the tests read in the log.
type logLine struct {
	Time    time.Time `json:"time"`
	Msg     string    `json:"msg"`
	Level   string    `json:"level"`
	ID      string    `json:"id"`
	End     string    `json:"end"`
	Attempt int       `json:"attempt"`
	text    string
}

// serve starts the command on a data folder. It is killed when the test ends.
func serve(t *testing.T, data string, args ...string) *process {
	t.Helper()
	p := begin(t, data, args...)
	p.connect(t)
	return p
}

// begin is serve without waiting until requests are served.
func begin(t *testing.T, data string, args ...string) *process {
	t.Helper()
	return launch(t, command, data, append([]string{"--data", filepath.Join(data, "state")}, args...)...)
}

// launch begins serve of a program; data is a folder for the file of tokens.
func launch(t *testing.T, program, data string, args ...string) *process {
	t.Helper()
	tokens := filepath.Join(data, "tokens")
	must(t, os.WriteFile(tokens, []byte(project+" write "+token+"\n"), 0o600))
	p := &process{ended: make(chan struct{}), serving: make(chan string, 1), begun: time.Now()}
	p.cmd = exec.Command(program, append([]string{
		"serve", "--listen", "127.0.0.1:0", "--project", project,
		"--token-file", tokens, "--on-conflict", "overwrite", "--rate-limit", "0", "--log-format", "json", "--log-level", "debug",
	}, args...)...)
	p.cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+services.AccessKey, "AWS_SECRET_ACCESS_KEY="+services.SecretKey)
	dieTogether(p.cmd)
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	logged, err := p.cmd.StderrPipe()
	must(t, err)
	must(t, p.cmd.Start())
	t.Cleanup(func() {
		p.kill()
		if trouble := p.trouble(); t.Failed() && trouble != "" {
			t.Logf("the log of process %d has\n%s", p.cmd.Process.Pid, trouble)
		}
	})
	var reading sync.WaitGroup
	reading.Go(func() { p.readLog(logged) })
	reading.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
				p.serving <- url
			}
		}
	})
	go func() {
		reading.Wait()
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p
}

// connect waits until requests are served.
func (p *process) connect(t *testing.T) {
	t.Helper()
	select {
	case p.url = <-p.serving:
	case <-p.ended:
		t.Fatalf("the server ended: %v", p.err)
	case <-time.After(time.Minute):
		t.Fatal("the server has not begun to serve for a minute")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	t.Cleanup(transport.CloseIdleConnections)
	var err error
	// Each response, and each that does not come, is looked at.
	once := api.WithRetry(api.RetryPolicy{MaxAttempts: 1})
	p.client, err = api.NewClient(api.WithHost(p.url), api.WithToken(token), api.WithHTTPClient(&http.Client{Transport: transport}), once)
	must(t, err)
}

func (p *process) readLog(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := logLine{text: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			line.Msg = line.text // a panic, say
		}
		p.mu.Lock()
		p.log = append(p.log, line)
		p.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, r)
}

// lines returns the lines of the log that have a message.
func (p *process) lines(msg string) []logLine {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []logLine
	for _, line := range p.log {
		if line.Msg == msg {
			found = append(found, line)
		}
	}
	return found
}

// trouble returns the last lines of the log that report any.
func (p *process) trouble() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for _, line := range p.log {
		if line.Level != "DEBUG" && line.Level != "INFO" || line.End != "" && line.End != "done" {
			lines = append(lines, line.text)
		}
	}
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// kill ends it at once, unless it has ended.
func (p *process) kill() {
	p.killing.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.ended
}

// terminate asks it to end.
func (p *process) terminate(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
}

// stopped waits until it has ended, which has to be without an error.
func (p *process) stopped(t *testing.T, within time.Duration) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		t.Fatalf("it has not ended within %v", within)
	}
	if p.err != nil {
		t.Errorf("it ended with %v", p.err)
	}
}

// ready asks /readyz.
func (p *process) ready(t *testing.T) (status int, body string) {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(p.url, "/v2.1") + "/readyz")
	must(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(text)
}

// until calls f until it returns true, for three minutes at most: a job whose end
// could not be recorded is found within two.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("three minutes have gone and %s", what)
		}
	}
}
