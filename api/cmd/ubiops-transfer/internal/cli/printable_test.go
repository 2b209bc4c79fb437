package cli_test

import (
	"io"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const hostile = "x\x1b]0;TITLE\a\x1b[31mRED\u202e\u009b2J\x7f\U000e0001"

func wantPrintable(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, `\x1b]0;TITLE`) || strings.ContainsAny(text, "\x1b\a\r\u202e\u009b\x7f\U000e0001") {
		t.Errorf("%q", text)
	}
}

// hostileContent is a project with hostile names.
func hostileContent() archive.Content {
	plain := models.DataStructurePlain
	return archive.Content{
		EnvironmentVariables: map[string]models.EnvironmentVariable{hostile: {Secret: new(true)}},
		Deployments: map[string]models.Deployment{hostile: {
			InputType: &plain, OutputType: &plain,
			Versions: map[string]models.DeploymentVersion{hostile: {}},
		}},
	}
}

// Names from an archive (of objects, variables and files, also in errors) do not
// control the terminal.
func TestNothingThatIsPrintedControlsTheTerminal(t *testing.T) {
	t.Parallel()
	content := hostileContent()
	out, err := run(t, "demo", file(t, content))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantPrintable(t, out)
	plain := models.DataStructurePlain
	content.Pipelines = map[string]models.Pipeline{hostile: {InputType: &plain, OutputType: &plain, Versions: map[string]models.PipelineVersion{"v": {
		Objects: models.Value([]models.PipelineObject{{Name: hostile, ReferenceName: hostile + "2"}}),
	}}}}
	err = cli.Run(t.Context(), []string{"demo", file(t, content)}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil {
		t.Fatal("a reference that leads nowhere was imported")
	}
	wantPrintable(t, err.Error())
	err = cli.Run(t.Context(), []string{"demo", hostile}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil {
		t.Fatal("there is no such file")
	}
	wantPrintable(t, err.Error())
}
