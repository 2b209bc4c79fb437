// Package services runs PostgreSQL and an S3 server for tests, each with data of its
// own, on ports of this machine only. Both have to be installed.
package services

import (
	"os"
	"testing"
)

// Wanted is the variable of the environment that asks for these tests. Without it
// nothing but Go is needed.
const Wanted = "CLUSTER"

// Need skips a test unless it is asked for. Then what it needs has to be there.
func Need(t testing.TB) {
	t.Helper()
	if os.Getenv(Wanted) == "" {
		t.Skipf("it needs PostgreSQL and versitygw; run .ci/run cluster, or set %s=1", Wanted)
	}
}

// What S3 servers let in.
const (
	AccessKey = "cluster"
	SecretKey = "cluster-secret"
)

// Bucket is the bucket that there is.
const Bucket = "archives"
