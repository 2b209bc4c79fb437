package archive

import (
	"errors"
	"strings"
	"testing"
)

// TestOpen_noFindingHoldsAValue writes a value in every way that YAML may take for
// something else.
func TestOpen_noFindingHoldsAValue(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, text := range []string{
		"!C", "!C x", "!!C x", "!!C", "!<C> x", "!<C", "!C! x", "!C%zz x", "!a!C x", "!{C} x", "!C{", "![C] x", "!\x01C", "!C,", "!C^x",
		"!!int C", "!!float C", "!!bool C", "!!null C", "!!timestamp C", "!!binary C", "!!map C", "!!seq C", "!!str [C]", "!!set {C}", "!!int 0xC", "!!merge C",
		"*C", "*C x", "&C *C", "&C x", "&C", "*C: x", "&C &C x", "<<: *C", "{<<: C}", "{<<: *C}", "&C [*C]", "&C {a: *C}", "&C! x", "*C!", "&C, x",
		"@C", "`C", "%C", "%TAG C", "|C", ">C", "|\n C", ">-\nC", "|9 C", "|-1C", "- C", "? C", ": C", "C: C", "C:\n- C", "#C", "C #C", "-C", "--- C", "... C",
		"[C", "[C]", "{C", "{C}", "{C: C}", "{C: C, C: C}", "{? C}", "{[C]: C}", "[C: C]", "]C", "}C", ",C", "[C}", "{C]",
		`"C`, `'C`, `"\C"`, `"\xC"`, `"\uC"`, `"\UC"`, `"C" C`, `'C' C`, `'C'C'`, `"C": C`, `"\ud800C"`, "C\x00", "C\x01", "C\x7f", "C\xff", "\xffC", "C\ufffeC", "\tC", "C\t: C", "C\n\tC",
		"\"C\n---\nC\"", "C\n---\nC: [", "C\n...\n%C", "C\nC", "C\n C: C", "C\n- C", "1C", "0xC", "1_C", ".C", "1e9C", "-.infC", "99999999999999999999",
	} {
		for _, before := range []string{
			"- name: A\n  secret: true\n  value: ", "- name: A\n  value: x\n  secret: ", "- name: A\n  new: ", "- name: A\n  new: {a: [x, ", "- ", "",
		} {
			const canary = "hunter2"
			document := before + strings.ReplaceAll(text, "C", canary) + "\n"
			_, err := openBytes(files{"x/info.yaml": "format_spec: v1.0", "x/environment_variables.yaml": document}.zip(t))
			if err == nil {
				continue
			}
			refused++
			if _, ok := errors.AsType[*Finding](err); !ok {
				t.Errorf("%q: no finding: %v", document, err)
			}
			// A key may be named: it is one of those that the text itself has.
			said := strings.NewReplacer("the key "+canary+" ", "", canary+" must", "").Replace(err.Error())
			if strings.Contains(said, canary) {
				t.Errorf("%q: %v", document, err)
			}
			for _, c := range []string{"'h'", "(value:"} { // one character of it
				if strings.Contains(err.Error(), c) {
					t.Errorf("%q: %v", document, err)
				}
			}
		}
	}
	if refused < 300 {
		t.Errorf("only %d documents were refused", refused)
	}
}
