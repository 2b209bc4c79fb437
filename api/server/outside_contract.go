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

// ContractAt returns the contract as it is written, with a server of this package in
// place of the platform. The origin is that of the server, such as
// https://archives.example:8443.
func ContractAt(origin string) string {
	text := transfer.Contract()
	at := serversOfContract.FindStringIndex(text)
	here := "servers:\n"
	for _, base := range BaseURLs() {
		here += "  - url: " + strconv.Quote(origin+base) + "\n    x-source: ours\n    description: This server.\n"
	}
	return text[:at[0]] + here + "\n" + text[at[1]:]
}

// Origin returns the origin of the server by which the client of a request knows it,
// or an error with status 400 if the Host header names none. Headers of a proxy that
// give other names are not trusted.
func Origin(r *http.Request) (string, error) {
	if !hostAndPort.MatchString(r.Host) {
		return "", &middleware.Error{Status: http.StatusBadRequest, Message: "the Host header is missing or malformed"}
	}
	if r.TLS != nil {
		return "https://" + r.Host, nil
	}
	return "http://" + r.Host, nil
}

// serveContract answers openapi.yaml with this server.
func serveContract(w http.ResponseWriter, r *http.Request) {
	origin, err := Origin(r)
	if err != nil {
		middleware.WriteError(w, r, err)
		return
	}
	text := ContractAt(origin)
	header := w.Header()
	header.Set("Content-Type", "application/yaml")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	header.Set("X-Content-Type-Options", "nosniff")
	if _, err := io.Copy(w, strings.NewReader(text)); err != nil {
		middleware.WriteError(w, r, err)
	}
}
