package api

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const minSecret = 4 // bytes; what is shorter could be a part of anything

// mask hides secrets in texts, in whichever form a server may repeat them. The
// zero mask hides nothing.
type mask struct {
	pairs    []string // a form of a secret and what is shown instead
	replacer *strings.Replacer
}

// with returns a mask that shows another text in place of these secrets as well.
// A secret of less than minSecret bytes is not one: hiding it would garble
// every text and tell what it is.
func (m mask) with(as string, secrets ...string) mask {
	var forms []string
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			forms = append(forms, formsOf(secret)...)
		}
	}
	if len(forms) == 0 {
		return m
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // one can contain another
	pairs := slices.Clone(m.pairs)
	for _, form := range forms {
		pairs = append(pairs, form, as)
	}
	return mask{pairs, strings.NewReplacer(pairs...)}
}

// hide returns a text without the secrets.
func (m mask) hide(text string) string {
	if m.replacer == nil {
		return text
	}
	return m.replacer.Replace(text)
}

// error returns err, or what remains of it if it quotes a secret.
func (m mask) error(err error) error {
	if text := err.Error(); m.hide(text) != text {
		return errors.New(m.hide(text))
	}
	return err
}

// formsOf returns a secret as it is, as a JSON string has it, and both as they
// are on one line.
func formsOf(secret string) []string {
	forms := []string{secret}
	if quoted, err := jsontext.AppendQuote(nil, secret); err == nil {
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	for _, form := range forms {
		if line := oneLine(form); len(line) >= minSecret {
			forms = append(forms, line)
		}
	}
	return forms
}
