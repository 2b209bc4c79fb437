package archive

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// Documents and secrets go by the kind of object. A dictionary that the contract
// gets must be neither lost nor shown with its secrets.
func TestEveryDictionaryOfTheContractIsWrittenAndHidden(t *testing.T) {
	t.Parallel()
	const inside = `{"x":{"name":"n","value":"hush","secret":true}}`
	kinds := reflect.TypeFor[Content]()
	for i := range kinds.NumField() {
		field := kinds.Field(i)
		if field.Type.Kind() != reflect.Map || field.Type.Elem().Kind() != reflect.Struct {
			continue // Unknown
		}
		content := func(object any) (c Content) {
			objects := reflect.MakeMap(field.Type)
			objects.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf(object).Elem())
			reflect.ValueOf(&c).Elem().Field(i).Set(objects)
			return c
		}
		secret := reflect.New(field.Type.Elem())
		secret.Elem().FieldByName("Unknown").Set(reflect.ValueOf(jsontext.Value(inside)))
		for name, hide := range map[string]func(Content) Content{"MaskSecrets": MaskSecrets, "WithoutSecrets": WithoutSecrets} {
			shown, err := json.Marshal(hide(content(secret.Interface())))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(shown, []byte("hush")) || !bytes.Contains(shown, []byte(`"n"`)) {
				t.Errorf("ImportUpdate %s: %s in secrets.go shows a secret, or not its name: %s", field.Name, name, shown)
			}
		}

		plain := reflect.New(field.Type.Elem())
		structure := models.DataStructurePlain
		for _, member := range []string{"InputType", "OutputType"} { // which documents of some kinds need
			if f := plain.Elem().FieldByName(member); f.IsValid() {
				f.Set(reflect.ValueOf(&structure))
			}
		}
		var b bytes.Buffer
		if err := Write(&b, content(plain.Interface()), from(nil)); err != nil {
			t.Fatal(err)
		}
		a, err := openBytes(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if read := a.Content(); reflect.ValueOf(read).Field(i).Len() != 1 {
			t.Errorf("ImportUpdate %s: an archive loses it; it needs a document in document.go", field.Name)
		}
	}
}
