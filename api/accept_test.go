package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestAcceptAllTakesWhatIsOfferedAndNotWhatDescribesTheImport(t *testing.T) {
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
		update, err := api.AcceptAll(&detail)
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

func TestAcceptAllRefusesMembersThatAreNoJSON(t *testing.T) {
	t.Parallel()
	if _, err := api.AcceptAll(&models.ImportDetail{Unknown: []byte(`{"a":`)}); err == nil {
		t.Error("no error")
	}
}

// Everything that an import offers, but one pipeline, and with the value that
// the archive does not have.
func ExampleAcceptAll() {
	detail := &models.ImportDetail{
		Pipelines: map[string]models.Pipeline{"old": {}, "new": {}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"API_KEY": {Value: models.Null[string](), Secret: new(true)},
		},
	}
	update, err := api.AcceptAll(detail)
	if err != nil {
		fmt.Println(err)
		return
	}
	delete(update.Pipelines, "old")
	update.EnvironmentVariables["API_KEY"] = models.EnvironmentVariable{Value: models.Value("my-secret"), Secret: new(true)}
	body, err := json.Marshal(update)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body))
	// Output:
	// {"environment_variables":{"API_KEY":{"secret":true,"value":"my-secret"}},"pipelines":{"new":{}}}
}
