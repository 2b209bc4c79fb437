package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"

	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api"
)

func noEnv(string) string { return "" }

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := cli.Run(t.Context(), args, noEnv, strings.NewReader(""), &stdout, &stderr)
	if stderr.Len() > 0 {
		t.Errorf("on stderr: %s", stderr.String())
	}
	return stdout.String(), err
}

func file(t *testing.T, content archive.Content) string {
	t.Helper()
	var buf bytes.Buffer
	if err := archive.Write(&buf, content, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// env makes variables of name, value, name, ...
func env(pairs ...string) func(string) string {
	vars := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		vars[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return vars[name] }
}

// served is a running command serve.
type served struct {
	url    string
	tokens map[string]string // that were printed, by project
	stop   context.CancelFunc
	ended  <-chan error
	log    *lockedBuffer
}

// serve runs the command on a free port until the test ends or stop is called.
func serve(t *testing.T, getenv func(string) string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	s := &served{tokens: map[string]string{}, stop: stop, ended: ended, log: &lockedBuffer{}}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, args...)
	var running sync.WaitGroup
	running.Go(func() {
		err := cli.Run(ctx, args, getenv, strings.NewReader(""), in, s.log)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	})
	t.Cleanup(running.Wait)
	t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			s.url = url
			return s
		}
		if strings.HasPrefix(lines.Text(), "documentation http") || strings.HasPrefix(lines.Text(), "reviews http") {
			continue
		}
		project, token, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "token for project "), ": ")
		if !ok {
			_ = out.Close() // or it would wait for a reader
			t.Fatalf("unexpected line %q", lines.Text())
		}
		s.tokens[project] = token
	}
	t.Fatalf("it ended: %v", <-ended)
	return nil
}

func (s *served) client(t *testing.T, token string) *api.Client {
	t.Helper()
	c, err := api.NewClient(api.WithHost(s.url), api.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// end stops the command as a signal does, and checks how it ends.
func (s *served) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// pair writes a certificate for 127.0.0.1 and its key.
func pair(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER), pool
}
