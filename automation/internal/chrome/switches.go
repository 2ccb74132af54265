package chrome

import (
	"strings"

	"github.com/nonmerci/nonmerci/automation/internal/proxy"
)

// outlet makes the browser's only way to the network. given are the switches for
// the browser, followed those that the way follows in its place.
//
// There is no such way where only the browser itself knows how to reach the
// network: a script decides, or a proxy of a kind that ours cannot pass on to.
// [Browser.Outlet] tells.
func outlet(o Options) (p *proxy.Proxy, given, followed []string, err error) {
	route, err := o.route()
	if err != nil || o.off.has(lockOutlet) {
		return nil, switches(o, o.Args), nil, nil
	}
	var rules string
	var rest []string
	for _, arg := range o.Args {
		switch name, value, _ := strings.Cut(arg, "="); name {
		case "host-resolver-rules":
			rules = value // Chromium, too, takes the last one
			followed = append(followed, "--"+arg)
		case "proxy-server", "no-proxy-server", "proxy-bypass-list":
			followed = append(followed, "--"+arg)
		default:
			rest = append(rest, arg)
		}
	}
	if p, err = proxy.Start(proxy.ParseRules(rules), route); err != nil {
		return nil, nil, nil, err
	}
	// Chromium makes an exception for this computer's own addresses, and tries again
	// by itself what failed: neither here.
	// WebSockets take the proxy for everything else (Chromium's proxy_config.cc),
	// which there is none: the outlet speaks no SOCKS. So none rides on an HTTP/2
	// connection that is there already (RFC 8441), where nobody would see it.
	own := p.Address()
	rest = append(rest, "proxy-server=http="+own+";https="+own+";socks="+own, "proxy-bypass-list=<-loopback>", "disable-auto-reload")
	return p, switches(o, rest), followed, nil
}

// CanShut tells why there would be no such way; nil: there would.
func CanShut(o Options) error {
	_, err := o.route()
	return err
}

func (o Options) route() (proxy.Route, error) {
	settings, named := proxy.Switches(o.Args)
	if !named {
		settings = proxy.System(o.lookup)
	}
	return settings.Route()
}

func (o Options) lookup(name string) (string, bool) {
	if o.Lookup == nil {
		return "", false
	}
	return o.Lookup(name)
}

// switches are the browser's arguments. The caller's win: Chromium takes the
// last of two, and a switch of ours that they name is left out.
func switches(o Options, args []string) []string {
	own := []string{
		"no-first-run", "no-default-browser-check", "hide-crash-restore-bubble",
		// No tab may exist before the network lock does.
		"no-startup-window",
	}
	if !o.off.has(lockBrakes) {
		// Ways out that no request gate sees (measured, Chromium 156): the sockets of
		// shared workers, the packets of WebRTC, and what the browser itself fetches for
		// payments and sign-in offers at an address that the page makes up; and its
		// reports (Reporting API), which go up to a minute later. And pages that are
		// kept while others are shown, because the engine does not hear of a person who
		// comes back to one.
		own = append(own, "disable-shared-workers", "webrtc-ip-handling-policy=disable_non_proxied_udp", noFeatures)
	}
	if o.Headless {
		own = append(own, "headless=new", "window-size=1280,1000")
	}
	if !o.Sandbox {
		own = append(own, "no-sandbox")
	}
	theirs := map[string]bool{}
	for _, a := range args {
		name, _, _ := strings.Cut(a, "=")
		theirs[name] = true
	}
	var out []string
	for _, a := range own {
		if name, _, _ := strings.Cut(a, "="); !theirs[name] {
			out = append(out, "--"+a)
		}
	}
	for _, a := range args {
		if list, ok := strings.CutPrefix(a, "disable-features="); ok {
			a = noFeatures + "," + list
		}
		out = append(out, "--"+a)
	}
	return out
}

// noFeatures is the list of features that are switched off; the caller may make
// it longer.
const noFeatures = "disable-features=FedCm,WebPayments,Reporting,NetworkErrorLogging,DocumentReporting,BackForwardCache"
