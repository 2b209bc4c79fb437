package drift

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"
)

// facts are places of the API with what is said of each, in the words of a Python
// type: str, int, bool, datetime, dict, list, object or file, and for a parameter
// how it is sent.
type facts map[string]string

// A Wheel is what an official Python client says of the API. It is generated from
// the platform's own contract, which is not published.
type Wheel struct {
	Version string
	facts
}

// counterparts are the models that a client has for the objects inside a detail.
// They belong to other operations of the platform.
var counterparts = map[string]string{
	"Deployment":          "deployment_create",
	"DeploymentVersion":   "deployment_version_create",
	"Pipeline":            "pipeline_create",
	"PipelineVersion":     "pipeline_version_create",
	"PipelineObject":      "pipeline_version_object_create",
	"Attachment":          "attachments_create",
	"AttachmentSource":    "attachment_sources_list",
	"FieldMapping":        "attachment_fields_list",
	"Field":               "input_output_field_base",
	"Environment":         "environment_create",
	"EnvironmentVariable": "environment_variable_create",
	"Service":             "service_create",
	"HealthCheck":         "health_check",
	"Port":                "deployment_version_port",
}

// topLevel are the models of the operations themselves.
var topLevel = map[string]string{
	"ExportCreate": "export_create", "ExportList": "export_list", "ExportDetail": "export_detail",
	"ImportUpdate": "import_update", "ImportList": "import_list", "ImportDetail": "import_detail",
}

var (
	wheelMetadata = regexp.MustCompile(`^(\w+)-([^/-]+)\.dist-info/METADATA$`)
	wheelHost     = regexp.MustCompile(`"UBIOPS_API_HOST", ["']([^"']+)["']`)
	wheelMethod   = regexp.MustCompile(`(?m)^    def (\w+)_with_http_info\(`)
	wheelURL      = regexp.MustCompile(`url = "([^"]+)"`)
	wheelVerb     = regexp.MustCompile(`(?m)^ +"(GET|POST|PUT|PATCH|DELETE)",$`)
	wheelReturns  = regexp.MustCompile(`response_type=(?:"([^"]*)"|None)`)
	wheelTypes    = regexp.MustCompile(`(?m)^ +(?::param |- )(\S+) (\w+):`)
	wheelSent     = regexp.MustCompile(`(path)_params\["(\w+)"\] =|(query)_params\.append\(\("(\w+)"|(form)_params\.append\(\("(\w+)"|(file)s\["(\w+)"\] =|(body)_params = (data)\b`)
	wheelModel    = regexp.MustCompile(`(?s)openapi_types = \{(.*?)\}`)
	wheelMember   = regexp.MustCompile(`"(\w+)": "([^"]+)"`)
	wheelJSON     = regexp.MustCompile(`(?s)attribute_map = \{(.*?)\}`)
	wheelLength   = regexp.MustCompile(`len\((\w+)\) > (\d+)`)
)

// ReadWheel reads an official client. An error says that it is not one, or that
// it is made in a way that is not understood.
func ReadWheel(file io.ReaderAt, size int64) (*Wheel, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fmt.Errorf("not a wheel: %w", err)
	}
	w := &Wheel{facts: facts{}}
	if w.Version, err = wheelVersion(archive, "ubiops"); err != nil {
		return nil, err
	}
	text, err := content(archive, "ubiops/configuration.py")
	if err != nil {
		return nil, err
	}
	host := wheelHost.FindStringSubmatch(text)
	if host == nil {
		return nil, errors.New("ubiops/configuration.py has no default host")
	}
	w.facts["server "+host[1]] = "the default host"
	if text, err = content(archive, "ubiops/api/imports_and_exports.py"); err != nil {
		return nil, err
	}
	if err := w.operations(text); err != nil {
		return nil, fmt.Errorf("ubiops/api/imports_and_exports.py: %w", err)
	}
	models := maps.Clone(counterparts)
	maps.Copy(models, topLevel)
	for schema, model := range models {
		text, err := content(archive, "ubiops/models/"+model+".py")
		if err != nil && topLevel[schema] == "" {
			continue // an older client does not have all of them
		}
		if err == nil {
			err = w.model(schema, text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", model, err)
		}
	}
	return w, nil
}

// wheelVersion is the version of a distribution that a wheel contains.
func wheelVersion(archive *zip.Reader, name string) (string, error) {
	for _, file := range archive.File {
		if m := wheelMetadata.FindStringSubmatch(file.Name); m != nil && m[1] == name {
			return m[2], nil
		}
	}
	return "", fmt.Errorf("not a wheel of %s", name)
}

func content(archive *zip.Reader, name string) (string, error) {
	file, err := archive.Open(name)
	if err != nil {
		return "", fmt.Errorf("the wheel has no %s", name)
	}
	const most = 16 << 20
	data, err := io.ReadAll(bufio.NewReader(io.LimitReader(file, most)))
	return string(data), errors.Join(err, file.Close())
}

func (w *Wheel) operations(text string) error {
	starts := wheelMethod.FindAllStringSubmatchIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		id, body := text[at[2]:at[3]], text[at[0]:end]
		url, verb, returns := wheelURL.FindStringSubmatch(body), wheelVerb.FindStringSubmatch(body), wheelReturns.FindStringSubmatch(body)
		if url == nil || verb == nil || returns == nil {
			return fmt.Errorf("the URL, method or response type of %s is not found", id)
		}
		w.facts[id] = strings.TrimSpace(verb[1] + " " + url[1] + " " + returns[1])
		types := map[string]string{}
		for _, m := range wheelTypes.FindAllStringSubmatch(body, -1) {
			types[m[2]] = m[1]
		}
		for _, m := range wheelSent.FindAllStringSubmatch(body, -1) {
			words := strings.Fields(strings.Join(m[1:], " "))
			in, name := words[0], words[1]
			if in == "file" {
				in = "form"
			}
			w.facts[id+" "+name] = in + " " + types[name]
		}
	}
	if len(starts) == 0 {
		return errors.New("it has no operations")
	}
	return nil
}

func (w *Wheel) model(schema, text string) error {
	types, names := wheelModel.FindStringSubmatch(text), wheelJSON.FindStringSubmatch(text)
	if types == nil || names == nil {
		return errors.New("it has no openapi_types or no attribute_map")
	}
	sent := map[string]string{}
	for _, m := range wheelMember.FindAllStringSubmatch(names[1], -1) {
		sent[m[1]] = m[2]
	}
	for _, m := range wheelMember.FindAllStringSubmatch(types[1], -1) {
		typ, _, _ := strings.Cut(m[2], "(")
		typ, _, _ = strings.Cut(typ, "[")
		if strings.ToUpper(typ[:1]) == typ[:1] {
			typ = "object" // another model
		}
		w.facts[schema+"."+sent[m[1]]] = typ
	}
	if topLevel[schema] == "" {
		return nil // the contract has no lengths inside a detail
	}
	for _, m := range wheelLength.FindAllStringSubmatch(text, -1) {
		w.facts[schema+"."+sent[m[1]]+" length"] = "at most " + m[2]
	}
	return nil
}
