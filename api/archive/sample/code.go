package sample

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// code is the files of each package, by the package's path in the archive.
var code = map[string]map[string]string{
	archive.VersionPackagePath("normalise", "v1"): {
		"deployment_package/deployment.py": `import unicodedata


class Deployment:
    def __init__(self, base_directory, context):
        self.form = "NFKC"

    def request(self, data):
        words = unicodedata.normalize(self.form, data["text"]).split()
        return {"text": " ".join(words).lower()}
`,
		"deployment_package/requirements.txt": "",
	},
	archive.VersionPackagePath("classify", "v1"): {
		"deployment_package/deployment.py": `class Deployment:
    def __init__(self, base_directory, context):
        pass

    def request(self, data):
        text = data["text"]
        return {"urgency": text.count("!") / max(len(text), 1)}
`,
		"deployment_package/requirements.txt": "",
	},
	archive.VersionPackagePath("classify", "v2"): {
		"deployment_package/deployment.py": `import os

import numpy

URGENT = {"down", "urgent", "broken", "now"}


class Deployment:
    def __init__(self, base_directory, context):
        self.threshold = float(os.environ.get("THRESHOLD", "0.5"))

    def request(self, data):
        hits = [word in URGENT for word in data["text"].split()] or [False]
        share = float(numpy.mean(hits))
        return {"urgency": 1.0 if share > self.threshold else share}
`,
		"deployment_package/requirements.txt": "numpy>=1.26\n",
	},
	archive.VersionPackagePath("report", "v1"): {
		"deployment_package/deployment.py": `class Deployment:
    def __init__(self, base_directory, context):
        self.lines = 0

    def request(self, data):
        self.lines += 1
        return f"{self.lines}: {data}"
`,
		"deployment_package/requirements.txt": "",
	},
	archive.EnvironmentPackagePath("text-tools"): {
		"environment_package/requirements.txt": "numpy>=1.26\n",
	},
}

// zipped returns the files as a ZIP file, the same for the same files.
func zipped(files map[string]string) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
