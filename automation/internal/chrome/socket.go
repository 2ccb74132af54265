package chrome

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
)

// connection is the way on which program and browser talk; it has the shape of
// cdp.WebSocketable.
type connection interface {
	Send(data []byte) error
	Read() ([]byte, error)
	Close() error
}

// socket speaks DevTools over a WebSocket, with a browser that ran before. What
// is not a JSON object in a text message ends the connection, as with [pipe].
type socket struct {
	conn  *websocket.Conn
	ctx   context.Context // ends when the socket is closed
	close context.CancelFunc
}

// Send writes one message.
func (s *socket) Send(data []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, sendWait)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, data); err != nil {
		s.Close() // half a message may be out
		return fmt.Errorf("%w: write to it: %w", ErrGone, err)
	}
	return nil
}

// Read returns the next message.
func (s *socket) Read() ([]byte, error) {
	kind, msg, err := s.conn.Read(s.ctx)
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return nil, errGarbage
	case err != nil:
		return nil, fmt.Errorf("%w: read from it: %w", ErrGone, err)
	case kind != websocket.MessageText, !wellFormed(msg):
		s.Close()
		return nil, errGarbage
	}
	return msg, nil
}

// Close ends the connection. The browser runs on.
func (s *socket) Close() error {
	s.close()
	return s.conn.CloseNow()
}

// Errors of an attempt to attach that a person can do something about.
var (
	ErrNotThere   = errors.New("nothing answers at this address")
	ErrNotBrowser = errors.New("what answers is no browser that can be attached to")
	ErrUnanswered = errors.New("nobody answered the browser's question")
	ErrLeft       = errors.New("the browser ended before its question was answered")
)

// RefusedError is the browser's no.
type RefusedError struct {
	Asked bool // it took its time, so it asked the person; else it said no by itself
}

func (e *RefusedError) Error() string { return "the browser refused the connection" }

// reflex is how fast nobody answers a question: what comes sooner, comes from the
// browser itself.
const reflex = time.Second

// dial makes the one connection of an attempt to attach. A browser that asks its
// person answers when they do; asked is called when it takes its time.
func dial(ctx context.Context, address string, patience time.Duration, asked func()) (*socket, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if asked != nil {
		defer time.AfterFunc(reflex, asked).Stop()
	}
	begin := time.Now()
	conn, res, err := websocket.Dial(limited, address, &websocket.DialOptions{HTTPClient: &http.Client{Transport: plainTransport(), CheckRedirect: stay}})
	var refused *net.OpError
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err // without the address, which lets in whoever knows it
	}
	switch {
	case err == nil:
		conn.SetReadLimit(maxFrame)
		s := &socket{conn: conn}
		s.ctx, s.close = context.WithCancel(context.Background())
		return s, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, ErrUnanswered
	case res != nil && res.StatusCode == http.StatusForbidden:
		return nil, &RefusedError{Asked: time.Since(begin) >= reflex}
	case res == nil && errors.As(err, &refused) && refused.Op == "dial":
		return nil, fmt.Errorf("%w: %w", ErrNotThere, err)
	}
	if res == nil && time.Since(begin) >= reflex {
		return nil, fmt.Errorf("%w: %w", ErrLeft, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrNotBrowser, err)
}

// plainTransport goes straight to an address, without the system's proxies.
func plainTransport() *http.Transport { return &http.Transport{DisableKeepAlives: true} }

// stay follows no redirection.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
