package docs

import (
	"cmp"

	"github.com/getkin/kin-openapi/openapi3"
)

// components adds sections of the parts that others refer to.
func (r *reader) components(v *view) {
	c := cmp.Or(r.doc.Components, &openapi3.Components{})
	root := &part{Source: fromPage}
	for _, s := range []*section{
		{"schemas", "Schemas", parts(root, "", c.Schemas, r.schema)},
		{"examples", "Examples", parts(root, "examples", c.Examples, r.example)},
		{"parameters", "Parameters", parts(root, "parameters", c.Parameters, r.parameter)},
		{"requestBodies", "Request bodies", parts(root, "requestBodies", c.RequestBodies, r.requestBody)},
		{"responses", "Responses", parts(root, "responses", c.Responses, r.response)},
		{"headers", "Headers", parts(root, "headers", c.Headers, r.header)},
		{"links", "Links", parts(root, "links", c.Links, r.link)},
		{"securitySchemes", "Authentication", parts(root, "securitySchemes", c.SecuritySchemes, r.securityScheme)},
	} {
		if len(s.Parts) > 0 {
			v.Sections = append(v.Sections, s)
		}
	}
	v.Facts = append(v.Facts, r.facts(c, "schemas", "examples", "parameters", "requestBodies", "responses", "headers", "links", "securitySchemes")...)
}

func (r *reader) header(id, name string, ref *openapi3.HeaderRef, outer string) *part {
	if ref.Ref != "" {
		return r.reference(name, ref.Ref, ref.Value.Extensions)
	}
	p := r.part(id, name, ref.Value.Extensions, outer)
	r.describe(p, ref.Value.Schema)
	p.Text = r.text(ref.Value.Description) + p.Text
	p.Facts = append(p.Facts, r.facts(ref.Value, "description", "schema")...)
	return p
}

func (r *reader) link(id, name string, ref *openapi3.LinkRef, outer string) *part {
	if ref.Ref != "" {
		return r.reference(name, ref.Ref, ref.Value.Extensions)
	}
	p := r.part(id, name, ref.Value.Extensions, outer)
	p.Type = []word{{ref.Value.OperationID, ref.Value.OperationID}}
	p.Text, p.Facts = r.text(ref.Value.Description), r.facts(ref.Value, "operationId", "description")
	return p
}

func (r *reader) securityScheme(id, name string, ref *openapi3.SecuritySchemeRef, outer string) *part {
	p := r.part(id, name, ref.Value.Extensions, outer)
	p.Text, p.Facts = r.text(ref.Value.Description), r.facts(ref.Value, "description")
	return p
}
