package durability_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Every import of the load writes two sets of objects that all carry its
// number: one in a slot of its own, which few others write, and the one that all
// of them write. A half-applied import shows two numbers, or only a part.
const (
	slots       = 12
	packageSize = 64 << 10
	shared      = "shared"
)

// numbered returns what the import of a number writes.
func numbered(n int) archive.Content {
	content := archive.Content{
		Deployments:          map[string]models.Deployment{},
		Pipelines:            map[string]models.Pipeline{},
		Environments:         map[string]models.Environment{},
		EnvironmentVariables: map[string]models.EnvironmentVariable{},
	}
	for _, set := range []string{slot(n), shared} {
		addSet(content, set, n)
	}
	return content
}

func slot(n int) string { return fmt.Sprintf("slot-%02d", n%slots) }

func addSet(content archive.Content, set string, n int) {
	number := models.Value(strconv.Itoa(n))
	for _, d := range deploymentsOf(set) {
		versions := map[string]models.DeploymentVersion{}
		for _, v := range []string{"v1", "v2"} {
			versions[v] = models.DeploymentVersion{
				Description: number, Environment: models.Value("python3-12"), Zip: models.Value(archive.VersionPackagePath(d, v)),
			}
		}
		content.Deployments[d] = models.Deployment{
			Description: number, DefaultVersion: models.Value("v1"), Versions: versions,
			InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
			EnvironmentVariables: map[string]models.EnvironmentVariable{"NUMBER": {Value: number, Secret: new(false)}},
		}
	}
	content.Pipelines[set] = models.Pipeline{
		Description: number, InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
		Versions: map[string]models.PipelineVersion{"v1": {
			Description: number,
			Objects:     models.Value([]models.PipelineObject{{Name: "step", ReferenceName: set + "-a"}}),
		}},
	}
	content.Environments[set] = models.Environment{
		Description: number, BaseEnvironment: models.Value("python3-12"), Zip: models.Value(archive.EnvironmentPackagePath(set)),
	}
	content.EnvironmentVariables[set] = models.EnvironmentVariable{Value: number, Secret: new(false)}
}

func deploymentsOf(set string) []string { return []string{set + "-a", set + "-b"} }

func packagesOf(set string) []string {
	paths := []string{archive.EnvironmentPackagePath(set)}
	for _, d := range deploymentsOf(set) {
		paths = append(paths, archive.VersionPackagePath(d, "v1"), archive.VersionPackagePath(d, "v2"))
	}
	return paths
}

// packageBytes returns the package that the import of a number has under a
// path. Those of second versions are the same for many numbers, so that their
// blobs are shared.
func packageBytes(n int, path string) []byte {
	if strings.HasSuffix(path, "v2.zip") {
		n, path = n%3, "v2"
	}
	var seed [32]byte
	copy(seed[8:], path[max(0, len(path)-24):])
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	code := make([]byte, packageSize)
	_, _ = rand.NewChaCha8(seed).Read(code)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "model.bin", Method: zip.Store})
	if err == nil {
		_, err = w.Write(code)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// numberedArchive returns the archive of the import of a number.
func numberedArchive(n int) []byte { return writeArchive(numbered(n), n) }

// writeArchive writes content with the packages of a number.
func writeArchive(content archive.Content, n int) []byte {
	var out bytes.Buffer
	err := archive.Write(&out, content, func(path string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packageBytes(n, path))), nil
	})
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// checkNumbered returns the sets in an archive with their numbers, and what is
// wrong in the archive, which can have sets of any imports: something is
// missing or has another number, or a package is not that of the import.
func checkNumbered(a *archive.Archive) (map[string]int, error) {
	content := a.Content()
	var errs []error
	sets := map[string]int{}
	for set, variable := range content.EnvironmentVariables {
		n, err := strconv.Atoi(variable.Value.Or(""))
		if err != nil {
			errs = append(errs, fmt.Errorf("variable %s: %w", set, err))
		}
		sets[set] = n
	}
	want := archive.Content{
		Deployments:          map[string]models.Deployment{},
		Pipelines:            map[string]models.Pipeline{},
		Environments:         map[string]models.Environment{},
		EnvironmentVariables: map[string]models.EnvironmentVariable{},
	}
	for set, n := range sets {
		addSet(want, set, n)
	}
	changes, err := archive.DiffContent(want, content, archive.IgnoreImportLabel())
	errs = append(errs, err)
	for _, change := range changes {
		errs = append(errs, errors.New(change.String()))
	}
	if err := errors.Join(errs...); err != nil {
		return sets, err
	}
	for set, n := range sets {
		for _, path := range packagesOf(set) {
			if err := samePackage(a, path, n); err != nil {
				errs = append(errs, fmt.Errorf("package %s of number %d: %w", path, n, err))
			}
		}
	}
	return sets, errors.Join(errs...)
}

func samePackage(a *archive.Archive, path string, n int) error {
	r, err := a.OpenPackage(path)
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(data, packageBytes(n, path)) {
		err = errors.New("it has other bytes")
	}
	return err
}
