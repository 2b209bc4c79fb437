package contract

import (
	"slices"
	"strings"
	"testing"
)

func TestParametersAcceptAndRefuseWhatThePageSays(t *testing.T) {
	t.Parallel()
	const id = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
	table, doc := documented(t), contract(t)
	values := map[string]struct{ good, bad []any }{
		"path project_name": {[]any{"my-project", "a", "a1", strings.Repeat("a", 64)},
			[]any{"", ".", "..", "My-project", "1a", "a/b", "a b", strings.Repeat("a", 65), true, nil}},
		"path export_id": {[]any{id, "01890a5d-ac96-774b-bcce-b302099a8057"}, []any{"", "export", id + "0", 1.0, nil}},
		"path import_id": {[]any{id, "01890a5d-ac96-774b-bcce-b302099a8057"}, []any{"", "import", id + "0", 1.0, nil}},
		"query all":      {[]any{true, false}, []any{"true", 1.0, nil}},
		"query packages": {[]any{true, false}, []any{"true", 1.0, nil}},
		"header Range":   {[]any{"bytes=1024-"}, []any{1.0, nil}},
	}
	for _, list := range []string{"exports_list", "imports_list"} {
		statuses := table.Values[table.Operations[list].Parameters["status"].Type]
		test := struct{ good, bad []any }{bad: []any{"", "unheard-of", "Pending", "scanned", true, nil}}
		for _, status := range statuses {
			test.good = append(test.good, status)
		}
		for _, other := range table.Values["ImportStatus"] {
			if !slices.Contains(statuses, other) {
				test.bad = append(test.bad, other)
			}
		}
		values[list+" query status"] = test
	}
	used := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, parameter := range slices.Concat(item.Parameters, op.Parameters) {
				p := parameter.Value
				key := p.In + " " + p.Name
				if p.Name == "status" {
					key = op.OperationID + " " + key
				}
				if _, inPage := table.Operations[op.OperationID].Parameters[p.Name]; inPage && len(values[key].good) == 0 {
					t.Errorf("%s: nothing is tried; say what it accepts and refuses in tests/contract/parameters_test.go", key)
				}
				used[key] = true
				for _, value := range values[key].good {
					if err := refuses(p.Schema.Value, value); err != nil {
						t.Errorf("%s, %s: %v: %v", op.OperationID, key, value, err)
					}
				}
				for _, value := range values[key].bad {
					if refuses(p.Schema.Value, value) == nil {
						t.Errorf("%s, %s: %v is accepted", op.OperationID, key, value)
					}
				}
			}
		}
	}
	for key := range values {
		if !used[key] {
			t.Errorf("no operation takes %s", key)
		}
	}
}
