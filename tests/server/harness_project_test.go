package server_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// versionsOf is how many versions a deployment has.
const versionsOf = 10

// content has so many versions, ten a deployment, each with a package and with
// what versions usually have.
func content(versions int) archive.Content {
	structured := models.DataStructureStructured
	field := models.Value([]models.Field{{Name: "field", DataType: models.DataTypeString}})
	all := make(map[string]models.Deployment)
	for i := range (versions + versionsOf - 1) / versionsOf {
		name := fmt.Sprintf("deployment-%d", i)
		d := models.Deployment{
			Description: models.Value("Deployment number " + name), Labels: models.Value(map[string]string{"team": "a"}),
			InputType: &structured, OutputType: &structured, InputFields: field, OutputFields: field,
			EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": {Value: models.Value("value")}},
			DefaultVersion:       models.Value("v0"), Versions: make(map[string]models.DeploymentVersion),
		}
		for v := range min(versionsOf, versions-i*versionsOf) {
			version := fmt.Sprintf("v%d", v)
			d.Versions[version] = models.DeploymentVersion{
				Description: models.Value("A version"), Environment: models.Value("python3-12"),
				InstanceTypeGroupName: models.Value("256 MB + 0.0625 vCPU"), MaximumInstances: models.Value(int64(5)),
				Labels: models.Value(map[string]string{"stage": "a"}),
				Zip:    models.Value(archive.VersionPackagePath(name, version)),
			}
		}
		all[name] = d
	}
	return archive.Content{Deployments: all}
}

// writeArchive writes an archive of so many versions, whose packages have a
// size in bytes and all differ.
func writeArchive(b *testing.B, path string, versions, size int) {
	b.Helper()
	body := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body) // never fails
	n := uint32(0)
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	err = archive.Write(w, content(versions), func(string) (io.ReadCloser, error) {
		n++
		binary.LittleEndian.PutUint32(body, n)
		return io.NopCloser(bytes.NewReader(body)), nil
	})
	if err := errors.Join(err, w.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
}
