package docs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// project and file are what the examples are about.
const (
	project = "my-project"
	file    = "project.zip"
)

// A request shows how to ask for an operation.
type request struct {
	method, path string
	op           *openapi3.Operation
	parameters   openapi3.Parameters
}

// sample is a value of a parameter.
func sample(p *openapi3.Parameter) string {
	if p.Example != nil {
		return fmt.Sprint(p.Example)
	}
	if s := p.Schema; s != nil && len(s.Value.Enum) > 0 {
		return fmt.Sprint(s.Value.Enum[0])
	}
	return strings.ToUpper(p.Name)
}

// curl is a command of a shell that sends the request, and fails if that does: what
// becomes a file is written only then, and an error is printed otherwise.
func (r *request) curl() string {
	media, _ := r.success()
	download := media != "" && media != jsonMedia
	words := []string{"curl", "-sS", "--fail-with-body"}
	if download {
		words[2] = "--fail"
	}
	if r.method != "GET" {
		words = append(words, "-X", r.method)
	}
	words = append(words, `-H "Authorization: Token ${UBIOPS_API_TOKEN#Token }"`)
	path, query := r.path, url.Values{}
	for _, ref := range r.parameters {
		switch p := ref.Value; {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(sample(p)))
		case p.In == "query" && p.Required:
			query.Set(p.Name, sample(p))
		case p.In == "header" && p.Required:
			words = append(words, "-H", quoted(p.Name+": "+sample(p)))
		}
	}
	if _, content := r.content(); content != nil {
		maps.Copy(query, queries[schemaOf(content)])
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	words = append(words, r.body()...)
	if download {
		words = append(words, "-o", file)
	}
	return strings.Join(append(words, `"$UBIOPS_API_HOST`+path+`"`), " ")
}

// quoted is a word for the shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// body is the arguments of curl with the shortest example of the body, or with a
// file if the body takes one.
func (r *request) body() []string {
	media, content := r.content()
	if content == nil {
		return nil
	}
	example := ""
	for _, e := range inOrder(content.Examples) {
		if data, err := json.Marshal(e.Value.Value); err == nil && (example == "" || len(data) < len(example)) {
			example = string(data)
		}
	}
	example = cmp.Or(example, "{}")
	if media != "multipart/form-data" {
		return []string{"-H", quoted("Content-Type: " + media), "-d", quoted(example)}
	}
	members := map[string]any{}
	_ = json.Unmarshal([]byte(example), &members) // it was marshalled; if not an object, it has no members
	if content.Schema != nil {
		for name, member := range inOrder(content.Schema.Value.Properties) {
			if member.Value.Format == "binary" {
				members = map[string]any{name: "@" + file}
			}
		}
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		words = append(words, "-F", quoted(fmt.Sprintf("%s=%v", name, members[name])))
	}
	return words
}

const jsonMedia = "application/json"

// content is the body of the request: as JSON, or in its first media type.
func (r *request) content() (string, *openapi3.MediaType) {
	if r.op.RequestBody == nil {
		return "", nil
	}
	return preferred(r.op.RequestBody.Value.Content)
}

// preferred is the media type that examples are in, or "".
func preferred(all openapi3.Content) (string, *openapi3.MediaType) {
	if content := all[jsonMedia]; content != nil {
		return jsonMedia, content
	}
	for media, content := range inOrder(all) {
		return media, content
	}
	return "", nil
}

// schemaOf is the name of the schema of a body, or empty.
func schemaOf(content *openapi3.MediaType) string {
	if content.Schema == nil {
		return ""
	}
	return component(content.Schema.Ref).Text
}

// success is the media type and schema of what the operation returns.
func (r *request) success() (string, string) {
	for status, response := range inOrder(r.op.Responses.Map()) {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		if media, content := preferred(response.Value.Content); content != nil {
			return media, schemaOf(content)
		}
	}
	return "", ""
}

// bodies are how programs write the bodies that the client has words of its own for,
// and queries the parameters that mean the same beside the example.
var (
	bodies  = map[string]string{"ExportCreate": "api.Everything()", "ImportCreate": "api.FromFile(" + strconv.Quote(file) + ")"}
	queries = map[string]url.Values{"ExportCreate": {"all": {"true"}}}
)

// call is the call of the client, which has a service for each tag, and calls a
// method as the summary of the operation begins.
func (r *request) call() string {
	arguments := []string{"ctx"}
	for _, ref := range r.parameters {
		if p := ref.Value; p.In == "path" && p.Name != "project_name" {
			arguments = append(arguments, strconv.Quote(sample(p)))
		}
	}
	if _, content := r.content(); content != nil {
		schema := schemaOf(content)
		body, ok := bodies[schema]
		if !ok {
			body = "models." + schema + "{}"
		}
		arguments = append(arguments, body)
	}
	method, _, _ := strings.Cut(r.op.Summary, " ")
	service := "?"
	if len(r.op.Tags) > 0 && r.op.Tags[0] != "" {
		service = strings.ToUpper(r.op.Tags[0][:1]) + r.op.Tags[0][1:]
	}
	call := fmt.Sprintf("project.%s.%s(%s)", service, method, strings.Join(arguments, ", "))
	switch media, schema := r.success(); {
	case media == "":
		return "err = " + call
	case media == jsonMedia && schema != "":
		return strings.ToLower(schema[:1]) + schema[1:] + ", err := " + call
	default:
		return "download, err := " + call + " // to be read from download.Body and closed"
	}
}
