package peers_test

import (
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/peers/plain"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

// BenchmarkDecodeEncode compares decoding and encoding an ImportDetail of
// 1,000 deployments with 5 versions each: plain structs, which lose unknown
// members, against the models, on the client's path and through encoding/json.
func BenchmarkDecodeEncode(b *testing.B) {
	for values, data := range imports() {
		b.Run(values, func(b *testing.B) { decodeEncode(b, data) })
	}
}

func decodeEncode(b *testing.B, data []byte) {
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
