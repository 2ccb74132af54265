package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"time"
)

// errSocket is why a tunnel is cut that is meant for a WebSocket.
var errSocket = errors.New("a tunnel that offers no HTTP/2")

// longestRecord is a whole TLS record with its head (RFC 8446, section 5.1).
const longestRecord = 5 + 1<<14 + 256

// greet passes on what the browser says first in a tunnel, and refuses one for a
// WebSocket. The browser offers a site HTTP/2 for everything but those
// (Chromium's websocket_basic_handshake_stream needs HTTP/1.1), and the greeting
// is the one thing in a tunnel that is not encrypted. Sockets pass no request
// gate, and a closing tab loses the rules that keep them closed. Before TLS, a
// proxy further on may be asked again for the tunnel, with a password.
func greet(out io.Writer, in *bufio.Reader) error {
	for {
		first, err := in.Peek(1)
		if err != nil {
			return err
		}
		switch first[0] {
		case 22: // a TLS handshake
			return hello(out, in)
		case 'C':
			if err := head(out, in); err != nil {
				return err
			}
		default: // ws: without TLS
			return errSocket
		}
	}
}

// head passes one request's head on.
func head(out io.Writer, in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if _, err := out.Write(line); err != nil || len(bytes.TrimSpace(line)) == 0 {
			return err
		}
	}
}

func hello(out io.Writer, in *bufio.Reader) error {
	start, err := in.Peek(5)
	if err != nil {
		return err
	}
	record, err := in.Peek(5 + int(binary.BigEndian.Uint16(start[3:])))
	if err != nil {
		return err
	}
	var offered []string
	server := tls.Server(once{bytes.NewReader(record)}, &tls.Config{
		GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			offered = h.SupportedProtos
			return nil, errSocket // that was all
		},
	})
	_ = server.HandshakeContext(context.Background())
	if !slices.Contains(offered, "h2") {
		return errSocket
	}
	n, err := out.Write(record)
	_, _ = in.Discard(n)
	return err
}

// once is a connection on which there is something to read and nothing to say.
type once struct{ io.Reader }

func (once) Write(b []byte) (int, error)      { return len(b), nil }
func (once) Close() error                     { return nil }
func (once) LocalAddr() net.Addr              { return nil }
func (once) RemoteAddr() net.Addr             { return nil }
func (once) SetDeadline(time.Time) error      { return nil }
func (once) SetReadDeadline(time.Time) error  { return nil }
func (once) SetWriteDeadline(time.Time) error { return nil }
