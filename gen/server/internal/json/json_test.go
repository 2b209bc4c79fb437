package json_test

import (
	"bytes"
	"encoding/json"
	"testing"

	own "github.com/ubiops-contrib/transfer/gen/server/internal/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWhatIsEncodedIsWhatEncodingJSONMakesOfIt(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		models.Error{Error: "<a> & \u2028 \"b\""},
		models.Exports(nil),
		models.ImportDetail{
			ID: "1", ImportedBy: models.Null[string](),
			EnvironmentVariables: map[string]models.EnvironmentVariable{"b<": {Value: models.Value("ü\n")}, "a": {Secret: new(true), Unknown: []byte(`{"x":"<"}`)}},
			Unknown:              []byte(`{"z":[1, 2.50]}`),
		},
		map[string]any{"b": nil, "a": []string{"<script>"}},
	} {
		var got, want bytes.Buffer
		if err := own.NewEncoder(&got).Encode(v); err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(&want).Encode(v); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("%s instead of %s", &got, &want)
		}
	}
}
