package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/internal/ratio"
	"github.com/ubiops-contrib/transfer/tests/models/plain"
)

// largeImport is an ImportDetail as a real project of that size has it, with
// one member that the contract does not name in each object.
func largeImport(deployments, versions int) []byte {
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

// BenchmarkDecodeEncode compares decoding and encoding an ImportDetail of
// 1,000 deployments with 5 versions each: plain structs, which lose unknown
// members, against the models, on the client's path and through encoding/json.
func BenchmarkDecodeEncode(b *testing.B) {
	data := largeImport(1000, 5)
	b.ReportMetric(float64(len(data))/1e6, "MB")
	ratio.Run(b, 15,
		ratio.Way{Name: "plain", Do: func() error {
			var v plain.ImportDetail
			if err := json.Unmarshal(data, &v); err != nil {
				return err
			}
			_, err := json.Marshal(v)
			return err
		}},
		ratio.Way{Name: "client", Do: func() error {
			var v models.ImportDetail
			if err := jsonv2.Unmarshal(data, &v); err != nil {
				return err
			}
			_, err := jsonv2.Marshal(v)
			return err
		}},
		ratio.Way{Name: "encoding/json", Do: func() error {
			var v models.ImportDetail
			if err := json.Unmarshal(data, &v); err != nil {
				return err
			}
			_, err := json.Marshal(v)
			return err
		}},
	)
}
