package api_test

import (
	"encoding/json"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestAccept_takesWhatIsOfferedAndNotWhatDescribesTheImport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ detail, want string }{
		{`{"id":"x","status":"confirmation","error_message":"","creation_date":"2020-06-18T08:32:14Z","size":1,"imported_by":"me"}`, `{}`},
		{`{"deployments":{"d":{"new":1}},"pipelines":{},"environment_variables":{"A":{"value":null}},"environments":{"e":{}},"services":{"s":{}}}`,
			`{"deployments":{"d":{"new":1}},"environment_variables":{"A":{"value":null}},"environments":{"e":{}},"pipelines":{},"services":{"s":{}}}`},
		{`{"buckets":{"b":{"size":9007199254740993}},"region":"eu","tags":[{}],"none":null}`, `{"buckets":{"b":{"size":9007199254740993}}}`},
	} {
		var detail models.ImportDetail
		if err := json.Unmarshal([]byte(test.detail), &detail); err != nil {
			t.Fatal(err)
		}
		update, err := api.Accept()(&detail)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(update)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestAccept_refusesMembersThatAreNotJSON(t *testing.T) {
	t.Parallel()
	if _, err := api.Accept()(&models.ImportDetail{Unknown: []byte(`{"a":`)}); err == nil {
		t.Error("no error")
	}
}
