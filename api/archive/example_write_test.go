package archive_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// An archive goes to a directory that can be kept in Git, and comes back.
func ExampleUnpack() {
	a, err := sampleArchive(sample.Content())
	if err != nil {
		log.Fatal(err)
	}
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(parent) }()
	dir := filepath.Join(parent, "project")
	if err := archive.Unpack(dir, a, archive.UnpackPackages(archive.DefaultLimits())); err != nil {
		log.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS(dir), "deployments/deployment_report", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fmt.Println(path)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}

	err = archive.Unpack(dir, a)
	fmt.Println("again:", errors.Is(err, fs.ErrExist))
	// Output:
	// deployments/deployment_report/deployment_report.yaml
	// deployments/deployment_report/versions/deployment_report_version_v1.package/deployment_package/deployment.py
	// deployments/deployment_report/versions/deployment_report_version_v1.package/deployment_package/requirements.txt
	// deployments/deployment_report/versions/deployment_report_version_v1.yaml
	// again: true
}

// What was unpacked with its packages as they are gives the same bytes again.
func ExamplePack() {
	var before, after bytes.Buffer
	if err := archive.Write(&before, sample.Content(), sample.Package); err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(before.Bytes()), int64(before.Len()))
	if err != nil {
		log.Fatal(err)
	}
	parent, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(parent) }()
	dir := filepath.Join(parent, "project")
	if err := archive.Unpack(dir, a); err != nil {
		log.Fatal(err)
	}
	if err := archive.Pack(&after, os.DirFS(dir)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Equal(before.Bytes(), after.Bytes()))
	// Output:
	// true
}

// An archive is written again with the files that the format does not know.
func ExampleRewrite() {
	var in, out bytes.Buffer
	z := zip.NewWriter(&in)
	for name, text := range map[string]string{"my/info.yaml": "format_spec: 'v1.0'", "my/README.md": "Read me"} {
		w, err := z.Create(name)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := fmt.Fprint(w, text); err != nil {
			log.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(in.Bytes()), int64(in.Len()))
	if err != nil {
		log.Fatal(err)
	}
	if err := archive.Rewrite(&out, a, archive.WithRoot("export")); err != nil {
		log.Fatal(err)
	}
	b, err := archive.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Others(), b.Others())
	// Output:
	// [my/README.md] [export/README.md]
}
