package cli_test

import (
	"io"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
)

func TestServeNamesTheFlagOfABadValueAndWhereItCameFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for value, want := range map[string]string{
		"listen=8080":               "127.0.0.1:8080",
		"listen=host:99999":         "127.0.0.1:8080",
		"project=Upper":             "NAME",
		"project==a.zip":            "NAME",
		"project=p=" + dir:          "p: ",
		"project=p=" + dir + "/no":  "no such file",
		"on-conflict=maybe":         "fail, skip, overwrite",
		"empty-confirmation=some":   "all, refuse",
		"rate-limit=-1":             "0 or more",
		"rate-limit=many":           "0 or more",
		"max-archive=big":           "1GiB",
		"max-archive=-1":            "1GiB",
		"max-archive=0":             "1GiB",
		"max-archive=1 parsec":      "1GiB",
		"max-archive=9999999999TiB": "1GiB",
		"max-connections=0":         "1 or more",
		"link-timeout=5":            "20m",
		"allow-link-host=http://a":  "archives.example",
		"workers=0":                 "1 or more",
		"shutdown-timeout=-1s":      "20m",
		"log-level=loud":            "debug, info, warn, error",
		"log-format=xml":            "text, json",
		"token-file=" + dir + "/no": "no such file",
		"tls-cert=" + dir + "/no":   "must be given together",
		"tls-key=" + dir + "/no":    "must be given together",
		"listen=192.0.2.1:1":        "192.0.2.1", // nobody's address
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			flag, given, _ := strings.Cut(value, "=")
			variable := "UBIOPS_TRANSFER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
			data := "--data=" + t.TempDir()
			for _, err := range []error{
				cli.Run(t.Context(), []string{"serve", data, "--" + flag, given}, env(variable, "1"), strings.NewReader(""), io.Discard, io.Discard),
				cli.Run(t.Context(), []string{"serve", data}, env(variable, given), strings.NewReader(""), io.Discard, io.Discard),
			} {
				if err == nil || !strings.Contains(err.Error(), "--"+flag) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v", err)
				}
			}
			err := cli.Run(t.Context(), []string{"serve", data}, env(variable, given), strings.NewReader(""), io.Discard, io.Discard)
			if err != nil && !strings.Contains(err.Error(), variable) {
				t.Errorf("%v does not name %s", err, variable)
			}
		})
	}
}

func TestServeTakesNoArguments(t *testing.T) {
	t.Parallel()
	if err := cli.Run(t.Context(), []string{"serve", "more"}, noEnv, strings.NewReader(""), io.Discard, io.Discard); err == nil {
		t.Error("no error")
	}
}
