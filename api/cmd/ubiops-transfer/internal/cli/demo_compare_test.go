package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func zipOf(t *testing.T, pkg string, vars map[string]models.EnvironmentVariable) []byte {
	t.Helper()
	var buf bytes.Buffer
	err := archive.Write(&buf, archive.Content{
		EnvironmentVariables: vars,
		Environments:         map[string]models.Environment{"e": {Zip: models.Value("e.zip")}},
	}, func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(pkg)), nil })
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func opened(t *testing.T, data []byte) *archive.Archive {
	t.Helper()
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCompareFindsWhatWasLost(t *testing.T) {
	t.Parallel()
	vars := func(value string) map[string]models.EnvironmentVariable {
		return map[string]models.EnvironmentVariable{"A": {Value: models.Value(value)}}
	}
	whole := zipOf(t, "package", vars("1"))
	for name, test := range map[string]struct {
		first, second []byte
		fails         bool
	}{
		"all agree":           {whole, whole, false},
		"a variable is lost":  {whole, zipOf(t, "package", nil), true},
		"a value has changed": {zipOf(t, "package", vars("2")), whole, true},
		"a package differs":   {whole, zipOf(t, "other", vars("1")), true},
	} {
		d := &demo{out: io.Discard, given: opened(t, whole)}
		if err := d.compare(test.first, test.second); (err != nil) != test.fails {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestCheckSecretsLooksIntoTheStore(t *testing.T) {
	t.Parallel()
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.AddProject(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	data := zipOf(t, "package", map[string]models.EnvironmentVariable{"A": {Value: models.Value("right"), Secret: new(true)}})
	if err := s.Load(t.Context(), target, bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		filled map[jsontext.Pointer]string
		fails  bool
	}{
		{map[jsontext.Pointer]string{"/environment_variables/A": "right"}, false},
		{map[jsontext.Pointer]string{"/environment_variables/A": "wrong"}, true},
		{map[jsontext.Pointer]string{"/environment_variables/B": "right"}, true},
	} {
		d := &demo{out: io.Discard, sandbox: &sandbox{server: s}, filled: test.filled}
		if err := d.checkSecrets(t.Context()); (err != nil) != test.fails {
			t.Errorf("%v: error %v", test.filled, err)
		}
	}
}
