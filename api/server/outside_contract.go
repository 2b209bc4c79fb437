package server

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/middleware"
)

// serversOfContract is the top-level member servers in the contract's text.
var serversOfContract = regexp.MustCompile(`(?m)^servers:\n(?:[ #].*\n|\n)*`)

// serveContract answers openapi.yaml as it is written, with this server in
// place of the platform, under the name that the client knows it by. Headers
// of a proxy that give other names are not trusted.
func serveContract(w http.ResponseWriter, r *http.Request) {
	if !hostAndPort.MatchString(r.Host) {
		middleware.WriteError(w, r, &middleware.Error{Status: http.StatusBadRequest, Message: "the Host header is missing or malformed"})
		return
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	text := transfer.Contract()
	at := serversOfContract.FindStringIndex(text)
	here := "servers:\n"
	for _, base := range BaseURLs() {
		here += "  - url: " + strconv.Quote(scheme+"://"+r.Host+base) + "\n    description: This server.\n"
	}
	here += "\n"
	text = text[:at[0]] + here + text[at[1]:]
	header := w.Header()
	header.Set("Content-Type", "application/yaml")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	header.Set("X-Content-Type-Options", "nosniff")
	if _, err := io.Copy(w, strings.NewReader(text)); err != nil {
		middleware.WriteError(w, r, err)
	}
}
