package lint_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/lint"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// The sample project has a version of 2021, and a secret as its owner would
// have it.
func ExampleCheck() {
	data, err := sample.Archive()
	if err != nil {
		log.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		log.Fatal(err)
	}
	for _, finding := range lint.Check(a, lint.CodeReference) {
		fmt.Println(finding.String())
	}
	// Output:
	// /deployments/normalise/versions/v1/deployment_mode: warning: an old setting that newer archives do not have [old-key]
	// /deployments/normalise/versions/v1/language: warning: an old setting; today it is environment_name [old-key]
	// /deployments/normalise/versions/v1/memory_allocation: warning: an old setting; today it is instance_type_group_name [old-key]
	// /environment_variables/TICKET_TOKEN: warning: the archive holds the value of this secret; an export leaves it out [secret-value]
}

// What has no sure successor stays.
func ExampleModernize() {
	_, changes := lint.Modernize(sample.Content())
	if err := archive.WriteChanges(os.Stdout, changes); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ~ deployment "classify" version "v1"
	//     - environment: "python3-11"
	//     + environment_name: "python3-11"
	// ~ deployment "classify" version "v2"
	//     - environment: "text-tools"
	//     + environment_name: "text-tools"
	// ~ deployment "normalise" version "v1"
	//     + environment_name: "python3-8"
	//     + instance_type: "256mb"
	//     - language: "python3.8"
	//     - memory_allocation: 256
	// ~ deployment "report" version "v1"
	//     - environment: "python3-12"
	//     + environment_name: "python3-12"
	// 0 objects added, 0 removed, 4 changed
}
