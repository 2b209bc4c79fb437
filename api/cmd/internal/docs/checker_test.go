package docs_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A checker holds a page against a contract that is plain values, and knows the
// words of OpenAPI, but none of the contract.
type checker struct {
	*shown
	tree  map[string]any
	seen  map[string]bool
	found []string
}

// check returns what of a contract is not on a page, once, or not as it is written.
func check(p *shown, root map[string]any) []string {
	c := &checker{shown: p, tree: root, seen: map[string]bool{}}
	for path, item := range object(root["paths"]) {
		for method, op := range object(item) {
			if op, ok := op.(map[string]any); ok && op["responses"] != nil {
				id := op["operationId"].(string)
				c.part(id, op, marked(object(item), "page"))
				c.says(id, strings.ToUpper(method), path, "curl", "project.")
				parameters, _ := object(item)["parameters"].([]any)
				c.parameters(id, parameters, c.anchors[id])
			}
		}
	}
	for kind, entries := range object(root["components"]) {
		for name, entry := range object(entries) {
			c.part(under(kind, name), object(entry), "page")
		}
	}
	for i, server := range root["servers"].([]any) {
		id := "servers." + strconv.Itoa(i+1)
		c.part(id, object(server), "page")
		c.says(id, object(server)["url"].(string))
	}
	for _, requirement := range root["security"].([]any) {
		for name := range object(requirement) {
			if !slices.Contains(p.anchors["about"].links, "#securitySchemes."+name) && !slices.Contains(p.root.links, "#securitySchemes."+name) {
				c.fail("security", "the page does not lead to %s", name)
			}
		}
	}
	c.texts("info", root["info"])
	for _, tag := range root["tags"].([]any) {
		c.texts("tags", tag)
	}
	for _, e := range p.all {
		if e.source != "" && !c.seen[e.id] {
			c.fail(e.id, "the contract does not have it")
		}
	}
	return c.found
}

// texts checks that the page has all texts of a value outside of its parts, line by
// line, without what draws tables.
func (c *checker) texts(at string, value any) {
	if o := object(value); o != nil {
		for name, value := range o {
			c.texts(at+" "+name, value)
		}
		return
	}
	outside := c.root.text + strings.Join(c.root.links, " ")
	for _, e := range c.all {
		if e.source == "" {
			outside += e.text
		}
	}
	outside = plain(outside)
	for _, line := range strings.FieldsFunc(value.(string), func(r rune) bool { return r == '\n' || r == '|' }) {
		if line = plain(line); strings.Trim(line, "- ") != "" && !strings.Contains(outside, line) {
			c.fail(at, "the page does not say %q", line)
		}
	}
}

func (c *checker) fail(id, format string, args ...any) {
	c.found = append(c.found, id+": "+fmt.Sprintf(format, args...))
}

// resolve returns what an object refers to, or itself, and its anchor on the page.
func (c *checker) resolve(o map[string]any) (map[string]any, string) {
	ref, ok := o["$ref"].(string)
	if !ok {
		return o, ""
	}
	at := any(c.tree)
	steps := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	for _, step := range steps {
		at = object(at)[step]
	}
	return object(at), under(steps[1], steps[2])
}

// part checks one part and what is inside it.
func (c *checker) part(id string, o map[string]any, outer string) {
	id = anchored(id)
	of, link := c.resolve(o)
	source := marked(of, outer)
	e := c.anchors[id]
	if e == nil {
		c.fail(id, "it is not on the page")
		return
	}
	c.seen[id] = true
	if n := len(slices.DeleteFunc(slices.Clone(c.all), func(e *element) bool { return e.id != id })); n != 1 {
		c.fail(id, "it is %d times on the page", n)
	}
	if e.source != source {
		c.fail(id, "its source is %q instead of %q", e.source, source)
	}
	c.says(id, source)
	if link != "" {
		c.links(e, link)
		return
	}
	c.inside(e, of, source, true)
}

// says checks that a part has words of its own.
func (c *checker) says(id string, words ...string) {
	e := c.anchors[id]
	if e == nil {
		return // which is found already
	}
	text := plain(e.text)
	for _, word := range words {
		if !strings.Contains(text, plain(word)) {
			c.fail(id, "it does not say %q", plain(word))
		}
	}
}

func (c *checker) links(e *element, anchor string) {
	if !slices.Contains(e.links, "#"+anchor) {
		c.fail(e.id, "it does not lead to %s", anchor)
	}
	if c.anchors[anchor] == nil {
		c.fail(e.id, "it leads to %s, which is not there", anchor)
	}
}

// inside checks all that an object has, keyword by keyword.
func (c *checker) inside(e *element, o map[string]any, source string, named bool) {
	for keyword, value := range o {
		switch keyword {
		case "x-source", "x-enum-source", "x-property-source", "tags", "name", "in":
		case "operationId", "summary", "description", "format":
			c.says(e.id, value.(string))
		case "properties":
			for name, member := range object(value) {
				if keys := object(member); len(keys) > 0 || named {
					mark := map[string]any{}
					if from, ok := object(o["x-property-source"])[name]; ok {
						mark["x-source"] = from
					}
					c.part(e.id+"."+name, keys, marked(mark, source))
				}
			}
		case "required":
			if names, ok := value.([]any); ok && named {
				for _, name := range names {
					c.says(e.id+"."+name.(string), "required")
				}
			}
			if value == true {
				c.says(e.id, "required")
			}
		case "nullable":
			c.says(e.id, "or null")
		case "type":
			c.typ(e, o)
		case "enum", "x-extensible-enum":
			for _, value := range value.([]any) {
				name := fmt.Sprint(value)
				mark := map[string]any{}
				if from, ok := object(o["x-enum-source"])[name]; ok {
					mark["x-source"] = from
				}
				c.part(e.id+"."+name, mark, source)
				c.says(anchored(e.id+"."+name), name)
			}
		case "items", "additionalProperties", "schema", "allOf", "oneOf", "anyOf":
			c.schemas(e, keyword, value, source)
		case "parameters":
			if list, ok := value.([]any); ok {
				c.parameters(e.id, list, e)
			} else {
				c.fact(e, keyword, value)
			}
		case "requestBody":
			c.part(e.id+".requestBody", object(value), source)
		case "responses", "headers", "links", "examples", "content":
			for name, entry := range object(value) {
				if _, link := c.resolve(object(entry)); link != "" && keyword != "responses" {
					c.links(e, link)
					c.says(e.id, name)
					continue
				}
				id := e.id + "." + under(keyword, name)
				c.part(id, object(entry), source)
				c.says(anchored(id), name)
			}
		case "value":
			c.example(e, value)
		case "url":
		default:
			c.fact(e, keyword, value)
		}
	}
}

// fact checks a keyword that is shown as it is.
func (c *checker) fact(e *element, keyword string, value any) {
	text, ok := value.(string)
	if !ok {
		data, err := json.Marshal(value)
		if err != nil {
			c.fail(e.id, "%s: %v", keyword, err)
		}
		text = string(data)
	}
	c.says(e.id, keyword+": "+text)
}

func (c *checker) typ(e *element, o map[string]any) {
	word := o["type"].(string)
	switch {
	case word == "array":
		word = "list of"
	case object(o["additionalProperties"]) != nil:
		word = "dictionary of"
	}
	c.says(e.id, word)
}

// schemas checks the schemas that one consists of: those without a name are described
// with it, and the others elsewhere.
func (c *checker) schemas(e *element, keyword string, value any, source string) {
	all, ok := value.([]any)
	if !ok {
		all = []any{value}
	}
	for _, schema := range all {
		o := object(schema)
		switch _, link := c.resolve(o); {
		case link != "":
			c.links(e, link)
		case o == nil:
			c.fact(e, keyword, schema)
		default:
			if mark := marked(o, source); mark != source {
				c.says(e.id, "x-source: "+mark)
			}
			c.inside(e, o, marked(o, source), true)
		}
	}
}

func (c *checker) parameters(id string, list []any, e *element) {
	if e == nil {
		return // which is found already
	}
	for _, parameter := range list {
		of, _ := c.resolve(object(parameter))
		name := of["name"].(string)
		c.part(id+"."+name, object(parameter), e.source)
		c.says(id+"."+name, name, of["in"].(string), of["description"].(string))
	}
}

func (c *checker) example(e *element, value any) {
	var got any
	if len(e.code) != 1 {
		c.fail(e.id, "it has %d examples", len(e.code))
		return
	}
	data, err := json.Marshal(value)
	var want any
	if err == nil {
		err = json.Unmarshal(data, &want)
	}
	if err == nil {
		err = json.Unmarshal([]byte(e.code[0]), &got)
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		c.fail(e.id, "its example is %s (%v)", e.code[0], err)
	}
}
