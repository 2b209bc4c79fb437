package server_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

func TestOptions_newNamesEveryOptionThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := server.New(server.Options{OnConflict: "x", EmptyConfirmation: "y", RateLimit: -1, AllowLinkHosts: []string{"a.example:80", "http://b"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`OnConflict: "x"`, `EmptyConfirmation: "y"`, "RateLimit", `AllowLinkHosts: "http://b"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}
