package serve

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks of those that say whom they ask for.
type proxies []netip.Prefix

// network accepts a CIDR or an address.
func network(text string) error {
	if _, err := prefix(text); err != nil {
		return errors.New("it must be a network such as 10.0.0.0/8, or an address")
	}
	return nil
}

func prefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Prefix(address.BitLen())
	}
	network, err := netip.ParsePrefix(text)
	return network.Masked(), err
}

func trusted(networks []string) proxies {
	var all proxies
	for _, text := range networks {
		if network, err := prefix(text); err == nil { // which the flag has checked
			all = append(all, network)
		}
	}
	return all
}

// trust reports whether an address, with a port or without, is that of a proxy.
func (p proxies) trust(remote string) bool {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		remote = host
	}
	address, err := netip.ParseAddr(remote)
	return err == nil && slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(address.Unmap()) })
}

// guard gives requests that come through proxies the address of their client: the
// last one in X-Forwarded-For that is not a proxy, since what stands before it is
// only what the client says.
func (p proxies) guard(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.trust(r.RemoteAddr) {
			hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for _, hop := range slices.Backward(hops) {
				address, err := netip.ParseAddr(strings.TrimSpace(hop))
				if err != nil {
					break
				}
				forwarded := *r
				forwarded.RemoteAddr = netip.AddrPortFrom(address.Unmap(), 0).String()
				r = &forwarded
				if !p.trust(address.String()) {
					break
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}
