package plan_test

import (
	"reflect"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// contentWith returns a content with one object in each dictionary of the contract,
// or only in that of a name.
func contentWith(only string) (content archive.Content) {
	all := reflect.ValueOf(&content).Elem()
	for i := range all.NumField() {
		of := all.Field(i).Type()
		if of.Kind() != reflect.Map || of.Elem().Kind() != reflect.Struct || only != "" && all.Type().Field(i).Name != only {
			continue
		}
		object := reflect.New(of.Elem())
		if v, ok := object.Interface().(*models.EnvironmentVariable); ok {
			v.Value = models.Value("v")
		}
		all.Field(i).Set(reflect.MakeMap(of))
		all.Field(i).SetMapIndex(reflect.ValueOf("a"), object.Elem())
	}
	return content
}

// objects counts the objects of a content.
func objects(content reflect.Value) (n int) {
	for i := range content.NumField() {
		if of := content.Field(i); of.Kind() == reflect.Map {
			n += of.Len()
		}
	}
	return n
}

// Functions here build contents dictionary by dictionary. A dictionary that the
// contract gets must not be lost on the way.
func TestEveryDictionaryOfTheContractIsKnown(t *testing.T) {
	t.Parallel()
	whole := contentWith("")
	for i := range reflect.TypeFor[archive.Content]().NumField() {
		name := reflect.TypeFor[archive.Content]().Field(i).Name
		content := contentWith(name)
		if reflect.ValueOf(content).IsZero() {
			continue // Unknown
		}
		confirmed, err := plan.Confirm(plan.Confirmation{Scanned: whole, Update: content})
		if err != nil {
			t.Fatal(err)
		}
		selected, err := plan.Select(whole, plan.All(content))
		if err != nil {
			t.Fatal(err)
		}
		planned, err := plan.New(plan.Input{Offered: content})
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range []struct {
			by  string
			got archive.Content
		}{
			{"Confirm in merge.go", confirmed},
			{"Apply in apply.go", plan.Apply(archive.Content{}, content, "")},
			{"Select or All in select.go", selected},
			{"subset in select_globs.go", planned.Confirmation},
		} {
			if got := reflect.ValueOf(made.got); got.Field(i).Len() != 1 || objects(got) != 1 {
				t.Errorf("ImportUpdate %s: %s makes %d objects of one, %d of them there", name, made.by, objects(got), got.Field(i).Len())
			}
		}
		if len(plan.Items(content)) != 1 {
			t.Errorf("ImportUpdate %s: Items in items.go does not list it", name)
		}
	}
}
