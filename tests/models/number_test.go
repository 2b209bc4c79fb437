package models_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestNumbersKeepTheirText(t *testing.T) {
	t.Parallel()
	type object struct {
		N models.Number                  `json:"n"`
		O models.Nullable[models.Number] `json:"o,omitzero"`
		P *models.Number                 `json:"p,omitzero"`
		L []models.Number                `json:"l,omitzero"`
	}
	for _, text := range []string{"1.0", "1e400", "-0", "-0.0", "0.10", "16777217", "123456789012345678901234567890", "1E-7"} {
		in := strings.ReplaceAll(`{"n":#,"o":#,"p":#,"l":[#,#]}`, "#", text)
		for version, unmarshal := range versions {
			var v object
			if err := unmarshal([]byte(in), &v); err != nil {
				t.Errorf("%s: %s: %v", version, text, err)
			}
			first, err := json.Marshal(v)
			if err != nil || string(first) != in {
				t.Errorf("%s: %s became %s (%v)", version, in, first, err)
			}
			second, err := jsonv2.Marshal(&v)
			if err != nil || string(second) != in {
				t.Errorf("%s: %s became %s (%v)", version, in, second, err)
			}
		}
	}
	for version, unmarshal := range versions {
		var v object
		if err := unmarshal([]byte(`{"n":null,"o":null}`), &v); err != nil || v.N != "" || !v.O.IsNull() || v.P != nil || v.L != nil {
			t.Errorf("%s: %+v, %v", version, v, err)
		}
		for _, bad := range []string{`{"n":"1"}`, `{"n":true}`, `{"n":01}`, `{"l":["x"]}`, `{"p":{}}`} {
			if err := unmarshal([]byte(bad), new(object)); err == nil {
				t.Errorf("%s takes %s", version, bad)
			}
		}
	}
	if out, err := json.Marshal(object{}); err != nil || string(out) != `{"n":0}` {
		t.Errorf("the zero value is %s (%v)", out, err)
	}
	for _, bad := range []models.Number{"x", "01", "1,", " 1", "NaN", `"1"`} {
		if out, err := json.Marshal(bad); err == nil {
			t.Errorf("%q became %s", bad, out)
		}
	}
}

func TestNumbersAsGoNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		number models.Number
		float  float64
		int    int64
		err    error // of Int64
	}{
		{"", 0, 0, nil}, {"0", 0, 0, nil}, {"-0.0", 0, 0, nil}, {"1.0", 1, 1, nil}, {"1e3", 1000, 1000, nil}, {"1200e-2", 12, 12, nil},
		{"9223372036854775807", 9223372036854775807, 9223372036854775807, nil},
		{"-9223372036854775808", -9223372036854775808, -9223372036854775808, nil},
		{"9223372036854775808", 9223372036854775808, 0, strconv.ErrRange},
		{"1e99", 1e99, 0, strconv.ErrRange}, {"1.5", 1.5, 0, strconv.ErrSyntax}, {"1e-1", 0.1, 0, strconv.ErrSyntax},
	} {
		if f, err := test.number.Float64(); f != test.float || err != nil {
			t.Errorf("%s: %v, %v", test.number, f, err)
		}
		i, err := test.number.Int64()
		if err == nil && i != test.int || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v", test.number, i, err)
		}
	}
	for _, large := range []models.Number{"1e400", "1e99999999999999999999999"} {
		if _, err := large.Float64(); !errors.Is(err, strconv.ErrRange) {
			t.Errorf("%s as a float64: %v", large, err)
		}
		if _, err := large.Int64(); !errors.Is(err, strconv.ErrRange) {
			t.Errorf("%s as an int64: %v", large, err)
		}
	}
	if _, err := models.Number("x").Int64(); !errors.Is(err, strconv.ErrSyntax) {
		t.Errorf("x as an int64: %v", err)
	}
}

func TestNumbersAreEqualByValue(t *testing.T) {
	t.Parallel()
	for _, equal := range [][]models.Number{
		{"0", "", "0.0", "-0", "0e9"}, {"1", "1.0", "10e-1", "0.1E1", "1e0"}, {"-12", "-1.20e1"},
		{"1e99999999999999999999999", "10e99999999999999999999998"}, {"x"},
	} {
		for _, a := range equal {
			for _, b := range equal {
				if !a.Equal(b) {
					t.Errorf("%q and %q differ", a, b)
				}
			}
			for _, other := range []models.Number{"2", "-1", "12", "1e400", "y"} {
				if a.Equal(other) {
					t.Errorf("%q and %q are equal", a, other)
				}
			}
		}
	}
}

// A number stays the text that it came with.
func ExampleNumber() {
	var cores models.Number
	if err := json.Unmarshal([]byte("2.50"), &cores); err != nil {
		fmt.Println(err)
	}
	value, err := cores.Float64()
	fmt.Println(cores, value, err, cores.Equal("2.5"))
	_, err = cores.Int64()
	fmt.Println(err)
	// Output:
	// 2.50 2.5 <nil> true
	// strconv.Int64: parsing "2.50": invalid syntax
}
