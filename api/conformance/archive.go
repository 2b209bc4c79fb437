package conformance

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// names of what the archive of the suite has in its deployment.
const (
	variableName = "CONFORMANCE_VARIABLE"
	unknownName  = "conformance_member"
)

// deploymentName is the deployment of this run with a suffix.
func (s *suite) deploymentName(suffix string) string { return s.mark + suffix }

// archive is an archive with one deployment, or with those of the suffixes.
func (s *suite) archive(suffixes ...string) []byte {
	return s.archiveWith("", suffixes...)
}

// archiveWith adds lines to the YAML of each deployment. Each has a version with a
// package, and a variable that is secret.
func (s *suite) archiveWith(more string, suffixes ...string) []byte {
	files := []string{"import/info.yaml", "format_spec: v1.0\n"}
	if len(suffixes) == 0 {
		suffixes = []string{""}
	}
	for _, suffix := range suffixes {
		name := s.deploymentName(suffix)
		root := "import/deployments/deployment_" + name + "/"
		version := root + "versions/deployment_" + name + "_version_v1"
		files = append(files,
			root+"deployment_"+name+".yaml", fmt.Sprintf("deployment_name: %s\ndeployment_description: of a conformance suite\ndeployment_labels: {}\ndefault_version: v1\ninput_type: structured\n"+
				"input_fields:\n  - name: input\n    data_type: double\noutput_type: plain\n"+
				"deployment_environment_variables:\n  - name: %s\n    value: %s\n    secret: true\n%s", name, variableName, s.secret, more),
			version+".yaml", "version_name: v1\nversion_description: ''\nversion_labels: {}\nenvironment: python3-12\ninstance_type: 256mb\nmaximum_idle_time: 300\n",
			version+".zip", string(zipped("deployment_package/deployment.py", "class Deployment:\n    pass\n")))
	}
	return zipped(files...)
}

// zipped makes a ZIP of names and contents.
func zipped(files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		f, _ := w.Create(files[i]) // to memory
		_, _ = io.WriteString(f, files[i+1])
	}
	_ = w.Close() // to memory
	return b.Bytes()
}

// unzipped returns the files of an archive; it fails the check if it is not one.
func (p *probe) unzipped(data []byte) map[string]string {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		p.fail("the archive of %d bytes is not a ZIP file: %v", len(data), err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			p.fail("%s in the archive cannot be read: %v", f.Name, err)
		}
		content, err := io.ReadAll(io.LimitReader(in, maxBody))
		_ = in.Close() // it was only read
		if err != nil {
			p.fail("%s in the archive cannot be read: %v", f.Name, err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// find returns the text of the file whose path ends so.
func find(files map[string]string, suffix string) (string, bool) {
	for name, content := range files {
		if strings.HasSuffix(name, suffix) {
			return content, true
		}
	}
	return "", false
}
