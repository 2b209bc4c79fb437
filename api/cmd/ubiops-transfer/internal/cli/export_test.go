package cli

import (
	"context"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// ProfileJSON returns what profile list prints of a profile.
func ProfileJSON() (string, error) {
	text, err := jsonText(shown("p", profile{Token: "secret"}))
	return string(text), err
}

// RunsJSON returns what journal list prints of a run that knows everything.
func RunsJSON() (string, error) {
	r := run{Key: "0123456789abcdef", ID: "a", Command: "copy", Host: "https://api.ubiops.com/v2.1", Project: "p", PID: 1, Started: time.Unix(0, 0).UTC(),
		Export: "e", Archive: plan.File{SHA256: "s", Size: 1}, Before: []string{}, Import: "i", Plan: &plan.Plan{}}
	text, err := jsonText([]runLine{r.line()})
	return string(text), err
}

// CameBack compares an archive with what was wanted, as a drill does.
func CameBack(ctx context.Context, path string, wanted archive.Content) ([]string, error) {
	lines, _, err := (&session{}).cameBack(ctx, path, nil, wanted)
	return lines, err
}

// Reviews is what serve has beside the API, for reviewers.
var Reviews = reviews

// NothingToDo is what apply looks at first.
var NothingToDo = nothingToDo
