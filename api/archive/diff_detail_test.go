package archive

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestDiffExportDetail_comparesNames(t *testing.T) {
	t.Parallel()
	var detail models.ExportDetail
	if err := json.Unmarshal([]byte(`{"id":"1","description":"not compared","deployments":{"a":{"versions":{"v1":{"environment_variables":{"X":{"include_value":true}}},"v2":{}},
		"environment_variables":{"Y":{}}},"b":{}},"pipelines":{"p":{"versions":{"v":{}}}},"environments":{"e":{}},"services":{"s":{}},
		"environment_variables":{"A":{"include_value":false},"B":{}}}`), &detail); err != nil {
		t.Fatal(err)
	}
	content := contentOf(t, `{"deployments":{"a":{"description":"x","versions":{"v1":{"environment":"e"},"v2":{"environment_variables":{"Z":{"value":"1"}}}},"environment_variables":{"Y":{"value":"1"}}}},
		"pipelines":{"p":{"versions":{"v":{"objects":[]},"w":{}}}},"environments":{"e":{"description":"x"}},"services":{"s":{"x":1},"t":{}},"environment_variables":{"A":{"value":"1","secret":true}}}`)
	changes, err := DiffExportDetail(detail, content)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, c.String())
	}
	want := []string{
		"removed /deployments/a/versions/v1/environment_variables/X", "added /deployments/a/versions/v2/environment_variables/Z",
		"removed /deployments/b", "removed /environment_variables/B", "added /pipelines/p/versions/w", "added /services/t",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDiffImportDetail_comparesContent(t *testing.T) {
	t.Parallel()
	var detail models.ImportDetail
	const same = `"deployments":{"a":{"versions":{"v1":{"zip":"x"}}}},"pipelines":{"p":{}},"environments":{"e":{}},"services":{"s":{}},"environment_variables":{"A":{"secret":true,"value":null}}`
	if err := json.Unmarshal([]byte(`{"id":"1","error_message":"not compared","more":1,`+same+`}`), &detail); err != nil {
		t.Fatal(err)
	}
	if changes, err := DiffImportDetail(detail, contentOf(t, `{`+same+`}`)); err != nil || changes != nil {
		t.Errorf("%v %v", changes, err)
	}
	changes, err := DiffImportDetail(detail, contentOf(t, `{"environment_variables":{"A":{"secret":true,"value":"x"}}}`), IgnoreSecretValues())
	if err != nil || len(changes) != 4 {
		t.Errorf("%v %v", changes, err)
	}
}
