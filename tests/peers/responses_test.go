package peers_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
)

const exportHead = `{"id":"903ccd12-81d1-46e1-9ac9-%012d","status":"completed","error_message":"",` +
	`"creation_date":"2020-06-18T08:32:14.876451Z","size":28391,"description":"nightly","exported_by":"user@example.com"`

// exportJSON is an ExportDetail with one deployment and one variable.
func exportJSON() []byte {
	return fmt.Appendf(nil, exportHead+`,"deployments":{"deployment-1":{"versions":{"v1":{"environment_variables":{}},"v2":{}}}},`+
		`"pipelines":{},"environment_variables":{"LEVEL":{"include_value":true}},"environments":{}}`, 0)
}

// exportsJSON is a list of n exports.
func exportsJSON(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteByte("[,"[min(i, 1)])
		fmt.Fprintf(&b, exportHead+"}", i)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// importJSON is an ImportDetail as a real project of that size has it, with one
// member that the contract does not name in each object.
func importJSON(deployments, versions int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"id":"903ccd12-81d1-46e1-9ac9-b9d70af118de","status":"confirmation","error_message":"",` +
		`"creation_date":"2020-06-18T08:32:14.876451Z","size":28391,"deployments":{`)
	for d := range deployments {
		if d > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"deployment-%d":{"description":"","labels":{"team":"vision"},"default_version":"v0","future":true,`+
			`"input_type":"structured","output_type":"structured",`+
			`"input_fields":[{"name":"input","data_type":"double"},{"name":"image","data_type":"file"}],`+
			`"output_fields":[{"name":"output","data_type":"double"}],`+
			`"environment_variables":{"A":{"value":null,"secret":true},"B":{"value":"test"}},"versions":{`, d)
		for v := range versions {
			if v > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"v%d":{"zip":"deployments/deployment_deployment-%d/versions/deployment_deployment-%d_version_v%d.zip",`+
				`"description":"","labels":{},"environment":"python3-8","maximum_idle_time":300,"maximum_instances":5,`+
				`"instance_type":"256mb","instance_type_group_name":null,"minimum_instances":0,"static_ip":false,"future":{"id":9007199254740993},`+
				`"environment_variables":{"C":{"value":"my-value","secret":false},"D":{"value":"test2"}},`+
				`"request_retention_mode":"full","request_retention_time":604800}`, v, d, d, v)
		}
		b.WriteString("}}")
	}
	b.WriteString(`},"pipelines":{},"environment_variables":{},"environments":{}}`)
	return b.Bytes()
}

var (
	texts = regexp.MustCompile(`"(\w+)":"[^"]*"`)
	fixed = []string{"id", "status", "creation_date"} // cannot be any text
)

// distinctTexts returns the response with a number at the end of each text, so that
// no two are the same. A decoder cannot gain there from having seen a text before.
func distinctTexts(response []byte) []byte {
	n := 0
	return texts.ReplaceAllFunc(response, func(member []byte) []byte {
		if slices.Contains(fixed, string(texts.FindSubmatch(member)[1])) {
			return member
		}
		n++
		return fmt.Appendf(nil, `%s-%d"`, member[:len(member)-1], n)
	})
}
