package transfers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
)

// uploadSize has a process of this test upload so many bytes and nothing else.
const uploadSize = "TRANSFERS_UPLOAD_SIZE"

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(uploadSize)
	if !ok {
		os.Exit(m.Run())
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		err = upload(size)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// zeros is an endless reader that cannot seek.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// upload sends zeros to a server in this process and prints the most memory
// that the process has had, in KiB.
func upload(size int64) error {
	srv := httptest.NewServer(handler(nil, log.Fatalf))
	defer srv.Close()
	c, err := client(srv.URL)
	if err != nil {
		return err
	}
	if _, err := c.Project("p").Imports.Create(context.Background(), api.FromReader(io.LimitReader(zeros{}, size), size, "")); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, line, _ := bytes.Cut(status, []byte("VmHWM:"))
	line, _, ok := bytes.Cut(line, []byte(" kB"))
	if !ok {
		return errors.New("the system does not tell the peak of the memory")
	}
	fmt.Printf("%s", bytes.TrimSpace(line))
	return nil
}

// peak is the most memory, in MiB, that a process of its own has while it
// uploads size bytes and serves that upload.
func peak(tb testing.TB, size int64) float64 {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), uploadSize+"="+strconv.FormatInt(size, 10))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatal(err)
	}
	kib, err := strconv.ParseFloat(string(out), 64)
	if err != nil {
		tb.Fatal(err)
	}
	return kib / 1024
}

const maxPeak = 32 // MiB

// A process under the race detector is a larger one.
func TestAnUploadTakesLittleMemory(t *testing.T) {
	t.Parallel()
	small, large := peak(t, mib), peak(t, 256*mib)
	t.Logf("the peak is %.1f MiB for 1 MiB, %.1f MiB for 256 MiB", small, large)
	if large-small > maxPeak/2 {
		t.Errorf("the peak is %.1f MiB for 1 MiB, %.1f MiB for 256 MiB", small, large)
	}
}

// BenchmarkUploadMemory fails if the upload of 4 GiB takes 32 MiB.
func BenchmarkUploadMemory(b *testing.B) {
	for _, gib := range []int64{1, 4} {
		b.Run(fmt.Sprintf("%dGiB", gib), func(b *testing.B) {
			got := peak(b, gib<<30)
			b.ReportMetric(got, "peak-MiB")
			b.ReportMetric(0, "ns/op")
			if got >= maxPeak {
				b.Errorf("the peak is %.1f MiB", got)
			}
		})
	}
}
