package api

import (
	"errors"
	"strings"
)

// parseToken makes the value of the Authorization header out of a token. Its
// errors never print the token.
func parseToken(value string) (string, error) {
	if value == "" {
		return "", errors.New("the token is empty")
	}
	for _, r := range value {
		if r < ' ' || r > '~' {
			return "", errors.New("the token contains a character that is not printable ASCII, perhaps a line break at its end")
		}
	}
	if strings.TrimSpace(value) != value {
		return "", errors.New("the token begins or ends with a space")
	}
	prefix, credential, spaced := strings.Cut(value, " ")
	if !spaced {
		prefix, credential = "Token", value
		if _, alone := schemeOf(value); alone {
			return "", errors.New("there is nothing after the token's prefix")
		}
	}
	scheme, ok := schemeOf(prefix)
	if !ok {
		return "", errors.New(`the token has an unknown prefix; it must read "<token>", "Token <token>" or "Bearer <jwt>"`)
	}
	first, _, more := strings.Cut(credential, " ")
	if _, doubled := schemeOf(first); doubled {
		return "", errors.New("the token's prefix is doubled")
	}
	if more {
		return "", errors.New("the token contains more than one space")
	}
	return scheme + " " + credential, nil
}

// schemeOf returns the spelling of a prefix that the platform documents.
func schemeOf(prefix string) (string, bool) {
	for _, scheme := range []string{"Token", "Bearer"} {
		if strings.EqualFold(prefix, scheme) {
			return scheme, true
		}
	}
	return "", false
}
