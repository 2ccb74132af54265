package chrome

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// sendWait is how long a browser may take to accept a message. One that takes
// longer stands still, and the pipe is full.
const sendWait = 10 * time.Second

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
	if pipe, ok := p.out.(*os.File); ok {
		_ = pipe.SetWriteDeadline(time.Now().Add(sendWait)) // Windows has none for pipes
	}
	if _, err := p.out.Write(append(data, 0)); err != nil {
		p.Close() // half a message may be out
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
	return bytes.HasPrefix(bytes.TrimSpace(msg), []byte("{")) && json.Unmarshal(msg, &shape) == nil && (shape.Method == "" || shape.ID != 0 || wholeEvent(shape.Method, shape.Params))
}

// wholeEvent tells whether an event that the dispatcher takes apart holds what
// it looks at: rod panics on the wrong shape.
func wholeEvent(method string, params json.RawMessage) bool {
	is := func(e proto.Event) bool { return json.Unmarshal(params, e) == nil }
	switch method {
	case proto.FetchRequestPaused{}.ProtoEvent():
		var e proto.FetchRequestPaused
		return is(&e) && e.Request != nil
	case proto.TargetAttachedToTarget{}.ProtoEvent():
		var e proto.TargetAttachedToTarget
		return is(&e) && e.TargetInfo != nil
	case proto.TargetDetachedFromTarget{}.ProtoEvent():
		return is(&proto.TargetDetachedFromTarget{})
	case proto.TargetTargetCreated{}.ProtoEvent():
		var e proto.TargetTargetCreated
		return is(&e) && e.TargetInfo != nil
	case proto.TargetTargetInfoChanged{}.ProtoEvent():
		var e proto.TargetTargetInfoChanged
		return is(&e) && e.TargetInfo != nil
	case proto.TargetTargetDestroyed{}.ProtoEvent():
		return is(&proto.TargetTargetDestroyed{})
	case proto.RuntimeBindingCalled{}.ProtoEvent():
		return is(&proto.RuntimeBindingCalled{})
	case proto.PageJavascriptDialogOpening{}.ProtoEvent():
		return is(&proto.PageJavascriptDialogOpening{})
	case proto.PageFrameNavigated{}.ProtoEvent():
		var e proto.PageFrameNavigated
		return is(&e) && e.Frame != nil
	case proto.NetworkResponseReceived{}.ProtoEvent():
		var e proto.NetworkResponseReceived
		return is(&e) && e.Response != nil
	case proto.NetworkRequestWillBeSent{}.ProtoEvent():
		return is(&proto.NetworkRequestWillBeSent{})
	case proto.NetworkLoadingFailed{}.ProtoEvent():
		return is(&proto.NetworkLoadingFailed{})
	case proto.NetworkLoadingFinished{}.ProtoEvent():
		return is(&proto.NetworkLoadingFinished{})
	}
	return true
}

// Close ends the connection; Chromium exits when it sees that.
func (p *pipe) Close() error {
	return errors.Join(p.out.Close(), p.in.Close())
}
