package proxy

import (
	"errors"
	"net"
	"path"
	"strings"
)

// Rules say where hosts are instead of where the name service says, as
// Chromium's switch host-resolver-rules does (its net/base/host_mapping_rules):
// the first rule that fits counts, and none where an exclusion fits. With a proxy
// a browser looks no name up, so the proxy has to.
type Rules struct {
	excluded []string
	mapped   []mapping
}

type mapping struct{ pattern, host, port string }

var errNotFound = errors.New("a rule says that there is no such host")

// ParseRules reads the switch's value: "MAP pattern host[:port]" and "EXCLUDE
// pattern", with commas between them. Like Chromium, it passes over what is
// neither.
func ParseRules(text string) Rules {
	var r Rules
	for rule := range strings.SplitSeq(strings.ToLower(text), ",") {
		switch words := strings.Fields(rule); {
		case len(words) == 2 && words[0] == "exclude":
			r.excluded = append(r.excluded, words[1])
		case len(words) == 3 && words[0] == "map":
			m := mapping{pattern: words[1], host: words[2]}
			if host, port, err := net.SplitHostPort(words[2]); err == nil {
				m.host, m.port = host, port
			}
			r.mapped = append(r.mapped, m)
		}
	}
	return r
}

// Names tells whether a rule says where the host of an address is.
func (r Rules) Names(address string) bool {
	_, ok := r.find(address)
	return ok
}

// Apply returns the address to dial for one of the form host:port. The error
// says that there is no such host.
func (r Rules) Apply(address string) (string, error) {
	m, ok := r.find(address)
	if !ok {
		return address, nil
	}
	if m.host == "~notfound" {
		return "", errNotFound
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	if m.port != "" {
		port = m.port
	}
	return net.JoinHostPort(strings.Trim(m.host, "[]"), port), nil
}

func (r Rules) find(address string) (mapping, bool) {
	address = strings.ToLower(address)
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return mapping{}, false
	}
	for _, p := range r.excluded {
		if fits(p, host) {
			return mapping{}, false
		}
	}
	for _, m := range r.mapped {
		if fits(m.pattern, host) || fits(m.pattern, address) {
			return m, true
		}
	}
	return mapping{}, false
}

// fits matches * and ?; host names hold no other character that path.Match
// reads, but for the brackets of IPv6, which it may not.
func fits(pattern, host string) bool {
	escaped := strings.NewReplacer("[", `\[`, `\`, `\\`).Replace(pattern)
	ok, err := path.Match(escaped, host)
	return err == nil && ok
}
