package archive_test

import (
	"bytes"
	"fmt"
	"log"
	"testing/fstest"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A working folder has more than belongs into an archive. Pack leaves it out, and
// says so to whoever asks.
func ExampleOnWarning() {
	folder := fstest.MapFS{
		"info.yaml":                      {Data: []byte("format_spec: v1.0\n")},
		"environments/tools/tools.yaml":  {Data: []byte("environment_name: tools\n")},
		"environments/spare/spare.yml":   {Data: []byte("environment_name: spare\n")},
		".venv/bin/python":               {},
		".env":                           {Data: []byte("API_KEY=only-an-example\n")},
		"environments/tools/tools.zip":   {},
		"environments/tools/.gitignore":  {},
		"environments/tools/LICENSE.txt": {},
	}
	say := archive.OnWarning(func(f *archive.Finding) { fmt.Println(f.Code, f.Path) })
	var packed bytes.Buffer
	if err := archive.Pack(&packed, folder, say); err != nil {
		log.Fatal(err)
	}
	_, err := archive.Open(bytes.NewReader(packed.Bytes()), int64(packed.Len()), say)
	fmt.Println(err)
	// Output:
	// left-out .env
	// left-out .venv/
	// ignored export/environments/spare/spare.yml
	// <nil>
}

// What a program shows or logs of a content must not have the values of secrets.
func ExampleMaskSecrets() {
	content := archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{
		"REGION": {Value: models.Value("eu-west")},
		"TOKEN":  {Value: models.Value("only-an-example"), Secret: new(true)},
	}}
	for _, shown := range []archive.Content{archive.MaskSecrets(content), archive.WithoutSecrets(content)} {
		region, token := shown.EnvironmentVariables["REGION"].Value, shown.EnvironmentVariables["TOKEN"].Value
		fmt.Println(region.Or(""), token.IsNull(), token.IsZero())
	}
	// Output:
	// eu-west true false
	// eu-west false true
}
