package middleware

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

// minToken is how long a token has to be: shorter ones can be guessed.
const minToken = 16

// Grant is what the bearer of a token may do: read one project, or write too.
type Grant struct {
	Project string
	Write   bool
}

// Allow returns nil if the grant covers what the request is about to do, else
// an [*Error]: 404 for another project, as if it did not exist, and 403 for a
// write that is not granted.
func (g Grant) Allow(c Credentials) error {
	switch {
	case g.Project != c.Project:
		return &Error{Status: http.StatusNotFound, Message: "The project does not exist"}
	case c.Write && !g.Write:
		return &Error{Status: http.StatusForbidden, Message: "The token may only read"}
	}
	return nil
}

// Tokens are the tokens in a file, for Options.Authenticate: a store to start
// with. Make it with [LoadTokens]. Its methods are safe for concurrent use.
type Tokens struct {
	path   string
	grants atomic.Pointer[map[[sha256.Size]byte]Grant]
}

// LoadTokens reads a token file; see [ReadTokens]. The error is that of
// [Tokens.Reload].
func LoadTokens(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	return t, t.Reload()
}

// Reload reads the file again; requests that come later see its tokens alone.
// After an error, which names the file and the lines, all stays as it was.
func (t *Tokens) Reload() error {
	grants := map[[sha256.Size]byte]Grant{}
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	err = ReadTokens(f, func(token string, g Grant) error {
		grants[sha256.Sum256([]byte(token))] = g
		return CheckToken(token)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	t.grants.Store(&grants)
	return nil
}

// Authenticate is for Options.Authenticate. The error is an [*Error]: 401 for
// an unknown token, else that of [Grant.Allow].
//
// Tokens are compared by their SHA-256, so the time that this takes reveals
// nothing about the tokens that exist.
func (t *Tokens) Authenticate(ctx context.Context, c Credentials) (context.Context, error) {
	grants := t.grants.Load()
	if grants == nil {
		return nil, unauthorized("the token is not known")
	}
	grant, ok := (*grants)[sha256.Sum256([]byte(c.Token))]
	if !ok {
		return nil, unauthorized("the token is not known")
	}
	return ctx, grant.Allow(c)
}

// CheckToken refuses a token that is too short to be a secret, or that does not
// fit into the Authorization header: it has at least 16 characters, printable
// ones of ASCII without spaces. The error never contains the token.
func CheckToken(token string) error {
	if len(token) < minToken {
		return fmt.Errorf("a token needs at least %d characters", minToken)
	}
	if !printableASCII(token) {
		return errors.New("the token contains a space or another character that a token cannot have")
	}
	return nil
}

func printableASCII(token string) bool {
	return !strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' })
}

// ReadTokens reads a token file and calls add for each of its tokens. A line is
// "PROJECT read|write TOKEN"; empty lines and those that begin with # are
// ignored. Each token is in one line only.
//
// The error joins everything that is wrong, errors of add included. It names
// lines by number and never contains a token, unless an error of add does.
func ReadTokens(r io.Reader, add func(token string, g Grant) error) error {
	var errs []error
	wrong := func(line int, err error) { errs = append(errs, fmt.Errorf("line %d: %w", line, err)) }
	first := map[string]int{} // line by token
	scanner := bufio.NewScanner(r)
	number := 0
	for scanner.Scan() {
		number++
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		fields := strings.Fields(text)
		switch {
		case len(fields) != 3:
			wrong(number, errors.New("it is not of the form PROJECT read|write TOKEN"))
		case fields[1] != "read" && fields[1] != "write":
			wrong(number, errors.New("the second word is neither read nor write"))
		case first[fields[2]] != 0:
			wrong(number, fmt.Errorf("it repeats the token of line %d", first[fields[2]]))
		default:
			first[fields[2]] = number
			if err := add(fields[2], Grant{Project: fields[0], Write: fields[1] == "write"}); err != nil {
				wrong(number, err)
			}
		}
	}
	if err := scanner.Err(); err != nil {
		wrong(number+1, err)
	}
	if len(errs) == 0 && len(first) == 0 {
		errs = append(errs, errors.New("it has no tokens"))
	}
	return errors.Join(errs...)
}
