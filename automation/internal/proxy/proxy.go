// Package proxy is the only way to the network of a browser that the program
// starts: a forward proxy on this computer, which can be shut. It passes bytes
// on and can read none but the greeting; TLS stays between browser and site.
//
// Invariants:
//
//   - Once [Proxy.Shut] has returned, no byte of the browser's leaves until
//     [Proxy.Open]. What is on its way to the browser still arrives; a connection
//     on which the browser says something meanwhile is cut, and what it said is
//     dropped.
//   - No WebSocket passes: see greet.
//   - It ends with the program, and the browser knows no other way: a browser
//     that outlives the program is offline.
//   - It goes where the browser itself would go: over the proxies of the system
//     ([System]), to the addresses of its host-resolver-rules ([Rules]).
//
// Measured with Chromium 156: with a proxy set, WebTransport has no way at all,
// and no name is looked up by the browser.
package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/proxy"
)

// ErrShut is why nothing leaves.
var ErrShut = errors.New("the way to the network is shut")

// dialTime is how long a site may take to answer the telephone; Chromium's own
// limit is four minutes, and nobody waits for that.
const dialTime = 30 * time.Second

// Proxy is a running proxy.
type Proxy struct {
	rules  Rules
	route  Route
	server *http.Server
	listen net.Listener

	// open is held for reading while a byte is being written, so that Shut returns
	// after the last one.
	open   sync.RWMutex
	isOpen bool

	mu      sync.Mutex
	outlets map[*outlet]bool
	inlets  map[net.Conn]bool // of tunnels, which the server no longer knows
	asked   map[string]bool   // hosts for which it was used
}

// Route tells which proxy a request would take without this one: nil for none.
type Route func(to *url.URL) (*url.URL, error)

// Start listens on a free port of 127.0.0.1. The proxy begins open.
func Start(rules Rules, route Route) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the browser: %w", err)
	}
	p := &Proxy{rules: rules, route: route, listen: l, isOpen: true,
		outlets: map[*outlet]bool{}, inlets: map[net.Conn]bool{}, asked: map[string]bool{}}
	plain := &httputil.ReverseProxy{
		Rewrite: func(*httputil.ProxyRequest) {},
		Transport: byRoute{route,
			&http.Transport{DialContext: p.public, DisableCompression: true},
			&http.Transport{DialContext: p.dial, Proxy: func(r *http.Request) (*url.URL, error) { return route(r.URL) }, DisableCompression: true}},
		ErrorLog:     log.New(io.Discard, "", 0), // would name addresses
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	p.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodConnect:
				p.connect(w, r)
			case r.URL.IsAbs() && r.Header.Get("Upgrade") == "":
				plain.ServeHTTP(w, r)
			default:
				http.NotFound(w, r) // somebody who takes this for a site
			}
		}),
		ErrorLog:          plain.ErrorLog,
		ReadHeaderTimeout: dialTime,
	}
	go func() { _ = p.server.Serve(l) }()
	return p, nil
}

// Address is where the proxy listens, as host:port.
func (p *Proxy) Address() string { return p.listen.Addr().String() }

// Asked tells whether the browser used the proxy for a host. Settings that the
// program cannot override (a policy, an extension) may lead past it.
func (p *Proxy) Asked(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[strings.ToLower(host)]
}

// Shut stops everything that leaves. When it returns, it has.
func (p *Proxy) Shut() {
	// A peer that takes nothing must not keep the way open.
	p.each(func(o *outlet) { _ = o.SetWriteDeadline(time.Now()) })
	p.open.Lock()
	defer p.open.Unlock()
	p.isOpen = false
}

// Open lets everything pass again.
func (p *Proxy) Open() {
	p.open.Lock()
	defer p.open.Unlock()
	p.each(func(o *outlet) { _ = o.SetWriteDeadline(time.Time{}) })
	p.isOpen = true
}

// Close ends the proxy and every connection. A nil Proxy has none.
func (p *Proxy) Close() error {
	if p == nil {
		return nil
	}
	p.Shut()
	err := p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.inlets {
		c.Close()
	}
	for o := range maps.Clone(p.outlets) {
		o.Conn.Close()
	}
	return err
}

func (p *Proxy) each(do func(*outlet)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for o := range p.outlets {
		do(o)
	}
}

// outlet is a connection out. Every byte that leaves is written here.
type outlet struct {
	net.Conn
	p *Proxy
}

func (o *outlet) Write(b []byte) (int, error) {
	o.p.open.RLock()
	defer o.p.open.RUnlock()
	if !o.p.isOpen {
		o.Close()
		return 0, ErrShut
	}
	return o.Conn.Write(b)
}

func (o *outlet) Close() error {
	o.p.mu.Lock()
	delete(o.p.outlets, o)
	o.p.mu.Unlock()
	return o.Conn.Close()
}

// byRoute sends a request the one way or the other.
type byRoute struct {
	route           Route
	direct, chained http.RoundTripper
}

func (b byRoute) RoundTrip(r *http.Request) (*http.Response, error) {
	if via, err := b.route(r.URL); err != nil || via != nil {
		return b.chained.RoundTrip(r)
	}
	return b.direct.RoundTrip(r)
}

// public opens a connection to a site. This computer and those beside it are
// none: the browser keeps pages from them (Local Network Access), and cannot where
// a proxy looks the names up. A rule may lead there.
func (p *Proxy) public(ctx context.Context, network, address string) (net.Conn, error) {
	if p.rules.Names(address) {
		return p.dial(ctx, network, address)
	}
	return p.connectTo(ctx, network, address, func(_, at string, _ syscall.RawConn) error {
		host, err := netip.ParseAddrPort(at)
		if err != nil {
			return err
		}
		if ip := host.Addr().Unmap(); ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() {
			return errNear
		}
		return nil
	})
}

var errNear = errors.New("an address of this computer or its network")

// dial opens a connection to wherever settings or rules lead.
func (p *Proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return p.connectTo(ctx, network, address, nil)
}

func (p *Proxy) connectTo(ctx context.Context, network, address string, allow func(network, address string, c syscall.RawConn) error) (net.Conn, error) {
	p.open.RLock()
	open := p.isOpen
	p.open.RUnlock()
	if !open {
		return nil, ErrShut
	}
	to, err := p.rules.Apply(address)
	if err != nil {
		return nil, err
	}
	c, err := (&net.Dialer{Timeout: dialTime, Control: allow}).DialContext(ctx, network, to)
	if err != nil {
		return nil, err
	}
	o := &outlet{c, p}
	p.mu.Lock()
	p.outlets[o] = true
	p.mu.Unlock()
	return o, nil
}

// connect makes a tunnel, over the system's proxy where there is one. Such a
// proxy answers the browser itself, so that it can ask for a password.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		http.Error(w, "no host and port", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.asked[strings.ToLower(host)] = true
	p.mu.Unlock()
	out, greeting, err := p.reach(r)
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer out.Close()
	in, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	p.mu.Lock()
	p.inlets[in] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.inlets, in)
		p.mu.Unlock()
	}()
	if _, err := io.WriteString(in, greeting); err != nil {
		return
	}
	up := make(chan struct{})
	go func() {
		defer close(up)
		from := bufio.NewReaderSize(buffered, longestRecord)
		if greet(out, from) != nil {
			out.Close()
			return
		}
		_, _ = io.Copy(out, from)
		half(out)
	}()
	_, _ = io.Copy(in, out)
	half(in)
	in.Close()
	out.Close() // the site may take nothing any more
	<-up
}

// half tells the other side that nothing more comes.
func half(c net.Conn) {
	if o, ok := c.(*outlet); ok {
		c = o.Conn
	}
	if t, ok := c.(interface{ CloseWrite() error }); ok {
		_ = t.CloseWrite()
	}
}

// reach opens a connection for a tunnel, and tells what the browser is to be
// greeted with: nothing, where a proxy on the way does it.
func (p *Proxy) reach(r *http.Request) (net.Conn, string, error) {
	const done = "HTTP/1.1 200 OK\r\n\r\n"
	ctx, cancel := context.WithTimeout(r.Context(), dialTime)
	defer cancel()
	via, err := p.route(&url.URL{Scheme: "https", Host: r.Host})
	switch {
	case err != nil:
		return nil, "", err
	case via == nil || p.rules.Names(r.Host):
		c, err := p.public(ctx, "tcp", r.Host)
		return c, done, err
	case via.Scheme == "socks5" || via.Scheme == "socks5h":
		d, err := proxy.FromURL(via, dialer(p.dial))
		if err != nil {
			return nil, "", err
		}
		c, err := d.(proxy.ContextDialer).DialContext(ctx, "tcp", r.Host)
		return c, done, err
	}
	c, err := p.dial(ctx, "tcp", withPort(via))
	if err != nil {
		return nil, "", err
	}
	if via.Scheme == "https" {
		c = tls.Client(c, &tls.Config{ServerName: via.Hostname()})
	}
	var head strings.Builder
	fmt.Fprintf(&head, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", r.Host, r.Host)
	_ = r.Header.Write(&head)
	head.WriteString("\r\n")
	if _, err := io.WriteString(c, head.String()); err != nil {
		c.Close()
		return nil, "", err
	}
	return c, "", nil
}

func withPort(via *url.URL) string {
	port := via.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[via.Scheme]
	}
	return net.JoinHostPort(via.Hostname(), port)
}

// dialer has the shape that the SOCKS client asks for.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d(context.Background(), network, address)
}

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}
