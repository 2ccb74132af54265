package proxy

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// here lets a test's own sites be reached, which are not public.
var here = ParseRules("MAP 127.0.0.1 127.0.0.1")

func direct(*url.URL) (*url.URL, error) { return nil, nil }

func begun(t *testing.T, rules Rules, route Route) *Proxy {
	t.Helper()
	p, err := Start(rules, route)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// peer is the far end: it takes one connection at a time.
func peer(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// knock asks a proxy for a tunnel and returns the connection with the status.
func knock(t *testing.T, p *Proxy, to string) (net.Conn, int) {
	t.Helper()
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nProxy-Authorization: Basic eDp5\r\n\r\n", to, to)
	res, err := http.ReadResponse(bufio.NewReaderSize(c, 16), &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	return c, res.StatusCode
}

func tunnel(t *testing.T, p *Proxy, l net.Listener, to string) (browser, site net.Conn) {
	t.Helper()
	browser, status := knock(t, p, to)
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	site, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { site.Close() })
	_ = site.SetDeadline(time.Now().Add(10 * time.Second))
	return browser, site
}

// greeting is what a browser says first, offering some protocols.
func greeting(t *testing.T, protocols ...string) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: "www.facebook.com", NextProtos: protocols}).Handshake()
	}()
	defer theirs.Close()
	buf := make([]byte, longestRecord)
	n, err := ours.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

// greets brings a tunnel past its greeting.
func greets(t *testing.T, browser, site net.Conn) {
	t.Helper()
	says(t, browser, site, string(greeting(t, "h2", "http/1.1")))
}

func says(t *testing.T, from, to net.Conn, what string) {
	t.Helper()
	if _, err := io.WriteString(from, what); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(what))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != what {
		t.Fatalf("arrived: %q, %v; want %q", got, err, what)
	}
}

func TestShut(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, here, direct)
	browser, site := tunnel(t, p, l, l.Addr().String())
	greets(t, browser, site)
	quietBrowser, quietSite := tunnel(t, p, l, l.Addr().String())
	greets(t, quietBrowser, quietSite)
	says(t, browser, site, "before")

	p.Shut()
	says(t, site, browser, "still on its way")
	if _, err := io.WriteString(browser, "secret"); err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(site); len(got) > 0 {
		t.Errorf("left while shut: %q", got)
	}
	if got, _ := io.ReadAll(browser); len(got) > 0 {
		t.Errorf("the browser reads %q from a connection that is cut", got)
	}
	if _, status := knock(t, p, l.Addr().String()); status != http.StatusServiceUnavailable {
		t.Errorf("a new tunnel while shut: status %d", status)
	}

	p.Open()
	says(t, quietBrowser, quietSite, "nothing was said on it meanwhile")
	browser, site = tunnel(t, p, l, l.Addr().String())
	greets(t, browser, site)
	says(t, browser, site, "after")
}

// TestSockets: a tunnel that offers no HTTP/2 is for a WebSocket, and so is one
// without TLS. Neither says anything to the site.
func TestSockets(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, here, direct)
	for name, first := range map[string][]byte{
		"wss": greeting(t, "http/1.1"), "no offer": greeting(t), "ws": []byte("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
		"no handshake": {22, 3, 1, 0, 3, 'a', 'b', 'c'}, "nonsense": {0, 0, 0},
	} {
		browser, site := tunnel(t, p, l, l.Addr().String())
		if _, err := browser.Write(first); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(site); len(got) > 0 || err != nil {
			t.Errorf("%s: the site was told %q, %v", name, got, err)
		}
	}
}

// TestOnlyPublic: no page reaches this computer, or those beside it, through the
// outlet; settings and rules may lead there (the tests above).
func TestOnlyPublic(t *testing.T) {
	t.Parallel()
	l := peer(t)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := begun(t, Rules{}, direct)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "192.168.0.1", "169.254.169.254"} {
		if _, status := knock(t, p, host+":"+port); status != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", host, status)
		}
		req, _ := http.NewRequest(http.MethodGet, "http://"+host+":"+port+"/", nil)
		client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: p.Address()}), DisableKeepAlives: true}}
		if res, err := client.Do(req); err != nil || res.StatusCode != http.StatusBadGateway {
			t.Errorf("%s, plain: %v %v", host, res, err)
		}
	}
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET http://old.example/ HTTP/1.1\r\nHost: old.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if res, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("a socket in the plain: %v %v", res, err)
	}
}

// TestShutDoesNotWait: a site that takes nothing cannot keep the way open.
func TestShutDoesNotWait(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, here, direct)
	browser, site := tunnel(t, p, l, l.Addr().String())
	greets(t, browser, site)
	_ = browser.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	for chunk := make([]byte, 1<<20); ; {
		if _, err := browser.Write(chunk); err != nil {
			break // everything on the way is full
		}
	}
	begin := time.Now()
	p.Shut()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("shutting took %s", took)
	}
}

// TestStuckTunnel: where both ends have gone, nothing is left, though the site took
// nothing of what was still to be said.
func TestStuckTunnel(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, here, direct)
	browser, site := tunnel(t, p, l, l.Addr().String())
	greets(t, browser, site)
	_ = browser.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	for chunk := make([]byte, 1<<20); ; {
		if _, err := browser.Write(chunk); err != nil {
			break // everything on the way is full
		}
	}
	_ = site.(*net.TCPConn).CloseWrite()
	browser.Close()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(5*time.Second)
	defer tick.Stop()
	for left := 1; left > 0; {
		select {
		case <-tick.C:
			left = 0
			p.each(func(*outlet) { left++ })
		case <-end:
			t.Fatalf("%d connections live on", left)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, here, direct)
	browser, site := tunnel(t, p, l, l.Addr().String())
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range []net.Conn{browser, site} {
		var n net.Error
		if _, err := io.ReadAll(c); errors.As(err, &n) && n.Timeout() {
			t.Errorf("a tunnel lives on: %v", err)
		}
	}
	if c, err := net.Dial("tcp", p.Address()); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

func TestRulesLead(t *testing.T) {
	t.Parallel()
	l := peer(t)
	p := begun(t, ParseRules("MAP * "+l.Addr().String()), func(*url.URL) (*url.URL, error) {
		return &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, nil // a rule comes before a proxy
	})
	browser, site := tunnel(t, p, l, "www.facebook.com:443")
	greets(t, browser, site)
	if !p.Asked("WWW.Facebook.com") || p.Asked("www.instagram.com") {
		t.Error("what it was used for is told wrongly")
	}
	if p := begun(t, ParseRules("MAP * ~NOTFOUND"), direct); true {
		if _, status := knock(t, p, "www.facebook.com:443"); status != http.StatusServiceUnavailable {
			t.Errorf("no such host: status %d", status)
		}
	}
}

// TestChain: over another proxy, which sees the browser's own request for the
// tunnel, password and all, and answers it.
func TestChain(t *testing.T) {
	t.Parallel()
	l := peer(t)
	outer := begun(t, ParseRules("MAP * "+l.Addr().String()), direct)
	p := begun(t, Rules{}, func(*url.URL) (*url.URL, error) { return url.Parse("http://" + outer.Address()) })
	browser, site := tunnel(t, p, l, "www.facebook.com:443")
	greets(t, browser, site)
	says(t, site, browser, "and back")
	if !outer.Asked("www.facebook.com") {
		t.Error("the other proxy was not asked")
	}

	strict := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") == "" {
			t.Errorf("it was asked %s with %v", r.Method, r.Header)
		}
		w.Header().Set("Proxy-Authenticate", "NTLM")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(strict.Close)
	p = begun(t, Rules{}, func(*url.URL) (*url.URL, error) { return url.Parse(strict.URL) })
	browser, status := knock(t, p, "www.facebook.com:443")
	if status != http.StatusProxyAuthRequired {
		t.Errorf("a proxy that wants a password: status %d", status)
	}
	// And once more on the same connection, with another one.
	fmt.Fprint(browser, "CONNECT www.facebook.com:443 HTTP/1.1\r\nHost: www.facebook.com:443\r\nProxy-Authorization: NTLM x\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(browser), &http.Request{Method: http.MethodConnect})
	if err != nil || res.StatusCode != http.StatusProxyAuthRequired {
		t.Errorf("the second try: %v %v", res, err)
	}
}

func TestSocks(t *testing.T) {
	t.Parallel()
	socks, asked := peer(t), make(chan string, 1)
	go func() {
		c, err := socks.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		// RFC 1928: greeting, method, request, reply.
		hello := make([]byte, 2)
		_, _ = io.ReadFull(c, hello)
		_, _ = io.CopyN(io.Discard, c, int64(hello[1]))
		_, _ = c.Write([]byte{5, 0})
		head := make([]byte, 5)
		_, _ = io.ReadFull(c, head)
		name := make([]byte, head[4]+2)
		_, _ = io.ReadFull(c, name)
		asked <- string(name[:head[4]])
		_, _ = c.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 80})
		_, _ = io.Copy(c, c)
	}()
	p := begun(t, Rules{}, func(*url.URL) (*url.URL, error) { return url.Parse("socks5://" + socks.Addr().String()) })
	browser, status := knock(t, p, "www.facebook.com:443")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if host := <-asked; host != "www.facebook.com" {
		t.Errorf("asked for %q: the name is the other proxy's to look up", host)
	}
	greets(t, browser, browser)
	p.Shut()
	_, _ = io.WriteString(browser, "secret")
	if got, _ := io.ReadAll(browser); len(got) > 0 {
		t.Errorf("came back while shut: %q", got)
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	arrived := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived++
		fmt.Fprint(w, r.Host, r.URL.Path)
	}))
	t.Cleanup(site.Close)
	p := begun(t, ParseRules("MAP * "+strings.TrimPrefix(site.URL, "http://")), direct)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: p.Address()}), DisableKeepAlives: true}}
	get := func() (int, string) {
		res, err := client.Get("http://old.example/page")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}
	if status, body := get(); status != http.StatusOK || body != "old.example/page" {
		t.Errorf("%d %q", status, body)
	}
	p.Shut()
	if status, _ := get(); status != http.StatusBadGateway || arrived != 1 {
		t.Errorf("while shut: status %d, %d arrived", status, arrived)
	}
	res, err := http.Get("http://" + p.Address() + "/")
	if err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("it poses as a site: %v %v", res, err)
	}
}

// FuzzGreet: whatever a browser says first, what passes is a request for a tunnel
// or the greeting of one who offers HTTP/2; nothing else, and never a part.
func FuzzGreet(f *testing.F) {
	f.Add([]byte("CONNECT a:1 HTTP/1.1\r\n\r\n"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{22, 3, 1, 0, 2, 'h', '2'})
	f.Add([]byte{22, 3, 1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, said []byte) {
		var out bytes.Buffer
		err := greet(&out, bufio.NewReaderSize(bytes.NewReader(said), longestRecord))
		passed := out.Bytes()
		if !bytes.HasPrefix(said, passed) {
			t.Fatalf("passed on %q of %q", passed, said)
		}
		if len(passed) > 0 && passed[0] != 'C' && (err != nil || passed[0] != 22 || !bytes.Contains(passed, []byte("\x02h2"))) {
			t.Errorf("passed on %q (%v)", passed, err)
		}
	})
}
