//go:build unix

package services

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// An S3 is an S3 server.
type S3 struct{ service }

// NewS3 makes a server with its data in a folder, and starts it. If disk is not 0, it
// has so many bytes for them, in memory.
func NewS3(dir string, disk int64) (*S3, error) {
	server, err := installed("versitygw")
	if err != nil {
		return nil, err
	}
	address, err := free()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(filepath.Join(data, Bucket), 0o700); err != nil {
		return nil, err
	}
	serve := []string{server, "--port", address, "-a", AccessKey, "-s", SecretKey, "posix", data}
	if disk != 0 {
		// A disk that only it sees, and that ends with it.
		const mount = `mount -t tmpfs -o size="$1" tmpfs "$2" && mkdir "$2/` + Bucket + `" && shift 2 && exec "$@"`
		serve = append([]string{"unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", strconv.FormatInt(disk, 10), data}, serve...)
	}
	s := &S3{service{Address: address, log: filepath.Join(dir, "log"), command: func() *exec.Cmd {
		return exec.Command(serve[0], serve[1:]...)
	}}}
	return s, s.Start()
}

// Location is where the blobs of a prefix are.
func (s *S3) Location(prefix string) string {
	return "s3://" + Bucket + "/" + prefix + "?endpoint=http://" + s.Address + "&region=us-east-1"
}

// Stop ends it.
func (s *S3) Stop() error { return s.stop(syscall.SIGKILL) }
