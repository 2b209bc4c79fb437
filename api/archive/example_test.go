package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// An archive is opened from anything that reads at an offset, here a file.
func ExampleOpen() {
	file, err := os.Open("testdata/template.zip")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	stat, err := file.Stat()
	if err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(file, stat.Size())
	if err != nil {
		log.Fatal(err)
	}
	content := a.Content()
	fmt.Println(len(content.Deployments), "deployments,", len(content.Pipelines), "pipeline")
	fmt.Println("language:", content.Deployments["deployment-1"].Versions["v1"].Language.Or("none"))
	for _, p := range a.Packages() {
		fmt.Println(p.Size, p.Path)
	}
	// Output:
	// 2 deployments, 1 pipeline
	// language: python3.8
	// 549 deployments/deployment_deployment-1/versions/deployment_deployment-1_version_v1.zip
	// 549 deployments/deployment_deployment-2/versions/deployment_deployment-2_version_v1.zip
}

// An archive that is refused says what is wrong, where, and with which code.
func ExampleOpen_refused() {
	text := "this is not an archive"
	_, err := archive.Open(strings.NewReader(text), int64(len(text)))
	fmt.Println(err)
	if finding, ok := errors.AsType[*archive.Finding](err); ok {
		fmt.Println(finding.Code)
	}
	// Output:
	// not a ZIP file
	// not-zip
}

// A version names its package; where it lies in the archive follows from the
// names of the deployment and the version.
func ExampleWrite() {
	content := archive.Content{Deployments: map[string]models.Deployment{
		"hello": {
			InputType:  new(models.DataStructurePlain),
			OutputType: new(models.DataStructurePlain),
			Versions:   map[string]models.DeploymentVersion{"v1": {Zip: models.Value("hello.zip")}},
		},
	}}
	packages := func(path string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("the bytes of " + path)), nil
	}
	var out bytes.Buffer
	if err := archive.Write(&out, content, packages); err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Root(), a.Info().FormatSpec)
	fmt.Println(a.Content().Deployments["hello"].Versions["v1"].Zip.Or("none"))
	// Output:
	// export v1.0
	// deployments/deployment_hello/versions/deployment_hello_version_v1.zip
}

// Two archives are compared by what they mean.
func ExampleDiff() {
	before, err := sampleArchive(sample.Content())
	if err != nil {
		log.Fatal(err)
	}
	content := sample.Content()
	report := content.Deployments["report"]
	report.Description = models.Value("Numbers the lines")
	content.Deployments["report"] = report
	delete(content.Deployments["classify"].Versions, "v1")
	content.EnvironmentVariables["TICKET_TOKEN"] = models.EnvironmentVariable{Value: models.Value("another"), Secret: new(true)}
	after, err := sampleArchive(content)
	if err != nil {
		log.Fatal(err)
	}
	changes, err := archive.Diff(before, after)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	// Output:
	// removed /deployments/classify/versions/v1
	// added /deployments/report/description: "Numbers the lines"
	// changed /environment_variables/TICKET_TOKEN/value: (secret)
}

func sampleArchive(content archive.Content) (*archive.Archive, error) {
	var b bytes.Buffer
	if err := archive.Write(&b, content, sample.Package); err != nil {
		return nil, err
	}
	return archive.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

func ExampleDiffContent() {
	before := archive.Content{Services: map[string]models.Service{"old": {}}}
	after := archive.Content{Services: map[string]models.Service{"new": {}}}
	changes, err := archive.DiffContent(before, after)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	// Output:
	// added /services/new
	// removed /services/old
}
