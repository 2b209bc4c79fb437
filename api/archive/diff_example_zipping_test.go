package archive_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// What was unpacked into folders and packed again is zipped in another way.
func ExampleIgnoreZipping() {
	before, err := sampleArchive(sample.Content())
	if err != nil {
		log.Fatal(err)
	}
	parent, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(parent) }()
	dir := filepath.Join(parent, "project")
	if err := archive.Unpack(dir, before, archive.UnpackPackages(archive.DefaultLimits())); err != nil {
		log.Fatal(err)
	}
	var packed bytes.Buffer
	if err := archive.Pack(&packed, os.DirFS(dir)); err != nil {
		log.Fatal(err)
	}
	after, err := archive.Open(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		log.Fatal(err)
	}
	changes, err := archive.Diff(before, after, archive.IgnoreZipping())
	fmt.Println(changes, err)
	// Output: [] <nil>
}
