package local_test

import (
	"context"
	"fmt"
	"os"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// What a server has is there again when its data folder is opened again.
func ExampleOpen() {
	data, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(data) //nolint:errcheck // of an example
	for range 2 {
		storage, err := local.Open(context.Background(), data, local.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		s, err := server.New(server.Options{Storage: storage}) // which closes the storage
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(s.AddProject(context.Background(), "p"))
		if err := s.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// <nil>
	// project "p": it exists already
}
