package cli_test

import (
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestADrillTellsWhatCameBackDifferently(t *testing.T) {
	t.Parallel()
	deployments := func(description string, others ...string) archive.Content {
		d := models.Deployment{InputType: new(models.DataStructure("plain")), OutputType: new(models.DataStructure("plain"))}
		c := archive.Content{Deployments: map[string]models.Deployment{}}
		for _, name := range others {
			c.Deployments[name] = d
		}
		d.Description = models.Value(description)
		c.Deployments["d"] = d
		return c
	}
	for _, test := range []struct {
		back archive.Content
		want []string
	}{
		{deployments("as wanted", "e"), nil},
		{deployments("as wanted"), []string{"create deployment e"}},
		{deployments("otherwise", "e", "f"), []string{`different deployment d /description: "otherwise" -> "as wanted"`, "only-in-target deployment f"}},
	} {
		lines, err := cli.CameBack(t.Context(), file(t, test.back), deployments("as wanted", "e"))
		slices.Sort(lines)
		if err != nil || !slices.Equal(lines, test.want) {
			t.Errorf("%q, error %v; want %q", lines, err, test.want)
		}
	}
}
