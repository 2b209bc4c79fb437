package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/client"
)

// marker begins the names of all that the suite makes.
const marker = "conformance-"

// suite is one run.
type suite struct {
	raw    *client.Client
	base   string // URL, without a slash at its end
	opts   Options
	token  string // as it stands in the header
	mark   string // begins the names that this run makes
	secret string // the value of a variable that nobody may see again
	ended  map[string]Outcome
}

func newSuite(ctx context.Context, c *api.Client, opts Options) (*suite, error) {
	s := &suite{raw: c.Raw(), opts: opts, ended: map[string]Outcome{}}
	s.base = strings.TrimSuffix(s.raw.Server, "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base, nil)
	if err != nil {
		return nil, err
	}
	if err := s.identify(req); err != nil {
		return nil, err
	}
	s.token = req.Header.Get("Authorization")
	random := make([]byte, 12)
	_, _ = rand.Read(random) // never fails
	s.mark = marker + hex.EncodeToString(random[:4])
	s.secret = "secret-" + hex.EncodeToString(random)
	return s, nil
}

// identify says who asks, as the client does.
func (s *suite) identify(req *http.Request) error {
	for _, edit := range s.raw.RequestEditors {
		if err := edit(req.Context(), req); err != nil {
			return err
		}
	}
	return nil
}

var (
	linkQuery = regexp.MustCompile(`(https?://[^\s"'?]+)\?[^\s"']*`)
	anyValue  = regexp.MustCompile(`("value"\s*:\s*")(\\.|[^"\\])*`)
	inText    = regexp.MustCompile(`(\\"value\\"\s*:\s*\\").*?(\\")`) // JSON in a text of JSON
)

// redact hides in a text what nobody else is to see: the token, values of
// variables, and the queries of links. It makes one line of it.
func (s *suite) redact(text string) string {
	_, credential, _ := strings.Cut(s.token, " ")
	for _, secret := range []string{credential, s.secret} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "...")
		}
	}
	text = linkQuery.ReplaceAllString(text, "$1?...")
	text = inText.ReplaceAllString(text, "$1...$2")
	return oneLine(anyValue.ReplaceAllString(text, "$1..."))
}
