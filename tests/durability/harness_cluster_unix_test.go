//go:build unix

package durability_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/tests/cluster/services"
)

const replicas = 3

// A cluster is three replicas behind a proxy that takes them in turn.
type cluster struct {
	postgres *services.Postgres
	s3       *services.S3
	args     []string
	client   *api.Client // through the proxy
	url      string

	mu    sync.Mutex
	all   [replicas]*process
	ended []*process // killed or stopped
	up    [replicas]bool
	turn  atomic.Int64
}

// newCluster starts one. disk is that of the bucket, 0 for that of this machine.
func newCluster(t *testing.T, disk int64, args ...string) *cluster {
	t.Helper()
	services.Need(t)
	dir, err := os.MkdirTemp("", "cluster") //nolint:usetesting // PostgreSQL may be another user
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	c := &cluster{}
	c.postgres, err = services.NewPostgres(filepath.Join(dir, "postgres"), "fsync=off")
	must(t, err)
	t.Cleanup(func() { must(t, c.postgres.Stop()) })
	c.s3, err = services.NewS3(filepath.Join(dir, "s3"), disk)
	must(t, err)
	t.Cleanup(func() { must(t, c.s3.Stop()) })
	must(t, c.postgres.Create(t.Context(), "transfer", ""))
	key := filepath.Join(dir, "key")
	must(t, os.WriteFile(key, []byte(base64.URLEncoding.EncodeToString(make([]byte, 32))), 0o600))
	out, err := exec.Command(clusterCommand, "migrate", "up", "--database", c.postgres.URL("transfer")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c.args = append([]string{
		"--database", c.postgres.URL("transfer"), "--blobs", c.s3.Location("prefix"), "--key-file", key,
		"--trusted-proxy", "127.0.0.1", "--allow-link-host", "127.0.0.1",
	}, args...)
	c.proxy(t)
	for i := range replicas {
		c.start(t, i)
	}
	return c
}

func (c *cluster) proxy(t *testing.T) {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	web := httptest.NewServer(&httputil.ReverseProxy{
		Transport:    transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.SetURL(c.next())
		},
	})
	t.Cleanup(web.Close)
	c.url = web.URL + "/v2.1"
	var err error
	c.client, err = api.NewClient(api.WithHost(c.url), api.WithToken(token), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}),
		api.WithHTTPClient(&http.Client{Transport: transport}))
	must(t, err)
}

// next is the replica whose turn it is.
func (c *cluster) next() *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range replicas {
		i := int(c.turn.Add(1) % replicas)
		if c.up[i] {
			u, _ := url.Parse(strings.TrimSuffix(c.all[i].url, "/v2.1"))
			return u
		}
	}
	return &url.URL{Scheme: "http", Host: "127.0.0.1:1"} // nobody
}

func (c *cluster) start(t *testing.T, i int) {
	t.Helper()
	p := launch(t, clusterCommand, t.TempDir(), c.args...)
	p.connect(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[i] != nil {
		c.ended = append(c.ended, c.all[i])
	}
	c.all[i], c.up[i] = p, true
}

// out takes a replica from the rotation.
func (c *cluster) out(i int) *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up[i] = false
	return c.all[i]
}

// processes are all that there were.
func (c *cluster) processes() []*process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(slices.Clone(c.ended), c.all[:]...)
}

// database opens it for the test.
func (c *cluster) database(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", c.postgres.URL("transfer"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

// objects returns the blobs in the bucket, and how many uploads are under way.
func (c *cluster) objects(ctx context.Context, t *testing.T) (found map[string]int64, uploads int) {
	t.Helper()
	client, err := minio.New(c.s3.Address, &minio.Options{Creds: credentials.NewStaticV4(services.AccessKey, services.SecretKey, ""), Region: "us-east-1"})
	must(t, err)
	found = map[string]int64{}
	for info := range client.ListObjects(ctx, services.Bucket, minio.ListObjectsOptions{Prefix: "prefix/"}) {
		must(t, info.Err)
		if name := strings.TrimPrefix(info.Key, "prefix/"); name != ".database" {
			found[name] = info.Size
		}
	}
	for upload := range client.ListIncompleteUploads(ctx, services.Bucket, "prefix/", true) {
		must(t, upload.Err)
		uploads++
	}
	return found, uploads
}

// checkClean stops each replica and starts it, which sweeps what is left of those that
// have ended, and compares the blobs, the rows and the references.
func (c *cluster) checkClean(t *testing.T) {
	t.Helper()
	db := c.database(t)
	until(t, "replicas that have ended have a lease", func() bool {
		return len(sizes(t, db, "SELECT id, seen_at FROM replicas")) == replicas
	})
	for i := range replicas {
		p := c.out(i)
		p.terminate(t)
		p.stopped(t, time.Minute)
		c.start(t, i)
	}
	until(t, "the blobs are not those that the database knows", func() bool {
		found, uploads := c.objects(t.Context(), t)
		return uploads == 0 && maps.Equal(found, sizes(t, db, "SELECT key, size FROM blobs"))
	})
	if unused := sizes(t, db, "SELECT key, size FROM blobs WHERE key NOT IN (SELECT blob FROM blob_references)"); len(unused) > 0 {
		t.Errorf("blobs that nothing refers to: %v", slices.Collect(maps.Keys(unused)))
	}
	if jobs := sizes(t, db, "SELECT id, river_id FROM jobs"); len(jobs) > 0 {
		t.Errorf("jobs that have ended and are not forgotten: %v", slices.Collect(maps.Keys(jobs)))
	}
}

// unanswered are errors of requests that met a replica that was killed, or a database
// or bucket that was not there.
func unanswered(err error) bool {
	refused, ok := errors.AsType[*api.Error](err)
	return !ok || refused.StatusCode == http.StatusBadGateway || refused.StatusCode == http.StatusServiceUnavailable
}
