package proxy

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// ErrScript means that the system's settings are a script or are searched for
// (PAC, WPAD): only the browser itself can follow those.
var ErrScript = errors.New("the proxy settings are a script")

// Settings are the proxies of a system or of a browser switch.
type Settings struct {
	HTTP, HTTPS, Socks string // host:port or URL; empty: none
	Bypass             string // hosts without a proxy, as NO_PROXY writes them
	Script             bool   // a script decides, or the network is asked for one
}

// Route tells where the settings lead, or [ErrScript].
func (s Settings) Route() (Route, error) {
	if s.Script {
		return nil, ErrScript
	}
	socks := s.Socks
	if socks != "" && !strings.Contains(socks, "://") {
		socks = "socks5://" + socks
	}
	c := httpproxy.Config{HTTPProxy: or(s.HTTP, socks), HTTPSProxy: or(s.HTTPS, socks), NoProxy: s.Bypass}
	for _, one := range []string{c.HTTPProxy, c.HTTPSProxy} {
		if err := known(one); err != nil {
			return nil, err
		}
	}
	return Route(c.ProxyFunc()), nil
}

// known refuses kinds of proxies that this one cannot pass on to.
func known(address string) error {
	scheme, _, ok := strings.Cut(address, "://")
	switch {
	case !ok, scheme == "http", scheme == "https", scheme == "socks5", scheme == "socks5h":
		return nil
	}
	return fmt.Errorf("a proxy of the kind %q", scheme)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Switches reads the proxy settings out of a browser's switches, given as NAME
// or NAME=VALUE; ok is false where they hold none. Source: Chromium's
// net/proxy_resolution/proxy_config.h.
func Switches(args []string) (s Settings, ok bool) {
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "no-proxy-server":
			return Settings{}, true
		case "proxy-pac-url", "proxy-auto-detect":
			s.Script, ok = true, true
		case "proxy-server":
			ok = true
			s.list(value)
		case "proxy-bypass-list":
			s.Bypass = strings.NewReplacer(";", ",", "*.", ".").Replace(value)
		}
	}
	return s, ok
}

// list reads "host:port" for everything, or "http=host:port;https=host:port".
func (s *Settings) list(value string) {
	for part := range strings.SplitSeq(value, ";") {
		kind, address, named := strings.Cut(strings.TrimSpace(part), "=")
		if !named {
			address = kind
		}
		if strings.Contains(address, ",") {
			address, _, _ = strings.Cut(address, ",") // the rest is for when it fails
		}
		if address == "direct://" {
			continue
		}
		address = strings.Replace(address, "socks://", "socks5://", 1)
		switch {
		case !named:
			s.HTTP, s.HTTPS = address, address
		case kind == "http":
			s.HTTP = address
		case kind == "https":
			s.HTTPS = address
		case kind == "socks":
			s.Socks = address
		}
	}
}

// environment reads the variables that Chromium on Linux and curl know.
func environment(lookup func(string) (string, bool)) Settings {
	get := func(name string) string {
		for _, n := range []string{strings.ToLower(name), strings.ToUpper(name)} {
			if v, _ := lookup(n); v != "" {
				return v
			}
		}
		return ""
	}
	all := get("all_proxy")
	s := Settings{HTTP: or(get("http_proxy"), all), HTTPS: or(get("https_proxy"), all), Bypass: get("no_proxy")}
	if v, set := lookup("auto_proxy"); set {
		s.Script = v != "" || all == "" // empty means: search for it
	}
	return s
}

// scutil reads what "scutil --proxy" prints on macOS.
func scutil(text string) Settings {
	values := map[string]string{}
	var bypass []string
	inList := false
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), " : ")
		switch {
		case strings.HasPrefix(value, "<array>"):
			inList = key == "ExceptionsList"
		case strings.TrimSpace(line) == "}":
			inList = false
		case ok && inList:
			bypass = append(bypass, strings.TrimPrefix(value, "*"))
		case ok:
			values[key] = value
		}
	}
	pair := func(name string) string {
		if values[name+"Enable"] != "1" || values[name+"Proxy"] == "" {
			return ""
		}
		return values[name+"Proxy"] + ":" + values[name+"Port"]
	}
	return Settings{HTTP: pair("HTTP"), HTTPS: pair("HTTPS"), Socks: pair("SOCKS"), Bypass: strings.Join(bypass, ","),
		Script: values["ProxyAutoConfigEnable"] == "1" || values["ProxyAutoDiscoveryEnable"] == "1"}
}

// gnome reads what "gsettings list-recursively org.gnome.system.proxy" prints:
// a schema, a key and a value in GVariant's text form in each line.
func gnome(text string) Settings {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if words := strings.SplitN(strings.TrimSpace(line), " ", 3); len(words) == 3 {
			name := strings.TrimPrefix(strings.TrimPrefix(words[0], "org.gnome.system.proxy"), ".") + "/" + words[1]
			values[name] = strings.Trim(words[2], "'")
		}
	}
	switch values["/mode"] {
	case "auto":
		return Settings{Script: true}
	case "manual":
	default:
		return Settings{}
	}
	pair := func(name string) string {
		host, port := values[name+"/host"], values[name+"/port"]
		if host == "" || port == "" || port == "0" {
			return ""
		}
		return host + ":" + port
	}
	hosts := strings.NewReplacer("[", "", "]", "", "'", "", " ", "", "@as", "", "*.", ".").Replace(values["/ignore-hosts"])
	return Settings{HTTP: pair("http"), HTTPS: pair("https"), Socks: pair("socks"), Bypass: hosts}
}

// kde reads the file kioslaverc. Source: Chromium's proxy_config_service_linux.
func kde(text string, lookup func(string) (string, bool)) Settings {
	values, section := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		} else if key, value, ok := strings.Cut(line, "="); ok && section == "[Proxy Settings]" {
			key, _, _ = strings.Cut(key, "[") // options such as [$e]
			values[key] = value
		}
	}
	address := func(name string) string { return strings.Replace(values[name], " ", ":", 1) }
	switch values["ProxyType"] {
	case "1":
		if values["ReversedException"] == "true" {
			return Settings{Script: true} // only the listed hosts take the proxy
		}
		return Settings{HTTP: address("httpProxy"), HTTPS: address("httpsProxy"), Socks: strings.Replace(address("socksProxy"), "socks://", "socks5://", 1), Bypass: strings.ReplaceAll(values["NoProxyFor"], " ", ",")}
	case "2", "3":
		return Settings{Script: true}
	case "4":
		read := func(name string) string { v, _ := lookup(values[name]); return v }
		return Settings{HTTP: read("httpProxy"), HTTPS: read("httpsProxy"), Socks: read("socksProxy"), Bypass: read("NoProxyFor")}
	}
	return Settings{}
}

// internetSettings reads the values of Windows' Internet Settings.
func internetSettings(enabled bool, server, override, script string, detect bool) Settings {
	s := Settings{Script: script != "" || detect}
	if enabled {
		s.list(server)
		s.Bypass = strings.NewReplacer(";", ",", "*.", ".", "<local>", "").Replace(override)
	}
	return s
}
