package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// A data folder is backed up while a server uses it. The backup is one too.
func ExampleBackup() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // of an example
	ctx, data, to := context.Background(), filepath.Join(dir, "data"), filepath.Join(dir, "backup")
	storage, err := local.Open(ctx, data, local.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := server.New(server.Options{Storage: storage})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = s.AddProject(ctx, "p")
	if err := errors.Join(err, local.Backup(ctx, data, to), s.Close()); err != nil {
		fmt.Println(err)
		return
	}

	restored, err := local.Open(ctx, to, local.Options{})
	if err == nil {
		s, err = server.New(server.Options{Storage: restored})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.AddProject(ctx, "p"))
	if err := s.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// project "p": it exists already
}
