package chrome

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// serving is a browser's end of DevTools, played by a handler.
func serving(t *testing.T, h http.HandlerFunc) (address string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return "ws://" + s.Listener.Addr().String() + endpointPath
}

// speaking accepts the connection and does the rest by script.
func speaking(t *testing.T, script func(ctx context.Context, c *websocket.Conn)) *socket {
	t.Helper()
	s, err := dial(t.Context(), serving(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		script(r.Context(), c)
	}), time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestSocketReads: what rod could not take apart ends the connection.
func TestSocketReads(t *testing.T) {
	long := strings.Repeat("x", maxFrame)
	for _, c := range []struct {
		name string
		send func(ctx context.Context, c *websocket.Conn)
		want []string
		err  error
	}{
		{"messages", text(`{"id":1}`, `{"id":2}`), []string{`{"id":1}`, `{"id":2}`}, ErrGone},
		{"a ping between them", func(ctx context.Context, c *websocket.Conn) {
			text(`{"id":1}`)(ctx, c)
			go c.CloseRead(ctx) // the pong is read there
			if err := c.Ping(ctx); err != nil {
				t.Errorf("no pong: %v", err)
			}
			text(`{"id":2}`)(ctx, c)
		}, []string{`{"id":1}`, `{"id":2}`}, ErrGone},
		{"a good-bye", func(ctx context.Context, c *websocket.Conn) { c.Close(websocket.StatusGoingAway, "") }, nil, ErrGone},
		{"words", text("hello"), nil, errGarbage},
		{"an event that is hollow", text(`{"method":"Target.targetCreated","params":{}}`), nil, errGarbage},
		{"bytes", func(ctx context.Context, c *websocket.Conn) {
			_ = c.Write(ctx, websocket.MessageBinary, []byte(`{"id":1}`))
		}, nil, errGarbage},
		{"a message without an end", text(`{"id":1,"result":"` + long + `"}`), nil, errGarbage},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := speaking(t, c.send)
			var got []string
			for {
				msg, err := s.Read()
				if err != nil {
					if !errors.Is(err, c.err) {
						t.Errorf("error %v, want %v", err, c.err)
					}
					break
				}
				got = append(got, string(msg))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("read %.100q, want %q", got, c.want)
			}
		})
	}
}

func text(messages ...string) func(context.Context, *websocket.Conn) {
	return func(ctx context.Context, c *websocket.Conn) {
		for _, m := range messages {
			_ = c.Write(ctx, websocket.MessageText, []byte(m)) // the program may have hung up
		}
	}
}

// TestSocketSends: what the program says arrives as text; where nobody is any
// more, that is said.
func TestSocketSends(t *testing.T) {
	got := make(chan string, 1)
	s := speaking(t, func(ctx context.Context, c *websocket.Conn) {
		kind, msg, err := c.Read(ctx)
		got <- kind.String() + " " + string(msg)
		if err != nil {
			t.Error(err)
		}
	})
	if err := s.Send([]byte(`{"id":1}`)); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m != `MessageText {"id":1}` {
		t.Errorf("the browser got %s", m)
	}
	s.Close()
	if err := s.Send([]byte(`{"id":2}`)); !errors.Is(err, ErrGone) {
		t.Errorf("after the end: %v", err)
	}
}

// TestDialAsksAsABrowserWants: no Origin, which only pages send, and a key of
// the connection's own.
func TestDialAsksAsABrowserWants(t *testing.T) {
	var keys []string
	address := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" || r.URL.Path != endpointPath {
			t.Errorf("%s with the origin %q", r.URL.Path, r.Header.Get("Origin"))
		}
		keys = append(keys, r.Header.Get("Sec-WebSocket-Key"))
		w.WriteHeader(http.StatusForbidden)
	})
	for range 2 {
		_, _ = dial(t.Context(), address, time.Minute, nil)
	}
	if len(keys) != 2 || keys[0] == keys[1] || len(keys[0]) != 24 {
		t.Errorf("keys %q", keys)
	}
}

// TestDialIsRefused: each no is told apart from the others.
func TestDialIsRefused(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://evil.example/")
			w.WriteHeader(code)
		}
	}
	for _, c := range []struct {
		name    string
		address string
		want    func(error) bool
	}{
		{"nobody listens", "ws://" + nobody.Addr().String() + endpointPath, is(ErrNotThere)},
		{"at once", serving(t, status(http.StatusForbidden)), func(err error) bool {
			var r *RefusedError
			return errors.As(err, &r) && !r.Asked
		}},
		{"after a while", serving(t, func(w http.ResponseWriter, r *http.Request) {
			<-time.After(reflex + 100*time.Millisecond)
			w.WriteHeader(http.StatusForbidden)
		}), func(err error) bool {
			var r *RefusedError
			return errors.As(err, &r) && r.Asked
		}},
		{"nobody answers", serving(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), is(ErrUnanswered)},
		{"no such path", serving(t, status(http.StatusNotFound)), is(ErrNotBrowser)},
		{"a way on", serving(t, status(http.StatusFound)), is(ErrNotBrowser)},
		{"a web page", serving(t, status(http.StatusOK)), is(ErrNotBrowser)},
		{"it hangs up", serving(t, func(w http.ResponseWriter, r *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		}), is(ErrNotBrowser)},
		{"it ends while it asks", serving(t, func(w http.ResponseWriter, r *http.Request) {
			<-time.After(reflex + 100*time.Millisecond)
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		}), is(ErrLeft)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{})
			_, err := dial(t.Context(), c.address, 2*reflex, func() { close(asked) })
			if !c.want(err) || strings.Contains(err.Error(), endpointPath) {
				t.Errorf("error %v", err)
			}
			slow := slices.Contains([]string{"after a while", "nobody answers", "it ends while it asks"}, c.name)
			select {
			case <-asked:
				if !slow {
					t.Error("the person is told of a question that nobody asked")
				}
			default:
				if slow {
					t.Error("the person is not told of the question")
				}
			}
		})
	}
}

func is(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}

// TestDialIsInterrupted: Ctrl-C while the browser asks.
func TestDialIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	address := serving(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done() // the connection is closed, and with it the question
		close(gone)
	})
	begin := time.Now()
	_, err := dial(ctx, address, time.Minute, nil)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > time.Second {
		t.Errorf("after %s: %v", time.Since(begin), err)
	}
	<-gone
}

// TestEndpoint reads addresses as people write them.
func TestEndpoint(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"9222", "ws://127.0.0.1:9222/devtools/browser"},
		{"localhost:9222", "ws://localhost:9222/devtools/browser"},
		{"[::1]:9222", "ws://[::1]:9222/devtools/browser"},
		{"http://127.0.0.1:9222/", "ws://127.0.0.1:9222/devtools/browser"},
		{"ws://127.0.0.1:9222/devtools/browser/a-b", "ws://127.0.0.1:9222/devtools/browser/a-b"},
		{"ws://127.0.0.1:9222/devtools/page/a-b", ErrAddress.Error()},
		{"ws://127.0.0.1:9222/devtools/browserish", ErrAddress.Error()},
		{"ws://127.0.0.1/devtools/browser", ErrAddress.Error()},
		{"ws://me@127.0.0.1:9222", ErrAddress.Error()},
		{"ws://127.0.0.1:9222/?a=b", ErrAddress.Error()},
		{"ftp://127.0.0.1:9222", ErrAddress.Error()},
		{"127.0.0.1:0", ErrAddress.Error()},
		{"127.0.0.1:99999", ErrAddress.Error()},
		{"", ErrAddress.Error()},
		{"192.0.2.7:9222", ErrElsewhere.Error()},
		{"browser.example:9222", ErrElsewhere.Error()},
		{"localhost.evil.example:9222", ErrElsewhere.Error()},
	} {
		got, err := endpoint(c.address, false)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.address, got, c.want)
		}
	}
	if got, err := endpoint("browser.example:9222", true); err != nil || got != "ws://browser.example:9222/devtools/browser" {
		t.Errorf("elsewhere, meant: %s, %v", got, err)
	}
}

// TestAnAddressWithoutAName: a browser that was started with a port tells what its
// own end is called, and only a name is taken from there.
func TestAnAddressWithoutAName(t *testing.T) {
	const socket = "webSocketDebuggerUrl"
	for said, want := range map[string]string{
		`{"` + socket + `":"ws://127.0.0.1:9222/devtools/browser/0c6a-1"}`:             "/0c6a-1",
		`{"` + socket + `":"ws://evil.example:1/devtools/browser/0c6a-1"}`:             "/0c6a-1",
		`{"` + socket + `":"ws://127.0.0.1:9222/devtools/browser/../page/1"}`:          "",
		`{"` + socket + `":"ws://127.0.0.1:9222/devtools/browser/1?x=ws://e.example"}`: "",
		`{"` + socket + `":"ws://127.0.0.1:9222/devtools/page/1"}`:                     "",
		`{}`: "", `garbage`: "",
	} {
		var asked []string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.URL.Path)
			_, _ = w.Write([]byte(said))
		}))
		got, err := AttachOptions{Address: s.Listener.Addr().String()}.find(t.Context())
		if wanted := "ws://" + s.Listener.Addr().String() + endpointPath + want; err != nil || got != wanted {
			t.Errorf("%s: %s %v, want %s", said, got, err, wanted)
		}
		if !slices.Equal(asked, []string{"/json/version"}) {
			t.Errorf("%s: asked for %q", said, asked)
		}
		s.Close()
	}
	whole := "ws://127.0.0.1:1" + endpointPath + "/guid"
	if got, err := (AttachOptions{Address: whole}).find(t.Context()); err != nil || got != whole {
		t.Errorf("a whole address becomes %s, %v", got, err)
	}
}

// TestFindingTheRunningBrowser: by the files that browsers write, of which some
// are left over and some are odd.
func TestFindingTheRunningBrowser(t *testing.T) {
	listen := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, stale, _ := net.SplitHostPort(nobody.Addr().String())
	nobody.Close()
	one, two := listen(), listen()
	const path = "\n/devtools/browser/guid"
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"no file", []string{""}, ErrNoneRuns.Error()},
		{"left over", []string{stale + path}, ErrNoneRuns.Error()},
		{"odd", []string{"x" + path, one, one + "\n/devtools/page/guid", one + "@evil.example:1" + path, "0" + path}, ErrNoneRuns.Error()},
		{"one", []string{stale + path, "", one + path + "\n"}, "ws://127.0.0.1:" + one + "/devtools/browser/guid"},
		{"two", []string{one + path, stale + path, two + path}, "a, c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var o AttachOptions
			for i, file := range c.files {
				h := Home{string(rune('a' + i)), t.TempDir()}
				holdProfile(t, h.Dir)
				if file != "" {
					if err := os.WriteFile(filepath.Join(h.Dir, "DevToolsActivePort"), []byte(file), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				o.Homes = append(o.Homes, h)
			}
			got, err := o.find(t.Context())
			var several *SeveralError
			switch {
			case errors.As(err, &several):
				got = strings.Join(several.Names, ", ")
			case err != nil:
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// holdProfile makes a user data dir look as if a browser had it.
func holdProfile(t *testing.T, dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a browser holds its profile by a file that is open without sharing")
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(host+"-"+strconv.Itoa(os.Getpid()), filepath.Join(dir, "SingletonLock")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "SingletonSocket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
}
