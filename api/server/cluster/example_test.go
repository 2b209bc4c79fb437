//go:build cluster && unix

package cluster_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/cluster"
)

// Two replicas, which are two processes otherwise, have one project.
func Example() {
	ctx := context.Background()
	location := os.Getenv("DATABASE") // postgres://USER:PASSWORD@HOST/NAME
	if _, err := cluster.Migrate(ctx, location, nil); err != nil {
		log.Fatal(err)
	}
	replica := func() *server.Server {
		storage, err := cluster.Open(ctx, cluster.Options{
			Database: location,
			Archives: os.Getenv("ARCHIVES"), // s3://BUCKET/PREFIX?endpoint=https://HOST
			KeyFile:  os.Getenv("KEY_FILE"),
		})
		if err != nil {
			log.Fatal(err)
		}
		s, err := server.New(server.Options{Storage: storage}) //nolint:contextcheck // it lives until Close
		if err != nil {
			log.Fatal(err)
		}
		return s
	}
	one, another := replica(), replica()
	if err := one.AddProject(ctx, "shared"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(another.AddProject(ctx, "shared"))
	for _, s := range []*server.Server{one, another} {
		if err := s.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output: project "shared": it exists already
}
