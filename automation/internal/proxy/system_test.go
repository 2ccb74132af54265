package proxy

import (
	"errors"
	"net/url"
	"testing"
)

func TestRules(t *testing.T) {
	t.Parallel()
	tests := []struct{ rules, address, want string }{
		{"", "www.facebook.com:443", "www.facebook.com:443"},
		{"MAP * 127.0.0.1:8443", "www.facebook.com:443", "127.0.0.1:8443"},
		{"map *.FACEBOOK.com other.example", "www.facebook.com:443", "other.example:443"},
		{"MAP *.facebook.com other.example", "facebook.com:443", "facebook.com:443"},
		{"MAP * 127.0.0.1 , EXCLUDE *.google.com", "a.google.com:443", "a.google.com:443"},
		{"MAP a.example 10.0.0.1,MAP *.example 10.0.0.2", "a.example:80", "10.0.0.1:80"},
		{"MAP *:80 127.0.0.1:81", "a.example:80", "127.0.0.1:81"},
		{"MAP *:80 127.0.0.1:81", "a.example:443", "a.example:443"},
		{"MAP * [::1]:8443", "a.example:443", "[::1]:8443"},
		{"MAP [::1] 127.0.0.1", "[::1]:443", "[::1]:443"}, // a host is compared without its brackets
		{"MAP * ~NOTFOUND", "a.example:443", ""},
		{"nonsense, MAP x", "a.example:443", "a.example:443"},
	}
	for _, tt := range tests {
		got, err := ParseRules(tt.rules).Apply(tt.address)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%q: %s goes to %q (%v), want %q", tt.rules, tt.address, got, err, tt.want)
		}
	}
}

const (
	scutilManual = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 3128
  HTTPProxy : proxy.example
  HTTPSEnable : 1
  HTTPSPort : 3129
  HTTPSProxy : proxy.example
  SOCKSEnable : 0
}
`
	scutilScript = "<dictionary> {\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://wpad.example/x.pac\n}\n"
	gnomeManual  = `org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '*.corp.example']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy.http host 'proxy.example'
org.gnome.system.proxy.http port 3128
org.gnome.system.proxy.https host 'proxy.example'
org.gnome.system.proxy.https port 3129
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
`
	kdeManual = "[Other]\nProxyType=2\n[Proxy Settings]\nProxyType=1\nhttpProxy=http://proxy.example 3128\nhttpsProxy=http://proxy.example 3129\nNoProxyFor=localhost,.corp.example\n"
)

// TestSettings reads each system's own text, and asks where Meta would be
// reached by it.
func TestSettings(t *testing.T) {
	t.Parallel()
	env := func(pairs ...string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1], true
				}
			}
			return "", false
		}
	}
	switches := func(args ...string) Settings { s, _ := Switches(args); return s }
	tests := []struct {
		name string
		s    Settings
		to   string
		want string // empty: none; "script": only the browser knows
	}{
		{"nothing", environment(env()), "https://www.facebook.com", ""},
		{"environment", environment(env("https_proxy", "http://proxy.example:3129", "http_proxy", "x")), "https://www.facebook.com", "http://proxy.example:3129"},
		{"environment without a scheme", environment(env("HTTPS_PROXY", "proxy.example:3129")), "https://www.facebook.com", "http://proxy.example:3129"},
		{"environment, socks for all", environment(env("all_proxy", "socks5://proxy.example:1080")), "https://www.facebook.com", "socks5://proxy.example:1080"},
		{"environment, an exception", environment(env("https_proxy", "proxy.example:1", "no_proxy", ".facebook.com")), "https://www.facebook.com", ""},
		{"environment, a script", environment(env("auto_proxy", "")), "https://www.facebook.com", "script"},
		{"macOS", scutil(scutilManual), "https://www.facebook.com", "http://proxy.example:3129"},
		{"macOS, plain", scutil(scutilManual), "http://www.facebook.com", "http://proxy.example:3128"},
		{"macOS, an exception", scutil(scutilManual), "https://printer.local", ""},
		{"macOS, a script", scutil(scutilScript), "https://www.facebook.com", "script"},
		{"macOS, nothing", scutil("<dictionary> {\n  FTPPassive : 1\n}\n"), "https://www.facebook.com", ""},
		{"GNOME", gnome(gnomeManual), "https://www.facebook.com", "http://proxy.example:3129"},
		{"GNOME, an exception", gnome(gnomeManual), "https://www.corp.example", ""},
		{"GNOME, none", gnome("org.gnome.system.proxy mode 'none'\norg.gnome.system.proxy.https host 'x'\norg.gnome.system.proxy.https port 1\n"), "https://www.facebook.com", ""},
		{"GNOME, a script", gnome("org.gnome.system.proxy mode 'auto'\n"), "https://www.facebook.com", "script"},
		{"KDE", kde(kdeManual, env()), "https://www.facebook.com", "http://proxy.example:3129"},
		{"KDE, an exception", kde(kdeManual, env()), "https://www.corp.example", ""},
		{"KDE, a script", kde("[Proxy Settings]\nProxyType=3\n", env()), "https://www.facebook.com", "script"},
		{"KDE, by variables", kde("[Proxy Settings]\nProxyType=4\nhttpsProxy=MY_PROXY\n", env("MY_PROXY", "proxy.example:5")), "https://www.facebook.com", "http://proxy.example:5"},
		{"Windows", internetSettings(true, "proxy.example:8080", "*.corp.example;<local>", "", false), "https://www.facebook.com", "http://proxy.example:8080"},
		{"Windows, one a kind", internetSettings(true, "http=a.example:1;https=b.example:2;socks=c.example:3", "", "", false), "https://www.facebook.com", "http://b.example:2"},
		{"Windows, an exception", internetSettings(true, "proxy.example:8080", "*.corp.example;<local>", "", false), "https://www.corp.example", ""},
		{"Windows, switched off", internetSettings(false, "proxy.example:8080", "", "", false), "https://www.facebook.com", ""},
		{"Windows, a script", internetSettings(false, "", "", "http://wpad.example/x.pac", false), "https://www.facebook.com", "script"},
		{"Windows, searched for", internetSettings(false, "", "", "", true), "https://www.facebook.com", "script"},
		{"switch", switches("proxy-server=proxy.example:8080"), "https://www.facebook.com", "http://proxy.example:8080"},
		{"switch, socks", switches("proxy-server=socks://proxy.example:1080"), "https://www.facebook.com", "socks5://proxy.example:1080"},
		{"switch, exceptions", switches("proxy-server=proxy.example:8080", "proxy-bypass-list=*.facebook.com;x"), "https://www.facebook.com", ""},
		{"switch, a script", switches("proxy-pac-url=http://wpad.example/x.pac"), "https://www.facebook.com", "script"},
		{"switch, none", switches("no-proxy-server", "proxy-server=x:1"), "https://www.facebook.com", ""},
		{"switch, a kind that is not known", switches("proxy-server=quic://proxy.example:443"), "https://www.facebook.com", "unknown"},
	}
	for _, tt := range tests {
		route, err := tt.s.Route()
		if errors.Is(err, ErrScript) != (tt.want == "script") || err != nil != (tt.want == "script" || tt.want == "unknown") {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil {
			continue
		}
		to, _ := url.Parse(tt.to)
		via, err := route(to)
		got := ""
		if via != nil {
			got = via.String()
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: by %q (%v), want %q", tt.name, got, err, tt.want)
		}
	}
	if _, ok := Switches([]string{"lang=fr"}); ok {
		t.Error("no switch about proxies, but settings")
	}
}
