package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ubiops-contrib/transfer/api/server"
)

// tokenLine is a line of a token file.
type tokenLine struct {
	number         int
	project, token string
	write          bool
}

// readTokens reads a token file: a line "PROJECT read|write TOKEN" for each;
// empty lines and those that begin with # are ignored. Errors name lines by
// number and never contain a token.
func readTokens(path string) ([]tokenLine, error) {
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	return parseTokens(f)
}

func parseTokens(r io.Reader) ([]tokenLine, error) {
	var lines []tokenLine
	var errs []error
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
			errs = append(errs, fmt.Errorf("line %d: it is not of the form PROJECT read|write TOKEN", number))
		case fields[1] != "read" && fields[1] != "write":
			errs = append(errs, fmt.Errorf("line %d: the second word is neither read nor write", number))
		case first[fields[2]] != 0:
			errs = append(errs, fmt.Errorf("line %d: it repeats the token of line %d", number, first[fields[2]]))
		default:
			first[fields[2]] = number
			lines = append(lines, tokenLine{number: number, project: fields[0], token: fields[2], write: fields[1] == "write"})
		}
	}
	if err := scanner.Err(); err != nil {
		errs = append(errs, fmt.Errorf("line %d: %w", number+1, err))
	}
	if len(errs) == 0 && len(lines) == 0 {
		errs = append(errs, errors.New("it has no tokens"))
	}
	return lines, errors.Join(errs...)
}

// fromFile is the name of all tokens of the file.
const fromFile = "token-file"

// putTokens admits the bearers of the tokens, and no longer those of tokens
// that the file had at an earlier start.
func putTokens(ctx context.Context, s *server.Server, lines []tokenLine) error {
	if err := s.ForgetTokens(ctx, fromFile); err != nil {
		return err
	}
	var errs []error
	for _, l := range lines {
		if err := s.PutToken(ctx, l.project, fromFile, l.token, l.write); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", l.number, err))
		}
	}
	return errors.Join(errs...)
}
