package rehearsal

import (
	"bufio"
	"context"
	"crypto/sha1" // #nosec G505: the handshake of RFC 6455 asks for it
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Addresses that hostile pages open sockets at. Only the first is a submission
// by itself: many sites keep an idle socket open.
const (
	socketHostile = "/ws/objection"
	socketIdle    = "/ws/chat"
)

// longestFrame is more than any hostile page sends.
const longestFrame = 1 << 20

func isSocket(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// socket shakes hands (RFC 6455, section 4.2.2) and counts each message until
// the other side or the site closes.
func (s *Site) socket(w http.ResponseWriter, r *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, "no socket here", http.StatusNotImplemented)
		return
	}
	conn, rw, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	stop := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	defer stop()

	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // #nosec G401
	fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	if rw.Flush() != nil {
		return
	}
	channel := bySocket
	if name, ok := strings.CutPrefix(r.URL.Path, wingPaths); ok {
		channel = name
	}
	for {
		message, ok := readFrame(rw.Reader)
		if !ok {
			return
		}
		s.tally.submission(channel, fieldsOf(&http.Request{URL: &url.URL{}}, message))
	}
}

// readFrame reads one data frame (RFC 6455, section 5.2); false when the socket
// is closed or says something else than a browser does.
func readFrame(in *bufio.Reader) (string, bool) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return "", false
		}
		code, masked, size := head[0]&0x0f, head[1]&0x80 != 0, uint64(head[1]&0x7f)
		var wide [8]byte
		switch size {
		case 126:
			if _, err := io.ReadFull(in, wide[6:]); err != nil {
				return "", false
			}
			size = binary.BigEndian.Uint64(wide[:])
		case 127:
			if _, err := io.ReadFull(in, wide[:]); err != nil {
				return "", false
			}
			size = binary.BigEndian.Uint64(wide[:])
		}
		if !masked || size > longestFrame {
			return "", false
		}
		frame := make([]byte, 4+size)
		if _, err := io.ReadFull(in, frame); err != nil {
			return "", false
		}
		mask, data := frame[:4], frame[4:]
		for i := range data {
			data[i] ^= mask[i%4]
		}
		switch {
		case code <= 2: // continuation, text, binary
			return string(data), true
		case code == 8: // close
			return "", false
		}
	}
}
