package lint

import (
	"regexp"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// tokenShapes are what is surely no ordinary value, each with its kind. What
// many other things look like too counts only if the variable's name tells.
var tokenShapes = []struct {
	kind    string
	telling *regexp.Regexp // of the name; nil if the value suffices
	value   *regexp.Regexp
}{
	{"a UbiOps token", nil, regexp.MustCompile(`^Token [0-9a-f]{40}$`)},
	{"a UbiOps token", tellingName, regexp.MustCompile(`^[0-9a-f]{40}$`)},
	{"an AWS access key id", nil, regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)},
	{"an AWS secret access key", regexp.MustCompile(`(?i)aws.*(secret|key)`), regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`)},
	{"an Azure storage key", nil, regexp.MustCompile(`AccountKey=[A-Za-z0-9+/]{86}==`)},
	{"a GitHub token", nil, regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`)},
	{"a GitLab token", nil, regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"a Slack token", nil, regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9-]{10,}`)},
	{"a Slack webhook", nil, regexp.MustCompile(`https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}`)},
	{"a Google API key", nil, regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{35}`)},
	{"a Hugging Face token", nil, regexp.MustCompile(`\bhf_[A-Za-z0-9]{30,}`)},
	{"a Stripe key", nil, regexp.MustCompile(`\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}`)},
	{"a JSON Web Token", nil, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{"a private key", nil, regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----`)},
	{"a URL with a password", nil, regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#:@]*:[^\s/?#@]+@`)},
}

var tellingName = regexp.MustCompile(`(?i)token|secret|passw|credential|auth|key`)

// tokenKind says what kind of token the value of a variable looks like, or
// nothing. Of a huge value only the beginning counts.
func tokenKind(name, value string) string {
	const most = 64 << 10
	value = value[:min(len(value), most)]
	for _, shape := range tokenShapes {
		if (shape.telling == nil || shape.telling.MatchString(name)) && shape.value.MatchString(value) {
			return shape.kind
		}
	}
	return ""
}

func (c *checker) variables(object jsontext.Pointer, vars map[string]models.EnvironmentVariable) {
	for name, v := range vars {
		path := object.AppendToken("environment_variables").AppendToken(name)
		c.name(path, name, maxName)
		value := v.Value.Or("")
		if v.Secret != nil && *v.Secret {
			if value != "" {
				c.add(CodeSecretValue, path, "the archive holds the value of this secret; an export leaves it out")
			}
			continue
		}
		if kind := tokenKind(name, value); kind != "" {
			c.add(CodeToken, path, "the value looks like %s, and the variable is not secret", kind)
		}
	}
}
