package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A program that takes archives from strangers may want less than the defaults.
func ExampleWithLimits() {
	zip, err := sample.Archive()
	if err != nil {
		log.Fatal(err)
	}
	_, err = archive.Open(bytes.NewReader(zip), int64(len(zip)), archive.WithLimits(archive.Limits{Entries: 10}))
	if finding, ok := errors.AsType[*archive.Finding](err); ok {
		fmt.Println(finding.Code)
	}
	_, err = archive.Open(bytes.NewReader(zip), int64(len(zip)))
	fmt.Println("with the defaults:", err)
	// Output:
	// limit
	// with the defaults: <nil>
}

// A tree in Git takes the state of a later archive.
func ExampleReplaceUnpacked() {
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(parent) }()
	dir := filepath.Join(parent, "project")

	content := sample.Content()
	for range 2 {
		a, err := sampleArchive(content)
		if err != nil {
			log.Fatal(err)
		}
		if err := archive.Unpack(dir, a, archive.ReplaceUnpacked()); err != nil {
			log.Fatal(err)
		}
		deployments, err := os.ReadDir(filepath.Join(dir, "deployments"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(deployments), "deployments")
		delete(content.Deployments, "report")
	}

	notes := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(notes, []byte("mine"), 0o600); err != nil {
		log.Fatal(err)
	}
	a, err := sampleArchive(content)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("over a file that came from elsewhere:", archive.Unpack(dir, a, archive.ReplaceUnpacked()) == nil)
	// Output:
	// 3 deployments
	// 2 deployments
	// over a file that came from elsewhere: false
}

// What the platform has imported differs from the archive by a label.
func ExampleIgnoreImportLabel() {
	before, err := sampleArchive(sample.Content())
	if err != nil {
		log.Fatal(err)
	}
	content := sample.Content()
	report := content.Deployments["report"]
	report.Labels = models.Value(map[string]string{"import": "3f0c"})
	content.Deployments["report"] = report
	after, err := sampleArchive(content)
	if err != nil {
		log.Fatal(err)
	}
	for _, opts := range [][]archive.DiffOption{nil, {archive.IgnoreImportLabel()}} {
		changes, err := archive.Diff(before, after, opts...)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(changes)
	}
	// Output:
	// [added /deployments/report/labels/import: "3f0c"]
	// []
}

// A server lets the archives that it opens share an amount of memory.
func ExampleWithMemory() {
	zip, err := sample.Archive()
	if err != nil {
		log.Fatal(err)
	}
	_, err = archive.Open(bytes.NewReader(zip), int64(len(zip)), archive.WithMemory(func(needed int64) error {
		if needed > 64<<20 {
			return errors.New("it has to wait until there is more memory")
		}
		return nil
	}))
	fmt.Println(err)
	// Output:
	// <nil>
}
