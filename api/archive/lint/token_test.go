package lint

import (
	"strings"
	"testing"
)

var hex40 = strings.Repeat("0a1b", 10)

// The values are put together here, so that no scanner takes this file for a leak.
func TestKnownKindsOfTokensAreTold(t *testing.T) {
	t.Parallel()
	a := func(n int) string { return strings.Repeat("aB3", n)[:n] }
	jwt := "eyJ" + a(20) + ".eyJ" + a(30) + "." + a(43)
	for _, test := range []struct{ name, value, want string }{
		{"X", "Token " + hex40, "a UbiOps token"},
		{"UBIOPS_API_TOKEN", hex40, "a UbiOps token"},
		{"X", "id=AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key id"},
		{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "an AWS secret access key"},
		{"X", "AccountName=x;Account" + "Key=" + a(86) + "==", "an Azure storage key"},
		{"X", "gh" + "p_" + a(36), "a GitHub token"},
		{"X", "github" + "_pat_" + a(22), "a GitHub token"},
		{"X", "gl" + "pat-" + a(20), "a GitLab token"},
		{"X", "xox" + "b-" + "123456789012-" + a(20), "a Slack token"},
		{"X", "https://hooks.slack" + ".com/services/T000/B000/" + a(24), "a Slack webhook"},
		{"X", "AI" + "za" + a(35), "a Google API key"},
		{"X", "h" + "f_" + a(34), "a Hugging Face token"},
		{"X", "sk" + "_live_" + a(24), "a Stripe key"},
		{"X", jwt, "a JSON Web Token"},
		{"X", "Bearer " + jwt, "a JSON Web Token"},
		{"X", "text\n-----BEGIN RSA PRIVATE" + " KEY-----\nMII", "a private key"},
		{"X", "-----BEGIN PRIVATE" + " KEY-----", "a private key"},
		{"X", "postgres://user:" + "pass@db.example.com/x", "a URL with a password"},
		{"X", "redis://:" + "pass@localhost:6379/0", "a URL with a password"},

		{"GIT_COMMIT", hex40, ""},
		{"TOKEN", hex40 + "0", ""},
		{"TOKEN", strings.ToUpper(hex40), ""},
		{"TOKEN", "", ""},
		{"CHECKSUM", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", ""},
		{"X", "AKIA", ""},
		{"X", "-----BEGIN PUBLIC KEY-----", ""},
		{"X", "-----BEGIN CERTIFICATE-----", ""},
		{"X", "https://example.com:8080/a@b", ""},
		{"X", "https://user@example.com/", ""},
		{"X", "https://user:@example.com/", ""},
		{"X", "half_aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3", ""},
		{"X", "eyJhbGciOi.x.y", ""},
		{"X", "512 MB + 0.125 vCPU", ""},
	} {
		if got := tokenKind(test.name, test.value); got != test.want {
			t.Errorf("%s %.12q...: got %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

func TestMessagesNeverHoldTheValue(t *testing.T) {
	t.Parallel()
	a := clean().with(variablesFile, `[{name: TOKEN, value: "`+hex40+`"}, {name: A, value: "https://u:`+`hush@h/"}, {name: S, value: hush, secret: true}]`)
	got := Check(a.open(t))
	if all := strings.Join(lines(got), "\n"); len(got) != 3 || strings.Contains(all, "hush") || strings.Contains(all, hex40) {
		t.Error(all)
	}
}
