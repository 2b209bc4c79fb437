package docs

import (
	"cmp"
	"html/template"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// An operation is a part with the request that asks for it.
type operation struct {
	*part
	Method, Path, Summary string
	Curl, Go              template.HTML
}

// operations adds the operations to the tags of a view.
func (r *reader) operations(v *view) {
	tags := map[string]*tag{}
	add := func(name, description string) *tag {
		if tags[name] == nil {
			tags[name] = &tag{ID: r.once(anchor("tags." + name)), Name: name, Text: r.text(description)}
			v.Tags = append(v.Tags, tags[name])
		}
		return tags[name]
	}
	for _, t := range r.doc.Tags {
		made := add(t.Name, t.Description)
		made.Facts = r.facts(t, "name", "description")
		if source := mark(t.Extensions, ""); source != "" {
			made.Facts = append(made.Facts, fact{sourceKey, source})
		}
	}
	for path, item := range inOrder(r.doc.Paths.Map()) {
		for method, op := range inOrder(item.Operations()) {
			t := add(slices.Concat(op.Tags, []string{"other operations"})[0], "")
			t.Operations = append(t.Operations, r.operation(method, path, item, op))
		}
	}
}

func (r *reader) operation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) *operation {
	id := cmp.Or(op.OperationID, method+path)
	p := r.part(id, id, op.Extensions, mark(item.Extensions, fromPage))
	p.Text = r.text(op.Description)
	p.Facts = append(r.facts(op, "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses"),
		r.facts(item, "connect", "delete", "get", "head", "options", "parameters", "patch", "post", "put", "trace")...)
	var parameters []*part
	all := parametersOf(item, op)
	for _, ref := range all {
		parameters = append(parameters, r.parameter(p.ID+"."+ref.Value.Name, ref.Value.Name, ref, p.Source))
	}
	p.group("Parameters", parameters)
	if op.RequestBody != nil {
		p.group("Request body", []*part{r.requestBody(p.ID+".requestBody", "body", op.RequestBody, p.Source)})
	}
	p.group("Responses", parts(p, "", op.Responses.Map(), r.response))
	request := &request{method: method, path: path, op: op, parameters: all}
	return &operation{part: p, Method: method, Path: path, Summary: cmp.Or(op.Summary, id), Curl: code(request.curl()), Go: code(request.call())}
}

// parametersOf are those of all operations of a path and of one of them, which come in
// place of the others.
func parametersOf(item *openapi3.PathItem, op *openapi3.Operation) openapi3.Parameters {
	common := slices.DeleteFunc(slices.Clone(item.Parameters), func(ref *openapi3.ParameterRef) bool {
		return op.Parameters.GetByInAndName(ref.Value.In, ref.Value.Name) != nil
	})
	return slices.Concat(common, op.Parameters)
}

func (r *reader) parameter(id, name string, ref *openapi3.ParameterRef, outer string) *part {
	parameter := ref.Value
	p := r.part(id, name, parameter.Extensions, outer)
	p.Notes = append(p.Notes, parameter.In)
	if parameter.Required {
		p.Notes = append(p.Notes, "required")
	}
	if !p.refer(ref.Ref) {
		r.describe(p, parameter.Schema)
		p.Facts = append(p.Facts, r.facts(parameter, "name", "in", "required", "description", "schema", "content")...)
		p.group("Content", parts(p, "", parameter.Content, r.media))
	}
	p.Text = r.text(parameter.Description) + p.Text
	return p
}

func (r *reader) requestBody(id, name string, ref *openapi3.RequestBodyRef, outer string) *part {
	body := ref.Value
	p := r.part(id, name, body.Extensions, outer)
	p.Text = r.text(body.Description)
	if body.Required {
		p.Notes = append(p.Notes, "required")
	}
	if !p.refer(ref.Ref) {
		p.Facts = r.facts(body, "required", "description", "content")
		p.group("Content", parts(p, "", body.Content, r.media))
	}
	return p
}

func (r *reader) response(id, name string, ref *openapi3.ResponseRef, outer string) *part {
	response := ref.Value
	p := r.part(id, name, response.Extensions, outer)
	p.Text = r.text(*response.Description)
	if !p.refer(ref.Ref) {
		p.Facts = r.facts(response, "description", "headers", "content", "links")
		p.group("Content", parts(p, "", response.Content, r.media))
		p.group("Headers", parts(p, "headers", response.Headers, r.header))
		p.group("Links", parts(p, "links", response.Links, r.link))
	}
	return p
}

// media is a body in one media type.
func (r *reader) media(id, name string, media *openapi3.MediaType, outer string) *part {
	p := r.part(id, name, media.Extensions, outer)
	r.describe(p, media.Schema)
	p.Facts = append(p.Facts, r.facts(media, "schema", "examples")...)
	p.group("Examples", parts(p, "examples", media.Examples, r.example))
	return p
}
