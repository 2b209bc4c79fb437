package api

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestConfirmation_editsMakeAConfirmationAndLeaveTheDetailAlone(t *testing.T) {
	t.Parallel()
	const scanned = `{"deployments":{"d":{"environment_variables":{"KEY":{"value":null}},"versions":{"v":{"environment_variables":{"KEY":{"value":"","secret":true},"OPEN":{"value":"","secret":false}}}}},"e":{}},` +
		`"pipelines":{"e":{}},"buckets":{"d":{"size":1},"e":{}},"environment_variables":{"KEY":{"value":"given"}}}`
	for name, tc := range map[string]struct {
		edits []Edit
		want  string // the confirmation, or in the error
	}{
		"none": {nil, scanned},
		"select": {[]Edit{Keep(func(kind, name string) bool { return kind == "buckets" && name == "d" })},
			`{"deployments":{},"pipelines":{},"environment_variables":{},"buckets":{"d":{"size":1}}}`},
		"fill, then select": {[]Edit{FillFrom(value), Keep(func(_, name string) bool { return name == "d" })},
			`{"deployments":{"d":{"environment_variables":{"KEY":{"value":"s3cr3t"}},"versions":{"v":{"environment_variables":{"KEY":{"secret":true,"value":"s3cr3t"},"OPEN":{"secret":false,"value":""}}}}}},"pipelines":{},"environment_variables":{},"buckets":{"d":{"size":1}}}`},
		"override": {[]Edit{Keep(func(_, name string) bool { return name == "e" }), func(u *models.ImportUpdate) error {
			u.Pipelines["e"] = models.Pipeline{Description: models.Value("ours")}
			return nil
		}}, `{"deployments":{"e":{}},"pipelines":{"e":{"description":"ours"}},"environment_variables":{},"buckets":{"e":{}}}`},
		"a version": {[]Edit{Keep(func(kind, _ string) bool { return kind == "deployments" }), EditVersion("d", "v", func(v *models.DeploymentVersion) error {
			v.InstanceType = models.Value("2048mb")
			return nil
		})}, `{"deployments":{"d":{"environment_variables":{"KEY":{"value":null}},"versions":{"v":{"instance_type":"2048mb","environment_variables":{"KEY":{"value":"","secret":true},"OPEN":{"value":"","secret":false}}}}},"e":{}},"pipelines":{},"environment_variables":{},"buckets":{}}`},
		"a missing version":    {[]Edit{EditVersion("e", "v", nil)}, `deployment "e": the import does not offer the version "v"`},
		"a missing deployment": {[]Edit{EditDeployment("f", nil)}, `the import does not offer the deployment "f"`},
		"a place": {[]Edit{Fill(func(place, _ string) (string, bool) { return place, true }), Keep(func(_, name string) bool { return name == "d" })},
			`{"deployments":{"d":{"environment_variables":{"KEY":{"value":"/deployments/d/environment_variables/KEY"}},"versions":{"v":{"environment_variables":{"KEY":{"secret":true,"value":"/deployments/d/versions/v/environment_variables/KEY"},"OPEN":{"secret":false,"value":""}}}}}},"pipelines":{},"environment_variables":{},"buckets":{"d":{"size":1}}}`},
		"no values": {[]Edit{Fill(func(string, string) (string, bool) { return "", false })},
			"no value for /deployments/d/environment_variables/KEY\nno value for /deployments/d/versions/v/environment_variables/KEY"},
		"refused": {[]Edit{func(*models.ImportUpdate) error { return errors.New("no") }, nil}, "no"},
		"broken":  {[]Edit{func(u *models.ImportUpdate) error { u.Unknown = []byte("["); return nil }, Keep(nil)}, "unknown members"},
	} {
		var detail models.ImportDetail
		if err := json.Unmarshal([]byte(scanned), &detail); err != nil {
			t.Fatal(err)
		}
		if name == "broken" {
			detail = models.ImportDetail{}
		}
		before := encoded(t, detail)
		update, err := Accept(tc.edits...)(&detail)
		if err != nil {
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var want models.ImportUpdate
		if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
			t.Fatal(err)
		}
		if got, want := encoded(t, update), encoded(t, want); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
		if after := encoded(t, detail); after != before {
			t.Errorf("%s: the detail has become %s", name, after)
		}
	}
}
