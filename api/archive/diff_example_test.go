package archive_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// edited compares the sample project with itself after some work on it.
func edited() ([]archive.Change, error) {
	before, err := sampleArchive(sample.Content())
	if err != nil {
		return nil, err
	}
	content := sample.Content()
	delete(content.Deployments, "report")
	normalise := content.Deployments["normalise"].Versions["v1"]
	normalise.MaximumInstances = models.Value(int64(4))
	content.Deployments["normalise"].Versions["v1"] = normalise
	content.EnvironmentVariables["TICKET_TOKEN"] = models.EnvironmentVariable{Value: models.Value("another"), Secret: new(true)}
	var b bytes.Buffer
	err = archive.Write(&b, content, func(path string) (io.ReadCloser, error) {
		if path == archive.VersionPackagePath("normalise", "v1") {
			path = archive.VersionPackagePath("classify", "v1") // new code
		}
		return sample.Package(path)
	})
	if err != nil {
		return nil, err
	}
	after, err := archive.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return nil, err
	}
	return archive.Diff(before, after)
}

// For people: by object, with the files that differ inside packages.
func ExampleWriteChanges() {
	changes, err := edited()
	if err != nil {
		log.Fatal(err)
	}
	if err := archive.WriteChanges(os.Stdout, changes); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ~ deployment "normalise" version "v1"
	//     ~ maximum_instances: 1 -> 4
	//     ~ zip: "sha256:42337ab94162" -> "sha256:cd92efab49fa"
	//         ~ deployment_package/deployment.py
	// - deployment "report"
	// ~ environment variable "TICKET_TOKEN"
	//     ~ value: (secret)
	// 0 objects added, 1 removed, 2 changed
}

// For programs: an array. Each element has kind and path; which other members
// it has depends on what it is about.
func ExampleWriteChangesJSON() {
	changes, err := edited()
	if err != nil {
		log.Fatal(err)
	}
	if err := archive.WriteChangesJSON(os.Stdout, changes); err != nil {
		log.Fatal(err)
	}
	// Output:
	// [
	//   {
	//     "kind": "changed",
	//     "path": "/deployments/normalise/versions/v1/maximum_instances",
	//     "old": 1,
	//     "new": 4
	//   },
	//   {
	//     "kind": "changed",
	//     "path": "/deployments/normalise/versions/v1/zip",
	//     "old": "sha256:42337ab94162326c4b41991520078f4fc9b4a8ea21d19905b800d32121c5b396",
	//     "new": "sha256:cd92efab49fa25f557a84a8362c26b600a76d490e6a5e5c5d9edc10e1f758f5e",
	//     "files": [
	//       {
	//         "kind": "changed",
	//         "path": "deployment_package/deployment.py",
	//         "old": "sha256:f18fbf218ac6e786fcca73e15f4c907453db3f364f1f028da35d1b3c6c01f583",
	//         "new": "sha256:f852816ef118f008a1b8ccc8adc5b87df69081bf460bfc25ee55293eab4543d5"
	//       }
	//     ]
	//   },
	//   {
	//     "kind": "removed",
	//     "path": "/deployments/report"
	//   },
	//   {
	//     "kind": "changed",
	//     "path": "/environment_variables/TICKET_TOKEN/value",
	//     "secret": true
	//   }
	// ]
}

// Whether an archive has what was asked for.
func ExampleDiffExportDetail() {
	detail := models.ExportDetail{
		Deployments: map[string]models.DeploymentSelection{
			"normalise": {Versions: map[string]models.VersionSelection{"v1": {}, "v2": {}}},
		},
	}
	content := archive.Content{Deployments: map[string]models.Deployment{"normalise": sample.Content().Deployments["normalise"]}}
	changes, err := archive.DiffExportDetail(detail, content)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	// Output:
	// removed /deployments/normalise/versions/v2
}

// Whether an import offers what the archive holds.
func ExampleDiffImportDetail() {
	content := sample.Content()
	detail := models.ImportDetail{Deployments: content.Deployments, Pipelines: content.Pipelines, Environments: content.Environments}
	changes, err := archive.DiffImportDetail(detail, content)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	// Output:
	// added /environment_variables/REGION
	// added /environment_variables/TICKET_TOKEN
}

// Two packages, whatever the objects are called that they belong to.
func ExampleDiffPackage() {
	a, err := sampleArchive(sample.Content())
	if err != nil {
		log.Fatal(err)
	}
	changes, err := archive.DiffPackage("/zip", a, archive.VersionPackagePath("normalise", "v1"), a, archive.VersionPackagePath("classify", "v1"))
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range changes[0].Files {
		fmt.Println(file.Kind, file.Path)
	}
	// Output:
	// changed deployment_package/deployment.py
}
