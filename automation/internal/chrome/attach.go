package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// AttachOptions says which running browser to attach to.
type AttachOptions struct {
	Address  string // a port, HOST:PORT or ws://HOST:PORT/devtools/browser/…; empty: look into Homes
	Anywhere bool   // the address may be another computer's
	Homes    []Home // where browsers that may run keep their everyday profiles

	// Patience is how long the person may take to answer the browser's question;
	// Asked, where it is not nil, is called when the browser seems to ask.
	Patience time.Duration
	Asked    func()

	off locks
}

// Home is where a browser keeps its everyday profiles, and says on which port it
// can be reached while its person allows that.
type Home struct {
	Name string // what people call the browser
	Dir  string // its user data dir
}

// Errors of an attempt to attach, beside those of the connection.
var (
	ErrNoneRuns  = errors.New("no running browser can be attached to")
	ErrElsewhere = errors.New("the address is not on this computer")
	ErrAddress   = errors.New("the address is none of a browser")
)

// SeveralError means that more than one running browser could be meant.
type SeveralError struct{ Names []string }

func (e *SeveralError) Error() string { return "more than one running browser can be attached to" }

// Attach connects with a browser that runs already, where its person allows it,
// and opens one empty tab there, with every lock on that there can be. It touches
// no other tab. It makes one attempt and one connection: the browser asks its
// person about each.
func Attach(ctx context.Context, o AttachOptions) (*Browser, error) {
	address, err := o.find(ctx)
	if err != nil {
		return nil, err
	}
	s, err := dial(ctx, address, o.Patience, o.Asked)
	if err != nil {
		return nil, err
	}
	b := newBrowser(s, newNetlock(o.off, nil), o.off)
	b.guest = newGuest()
	b.gate.guest = b.guest
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return b.begin(ctx)
}

// find returns the address of the browser's own end of DevTools.
func (o AttachOptions) find(ctx context.Context) (string, error) {
	if o.Address != "" {
		address, err := endpoint(o.Address, o.Anywhere)
		if err == nil && strings.HasSuffix(address, endpointPath) {
			address = withName(ctx, address)
		}
		return address, err
	}
	var found, names []string
	for _, h := range o.Homes {
		if address := listens(ctx, h); address != "" {
			found, names = append(found, address), append(names, h.Name)
		}
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case len(found) == 0:
		return "", ErrNoneRuns
	case len(found) > 1:
		return "", &SeveralError{names}
	}
	return found[0], nil
}

// listens is where the browser of a home lets programs in; empty: it does not. The
// file with the port outlives the browser, also one that has been started again
// since and listens nowhere, and anybody may have its port by now.
func listens(ctx context.Context, h Home) string {
	port, path, ok := activePort(h.Dir)
	if !ok || occupied(h.Dir) == nil || !written(h.Dir) {
		return ""
	}
	for _, host := range []string{"127.0.0.1", "::1"} { // Chromium takes the first that it can have
		if address := net.JoinHostPort(host, port); answers(ctx, address) {
			return "ws://" + address + path
		}
	}
	return ""
}

// written tells whether the browser that runs now has written where it listens:
// not before it took its profile.
func written(dir string) bool {
	said, err := os.Lstat(filepath.Join(dir, "DevToolsActivePort"))
	if err != nil {
		return false
	}
	taken, err := os.Lstat(filepath.Join(dir, takenName))
	return err == nil && !said.ModTime().Before(taken.ModTime())
}

// activePort reads where the browser of a user data dir says that it listens:
// the port, and the path of its own end. The file outlives the browser.
func activePort(dir string) (port, path string, ok bool) {
	name := filepath.Join(dir, "DevToolsActivePort")
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return "", "", false
	}
	f, err := os.Open(name)
	if err != nil {
		return "", "", false
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, 512))
	if err != nil {
		return "", "", false
	}
	port, path, _ = strings.Cut(strings.TrimSpace(string(raw)), "\n")
	port, path = strings.TrimSpace(port), strings.TrimSpace(path)
	_, err = endpoint("ws://127.0.0.1:"+port+path, false)
	return port, path, err == nil && path != ""
}

// answers tells whether anybody listens there. It says nothing, so the browser
// asks its person nothing.
func answers(ctx context.Context, address string) bool {
	d := net.Dialer{Timeout: 2 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// endpointPath is the path of a browser's own end; that of a page is refused.
const endpointPath = "/devtools/browser"

// endpoint reads an address as people write it.
func endpoint(address string, anywhere bool) (string, error) {
	if !strings.Contains(address, ":") {
		address = "127.0.0.1:" + address
	}
	if !strings.Contains(address, "://") {
		address = "ws://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", ErrAddress
	}
	switch u.Scheme {
	case "http", "https":
		u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	case "ws", "wss":
	default:
		return "", ErrAddress
	}
	if number, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || number == 0 || u.Hostname() == "" {
		return "", ErrAddress
	}
	if !anywhere && !loopback(u.Hostname()) {
		return "", ErrElsewhere
	}
	switch {
	case u.Path == "", u.Path == "/":
		u.Path = endpointPath
	case u.Path != endpointPath && !strings.HasPrefix(u.Path, endpointPath+"/"):
		return "", ErrAddress
	}
	return u.String(), nil
}

// withName completes an address by the name that a browser gives its own end, where
// it was started with a port: it tells on a page (Chromium's
// devtools_http_handler.cc) and takes no other. One that lets programs in by its
// switch has no such page and needs no name.
func withName(ctx context.Context, address string) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	page := "http" + strings.TrimSuffix(strings.TrimPrefix(address, "ws"), endpointPath) + "/json/version"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return address
	}
	res, err := (&http.Client{Transport: plainTransport(), CheckRedirect: stay}).Do(req)
	if err != nil {
		return address
	}
	defer res.Body.Close()
	var said struct {
		Socket string `json:"webSocketDebuggerUrl"`
	}
	if res.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&said) != nil {
		return address
	}
	_, guid, ok := strings.Cut(said.Socket, endpointPath+"/")
	if !ok || guid == "" || strings.ContainsAny(guid, "/?#%") {
		return address
	}
	return address + "/" + guid
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
