package durability_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
)

const (
	uploads    = 20
	peakMemory = 300 << 20
)

// peak returns the most memory that a process has had.
func peak(t *testing.T, p *process) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	must(t, err)
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	kilobytes, _, cut := strings.Cut(strings.TrimSpace(rest), " kB")
	n, err := strconv.ParseInt(kilobytes, 10, 64)
	if err != nil || !found || !cut {
		t.Fatalf("no VmHWM in %s: %v", status, err)
	}
	return n << 10
}

func TestUploadsAtOnceTakeLittleMemory(t *testing.T) {
	t.Parallel()
	uploadAtOnce(t, serve(t, t.TempDir()), int64(number(t, "UPLOAD_MIB", 32))<<20, peakMemory)
}

func TestClusterUploadsToOneReplicaTakeLittleMemory(t *testing.T) {
	c := newCluster(t, 0)
	uploadAtOnce(t, c.all[0], int64(number(t, "CLUSTER_UPLOAD_MIB", 32))<<20, 400<<20)
}

// uploadAtOnce uploads to a process, whose memory must not grow over a limit.
func uploadAtOnce(t *testing.T, p *process, size, most int64) {
	t.Helper()
	before := peak(t, p)
	begun := time.Now()
	var sending sync.WaitGroup
	ids := make([]string, uploads)
	for i := range ids {
		sending.Go(func() {
			row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(&synthetic{left: size}, size, ""))
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = row.ID
		})
	}
	sending.Wait()
	took := time.Since(begun)
	imports, _ := newLoad(t).settled(t, p.client) // none is an archive
	for _, id := range ids {
		if row := imports[id]; row.Size.Or(0) < size {
			t.Errorf("import %q has %d bytes", id, row.Size.Or(0))
		}
	}
	after := peak(t, p)
	t.Logf("%d uploads of %d MiB at once: %.0f MiB/s; the server's peak was %d MiB, %d before",
		uploads, size>>20, float64(uploads*size>>20)/took.Seconds(), after>>20, before>>20)
	if after >= most {
		t.Errorf("the peak is %d MiB", after>>20)
	}
}
