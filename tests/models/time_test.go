package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestDatesAreReadAsPlatformsWriteThem(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 26, 21, 35, 32, 38354000, time.UTC)
	for _, text := range []string{
		"2026-11-26T21:35:32.038354Z", "2026-11-26T21:35:32.038354+00:00", "2026-11-26t22:35:32.038354+01:00",
		"2026-11-26 21:35:32.038354+00:00", "2026-11-26T21:35:32.038354", "2026-11-26 21:35:32.038354",
	} {
		for version, unmarshal := range versions {
			var list models.ExportList
			if err := unmarshal([]byte(`{"creation_date":"`+text+`"}`), &list); err != nil || !list.CreationDate.Equal(want) {
				t.Errorf("%s: %s is %v, %v", version, text, list.CreationDate, err)
			}
			if out, err := json.Marshal(list.CreationDate.UTC()); err != nil || string(out) != `"2026-11-26T21:35:32.038354Z"` {
				t.Errorf("%s: %s is written as %s, %v", version, text, out, err)
			}
		}
	}
	for _, text := range []string{`""`, `"yesterday"`, `"2026-11-26"`, `"2026-13-26T21:35:32Z"`, `"2026-11-26T21:35"`, `1`, `{}`} {
		for version, unmarshal := range versions {
			if err := unmarshal([]byte(`{"creation_date":`+text+`}`), new(models.ExportList)); err == nil {
				t.Errorf("%s takes %s", version, text)
			}
		}
	}
}
