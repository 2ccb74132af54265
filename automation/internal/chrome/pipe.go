package chrome

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// maxFrame is more than any message that the walk causes; a longer one is a
// fault of the peer.
const maxFrame = 64 << 20

var errGarbage = errors.New("the browser sent something that is not a DevTools message")

// pipe speaks DevTools over two pipes: JSON texts, each closed by a NUL byte
// (Chromium's DevToolsPipeHandler). It implements cdp.WebSocketable. What is
// not a JSON object ends the connection, because rod's client would panic on it.
type pipe struct {
	mu  sync.Mutex // one writer at a time
	out io.WriteCloser
	in  io.ReadCloser
	buf *bufio.Reader
}

func newPipe(out io.WriteCloser, in io.ReadCloser) *pipe {
	return &pipe{out: out, in: in, buf: bufio.NewReaderSize(in, 1<<16)}
}

// Send writes one message.
func (p *pipe) Send(data []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.out.Write(append(data, 0)); err != nil {
		return fmt.Errorf("%w: write to it: %w", ErrGone, err)
	}
	return nil
}

// Read returns the next message.
func (p *pipe) Read() ([]byte, error) {
	var msg []byte
	for {
		part, err := p.buf.ReadSlice(0)
		msg = append(msg, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("%w: read from it: %w", ErrGone, err)
		}
		if len(msg) > maxFrame {
			return nil, errGarbage
		}
	}
	msg = bytes.TrimSuffix(msg, []byte{0})
	if !wellFormed(msg) {
		return nil, errGarbage
	}
	return msg, nil
}

// wellFormed tells whether rod's client can take the message apart.
func wellFormed(msg []byte) bool {
	var shape struct {
		ID        int             `json:"id"`
		SessionID string          `json:"sessionId"`
		Method    string          `json:"method"`
		Params    json.RawMessage `json:"params"`
		Result    json.RawMessage `json:"result"`
		Error     *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Data    string `json:"data"`
		} `json:"error"`
	}
	return bytes.HasPrefix(bytes.TrimSpace(msg), []byte("{")) && json.Unmarshal(msg, &shape) == nil
}

// Close ends the connection; Chromium exits when it sees that.
func (p *pipe) Close() error {
	return errors.Join(p.out.Close(), p.in.Close())
}
