package chrome

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-rod/rod/lib/cdp"
)

// peer is the browser's end of a pipe.
type peer struct {
	in  *io.PipeReader // what the program wrote
	out *io.PipeWriter // what the program will read
}

func (p *peer) hangUp() {
	p.in.Close()
	p.out.Close()
}

// plugged connects a pipe with a peer, without a process.
func plugged() (*pipe, *peer) {
	theirIn, ourOut := io.Pipe()
	ourIn, theirOut := io.Pipe()
	return newPipe(ourOut, ourIn), &peer{theirIn, theirOut}
}

// TestPipeReads takes what arrives apart, however it was cut into pieces.
func TestPipeReads(t *testing.T) {
	long := `{"method":"Long.event","params":{"a":"` + strings.Repeat("x", 200_000) + `"}}`
	tests := []struct {
		name string
		in   string
		want []string
		err  error
	}{
		{"one", "{\"id\":1}\x00", []string{`{"id":1}`}, io.EOF},
		{"two in one read", "{\"id\":1}\x00{\"id\":2}\x00", []string{`{"id":1}`, `{"id":2}`}, io.EOF},
		{"longer than the buffer", long + "\x00{\"id\":2}\x00", []string{long, `{"id":2}`}, io.EOF},
		{"half a frame", "{\"id\":1}\x00{\"id\":", []string{`{"id":1}`}, io.EOF},
		{"nothing", "", nil, io.EOF},
		{"empty frame", "\x00{\"id\":1}\x00", nil, errGarbage},
		{"words", "hello\x00", nil, errGarbage},
		{"list", "[{\"id\":1}]\x00", nil, errGarbage},
		{"number", "1\x00", nil, errGarbage},
		{"two objects in a frame", "{\"id\":1}{\"id\":2}\x00", nil, errGarbage},
		{"id is a word", "{\"id\":\"1\"}\x00", nil, errGarbage},
		{"id is a fraction", "{\"id\":1.5}\x00", nil, errGarbage},
		{"id is too big", "{\"id\":99999999999999999999}\x00", nil, errGarbage},
		{"method is a number", "{\"method\":1}\x00", nil, errGarbage},
		{"session is a number", "{\"sessionId\":1}\x00", nil, errGarbage},
		{"error is a word", "{\"id\":1,\"error\":\"x\"}\x00", nil, errGarbage},
		{"code is a word", "{\"id\":1,\"error\":{\"code\":\"x\"}}\x00", nil, errGarbage},
		{"data is an object", "{\"id\":1,\"error\":{\"data\":{}}}\x00", nil, errGarbage},
		{"params broken off", "{\"method\":\"a\",\"params\":{\x00", nil, errGarbage},
		{"very deep", strings.Repeat(`{"params":`, 20_000) + "1" + strings.Repeat("}", 20_000) + "\x00", nil, errGarbage},
		{"event without parameters", "{\"method\":\"Fetch.requestPaused\"}\x00", nil, errGarbage},
		{"event with a list", "{\"method\":\"Runtime.bindingCalled\",\"params\":[1]}\x00", nil, errGarbage},
		{"event with words", "{\"method\":\"Target.detachedFromTarget\",\"params\":{\"sessionId\":1}}\x00", nil, errGarbage},
		{"hollow event", "{\"method\":\"Page.frameNavigated\",\"params\":{}}\x00", nil, errGarbage},
		{"event that nobody takes", "{\"method\":\"A.b\",\"params\":[1]}\x00", []string{`{"method":"A.b","params":[1]}`}, io.EOF},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n\x00", nil, errGarbage},
	}
	for _, tt := range tests {
		for _, cut := range []int{1, 7, 1 << 20} {
			if cut < len(tt.in)/5000 {
				continue // only takes time
			}
			t.Run(fmt.Sprintf("%s/%d", tt.name, cut), func(t *testing.T) {
				p := newPipe(nopCloser{io.Discard}, io.NopCloser(&slowly{strings.NewReader(tt.in), cut}))
				var got []string
				for {
					msg, err := p.Read()
					if err != nil {
						if !errors.Is(err, tt.err) {
							t.Errorf("error %v, want %v", err, tt.err)
						}
						break
					}
					got = append(got, string(msg))
				}
				if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
					t.Errorf("read %.200q, want %.200q", got, tt.want)
				}
			})
		}
	}
}

// slowly gives out a few bytes at a time.
type slowly struct {
	r   io.Reader
	cut int
}

func (s *slowly) Read(b []byte) (int, error) { return s.r.Read(b[:min(len(b), s.cut)]) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// TestPipeEndsAnEndlessFrame: a frame without an end does not fill the memory.
func TestPipeEndsAnEndlessFrame(t *testing.T) {
	p := newPipe(nopCloser{io.Discard}, io.NopCloser(&endless{}))
	msg, err := p.Read()
	if !errors.Is(err, errGarbage) {
		t.Errorf("%d bytes, error %v", len(msg), err)
	}
}

type endless struct{ given int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	if e.given += len(b); e.given > 2*maxFrame {
		return 0, errors.New("read on and on")
	}
	return len(b), nil
}

// TestPipeWritesWholeFrames from many goroutines at once.
func TestPipeWritesWholeFrames(t *testing.T) {
	var got bytes.Buffer
	p := newPipe(nopCloser{&got}, io.NopCloser(strings.NewReader("")))
	var wg sync.WaitGroup
	const writers, each = 16, 50
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := p.Send([]byte(fmt.Sprintf(`{"id":%d,"params":%q}`, w*each+i, strings.Repeat("y", 300)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[int]bool{}
	for frame := range strings.SplitSeq(strings.TrimSuffix(got.String(), "\x00"), "\x00") {
		var m struct{ ID int }
		if err := json.Unmarshal([]byte(frame), &m); err != nil {
			t.Fatalf("%v: %q", err, frame)
		}
		seen[m.ID] = true
	}
	if len(seen) != writers*each {
		t.Errorf("%d whole frames, want %d", len(seen), writers*each)
	}
}

// TestPipeFaultsEndEveryCall puts rod's client and the gate on top of a peer
// that does what no browser should. Each call ends, in time and with an error,
// and no goroutine stays behind: a bubble of synctest ends only when all of its
// goroutines have, and its clock runs when all of them wait.
func TestPipeFaultsEndEveryCall(t *testing.T) {
	answer := func(p *peer, s string) { _, _ = io.WriteString(p.out, s) }
	tests := []struct {
		name string
		act  func(p *peer) // after the request has arrived
		want string        // in the answer; empty: an error
		slow bool          // the error is the caller's own deadline
	}{
		{"answers", func(p *peer) { answer(p, "{\"id\":1,\"result\":{\"product\":\"x\"}}\x00") }, `"product"`, false},
		{"answers in pieces", func(p *peer) {
			answer(p, "{\"id\":1,\"res")
			answer(p, "ult\":{\"product\":\"x\"}}")
			answer(p, "\x00")
		}, `"product"`, false},
		{"answers somebody else first", func(p *peer) { answer(p, "{\"id\":77,\"result\":{}}\x00{\"id\":1,\"result\":{\"product\":\"x\"}}\x00") }, `"product"`, false},
		{"answers twice", func(p *peer) { answer(p, "{\"id\":1,\"result\":{\"product\":\"x\"}}\x00{\"id\":1,\"result\":{}}\x00") }, `"product"`, false},
		{"refuses", func(p *peer) { answer(p, "{\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no\"}}\x00") }, "", false},
		{"hangs up", func(p *peer) { p.hangUp() }, "", false},
		{"hangs up in a frame", func(p *peer) { answer(p, "{\"id\":1,\"resu"); p.hangUp() }, "", false},
		{"garbage", func(p *peer) { answer(p, "\x00") }, "", false},
		{"garbage in the answer", func(p *peer) { answer(p, "{\"id\":1,\"error\":[]}\x00") }, "", false},
		{"stops reading and answering", func(*peer) {}, "", true},
		{"wrong id", func(p *peer) { answer(p, "{\"id\":2,\"result\":{}}\x00") }, "", true},
		{"frame without end", func(p *peer) { answer(p, "{\"id\":1,") }, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := plugged()
				c := cdp.New().Start(ours)
				g := &gate{client: c}
				events := make(chan struct{})
				go func() {
					defer close(events)
					for range g.Event() {
					}
				}()
				var wg sync.WaitGroup
				wg.Go(func() {
					buf := make([]byte, 4096)
					if _, err := theirs.in.Read(buf); err == nil {
						tt.act(theirs)
					}
				})
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				begin := time.Now()
				raw, err := g.Call(ctx, "", "Browser.getVersion", struct{}{})
				took := time.Since(begin)
				switch {
				case tt.want != "" && (err != nil || !strings.Contains(string(raw), tt.want)):
					t.Errorf("answer %s, error %v", raw, err)
				case tt.want == "" && err == nil:
					t.Errorf("answer %s, want an error", raw)
				case tt.slow && !errors.Is(err, context.DeadlineExceeded), !tt.slow && took > 0:
					t.Errorf("error %v after %s", err, took)
				}
				wg.Wait()
				if err := ours.Close(); err != nil {
					t.Error(err)
				}
				theirs.hangUp()
				<-events
				if _, err := g.Call(ctx, "", "Browser.getVersion", struct{}{}); err == nil {
					t.Error("a call on a closed pipe has an answer")
				}
			})
		})
	}
}

// FuzzPipe: no message of the peer may bring rod's client down (it panics on
// what it cannot take apart), and whatever happens, the connection ends.
func FuzzPipe(f *testing.F) {
	for _, s := range []string{
		"{\"id\":1}\x00", "{\"method\":\"a\",\"params\":{}}\x00", "null\x00", "{\"ID\":\"x\"}\x00", "{\"id\":1,\"error\":{\"code\":1,\"message\":\"m\",\"data\":\"d\"}}\x00",
		"{\"id\":1,\"iD\":2,\"error\":null,\"Error\":{}}\x00", "{\"error\":{\"CODE\":1e3}}\x00", "\xff\xfe\x00", "{\"sessionid\":\"\\ud800\"}\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := cdp.New().Start(newPipe(nopCloser{io.Discard}, io.NopCloser(bytes.NewReader(data))))
		for range c.Event() {
		}
	})
}
