package models

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Number is a JSON number as the text that it came with: `1.0`, `1e400` and
// thirty digits stay as they are. The empty Number is 0.
type Number string

// Float64 returns the nearest float64. The error is a *strconv.NumError if n is
// not a number or is too large.
func (n Number) Float64() (float64, error) { return strconv.ParseFloat(n.text(), 64) }

// Int64 returns the value if it is an integer, in whatever notation: 1.0 and 1e3
// are. The error is a *strconv.NumError if it is not one or is too large.
func (n Number) Int64() (int64, error) {
	if i, err := strconv.ParseInt(n.text(), 10, 64); err == nil {
		return i, nil
	}
	digits, exponent, ok := n.decimal()
	switch {
	case !ok || exponent.Sign() < 0:
		return 0, &strconv.NumError{Func: "Int64", Num: string(n), Err: strconv.ErrSyntax}
	case exponent.Cmp(big.NewInt(20)) > 0:
		return 0, &strconv.NumError{Func: "Int64", Num: string(n), Err: strconv.ErrRange}
	}
	return strconv.ParseInt(digits+strings.Repeat("0", int(exponent.Int64())), 10, 64)
}

// Equal reports whether two numbers have the same value: 1, 1.0 and 10e-1 do.
// Texts that are not numbers are equal if they are the same.
func (n Number) Equal(other Number) bool {
	if n.text() == other.text() {
		return true
	}
	a, x, ok := n.decimal()
	b, y, also := other.decimal()
	return ok && also && a == b && x.Cmp(y) == 0
}

func (n Number) text() string {
	if n == "" {
		return "0"
	}
	return string(n)
}

// decimal returns the value as digits, with their sign and without a zero at
// either end, times ten to the power of exponent.
func (n Number) decimal() (digits string, exponent *big.Int, ok bool) {
	if !n.valid() {
		return "", nil, false
	}
	mantissa, power, _ := strings.Cut(strings.ToLower(n.text()), "e")
	exponent = new(big.Int)
	if power != "" {
		exponent.SetString(strings.TrimPrefix(power, "+"), 10)
	}
	mantissa, minus := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent.Sub(exponent, big.NewInt(int64(len(fraction))))
	digits = strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	exponent.Add(exponent, big.NewInt(int64(len(digits)-len(short))))
	switch {
	case short == "":
		return "0", new(big.Int), true
	case minus:
		short = "-" + short
	}
	return short, exponent, true
}

func (n Number) valid() bool {
	value := jsontext.Value(n.text())
	return value.Kind() == jsontext.KindNumber && value.IsValid() && strings.TrimSpace(string(n)) == string(n)
}

// MarshalJSON returns the text. It fails if that is not a JSON number.
func (n Number) MarshalJSON() ([]byte, error) { return marshal(&n) }

// UnmarshalJSON keeps the text of a JSON number.
func (n *Number) UnmarshalJSON(data []byte) error { return unmarshal(data, n) }

// MarshalJSONTo writes the text. It fails if that is not a JSON number.
func (n *Number) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !n.valid() {
		return fmt.Errorf("%q is not a JSON number", string(*n))
	}
	return enc.WriteValue(jsontext.Value(n.text()))
}

// UnmarshalJSONFrom keeps the text of a JSON number.
func (n *Number) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if kind := dec.PeekKind(); kind != jsontext.KindNumber && kind != jsontext.KindNull && kind != jsontext.KindInvalid {
		return fmt.Errorf("expected a number, not %v", kind)
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if *n = Number(value); value.Kind() == jsontext.KindNull { // as for every other type
		*n = ""
	}
	return nil
}

func (n *Number) read(s *scanner) bool {
	if s.null() {
		return true
	}
	value := jsontext.Value(s.raw())
	*n = Number(value)
	return value.Kind() == jsontext.KindNumber
}

func (n *Number) write(w *writer) {
	w.data = append(w.data, n.text()...)
	w.failed = w.failed || !n.valid()
}
