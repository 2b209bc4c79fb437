package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// An archive can open and be damaged nevertheless: here in a file of a package.
func ExampleVerify() {
	data, err := sample.Archive()
	if err != nil {
		log.Fatal(err)
	}
	if err := archive.Verify(context.Background(), bytes.NewReader(data), int64(len(data))); err != nil {
		log.Fatal(err)
	}
	data = bytes.Replace(data, []byte("import numpy"), []byte("import nunpy"), 1)
	if _, err := archive.Open(bytes.NewReader(data), int64(len(data))); err != nil {
		log.Fatal(err)
	}
	err = archive.Verify(context.Background(), bytes.NewReader(data), int64(len(data)))
	findings, _ := errors.AsType[archive.Findings](err)
	for _, finding := range findings {
		fmt.Println(finding.Code, finding.Path)
		fmt.Println(finding.Message)
	}
	// Output:
	// damaged import/deployments/deployment_classify/versions/deployment_classify_version_v2.zip
	// its checksum is wrong
}

// A finding has a line for people and a JSON object for programs.
func ExampleFinding() {
	finding := &archive.Finding{
		Code:    archive.CodeDuplicateKey,
		Path:    "export/deployments/deployment_a/deployment_a.yaml",
		Line:    4,
		Message: "the key input_type is already in line 2",
	}
	fmt.Println(finding)          // as an error
	fmt.Println(finding.String()) // with severity and code
	data, err := json.Marshal(finding)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
	// Output:
	// export/deployments/deployment_a/deployment_a.yaml:4: the key input_type is already in line 2
	// export/deployments/deployment_a/deployment_a.yaml:4: error: the key input_type is already in line 2 [duplicate-key]
	// {"code":"duplicate-key","severity":"error","path":"export/deployments/deployment_a/deployment_a.yaml","line":4,"message":"the key input_type is already in line 2"}
}
