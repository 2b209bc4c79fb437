package archive_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"testing/fstest"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// A directory tree is opened like a ZIP file; of a directory of the disk, give
// its os.Root or os.DirFS. What version control keeps beside it is left out.
func ExampleOpenFS() {
	tree := fstest.MapFS{
		".git/HEAD":        {Data: []byte("ref: refs/heads/main\n")},
		"README.md":        {Data: []byte("Our project\n")},
		"export/info.yaml": {Data: []byte("format_spec: v1.0\n")},
		"export/deployments/hello/hello.yaml": {
			Data: []byte("deployment_name: hello\ninput_type: plain\noutput_type: plain\n"),
		},
		"export/deployments/hello/versions/v1.yaml": {Data: []byte("version_name: v1\n")},
		"export/deployments/hello/versions/v1.zip":  {Data: []byte("a package")},
	}
	a, err := archive.OpenFS(tree)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("root:", a.Root())
	fmt.Println("others:", a.Others())
	for _, p := range a.Packages() {
		fmt.Println(p.Size, p.Path)
	}
	// Output:
	// root: export
	// others: [README.md]
	// 9 deployments/hello/versions/v1.zip
}

// object is an archive in an object store: each range is one request.
type object struct{ *bytes.Reader }

func (o object) OpenRange(off, n int64) (io.ReadCloser, error) {
	fmt.Println("one request for the package")
	return io.NopCloser(io.NewSectionReader(o, off, n)), nil
}

// A reader that has ranges is asked for each package once.
func ExampleRangeOpener() {
	var b bytes.Buffer
	if err := archive.Write(&b, sample.Content(), sample.Package); err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(object{bytes.NewReader(b.Bytes())}, int64(b.Len()))
	if err != nil {
		log.Fatal(err)
	}
	p := a.Packages()[0]
	rc, err := a.OpenPackage(p.Path)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = rc.Close() }()
	n, err := io.Copy(io.Discard, rc)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n == p.Size)
	// Output:
	// one request for the package
	// true
}
