package api

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// versionPath is added to a host without a version: the documented one.
const versionPath = "/v2.1"

// hasVersion matches a path that ends in a version, as in /v2 or /prefix/v2.1,
// which is the official clients' rule.
var hasVersion = regexp.MustCompile(`/v[0-9]+(\.[0-9]+)?$`)

// parseHost makes the base URL out of what a user calls the host. Its errors
// do not print the value, which may contain a password.
func parseHost(value string) (*url.URL, error) {
	if value == "" {
		return nil, errors.New("the host is empty")
	}
	if strings.ContainsAny(value, "?#") {
		return nil, errors.New("the host has a query or a fragment; give the base URL only, such as " + DefaultHost)
	}
	if !strings.Contains(value, "://") {
		value = "https://" + value
	}
	u, err := url.Parse(value)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err // without the URL
		}
		return nil, fmt.Errorf("the host is not a URL: %w", err)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("the host has a user name; the token is the only credential")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("the host has no host name, or an empty port")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("plain http is accepted for loopback hosts only, and %q is not one; use https", u.Hostname())
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the scheme is %q; it must be https", u.Scheme)
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, fmt.Errorf("the port %s is out of range", port)
		}
	}
	u = u.JoinPath() // without dot segments and repeated slashes
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	if !hasVersion.MatchString(u.EscapedPath()) {
		u.Path = cmp.Or(u.Path, "/") // which JoinPath needs for the path to begin with one
		u = u.JoinPath(versionPath)
	}
	return u, nil
}

// isLoopback reports whether a host name is documented to stay on this machine.
func isLoopback(hostname string) bool {
	if strings.EqualFold(hostname, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(hostname)
	return err == nil && addr.Unmap().IsLoopback()
}

// origin is the scheme, host and port of a URL, with the default port spelled out.
func origin(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
