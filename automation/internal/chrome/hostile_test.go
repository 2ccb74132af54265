package chrome

import (
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

var thorough = flag.Bool("thorough", false, "what measures or takes minutes: every hostile page in both markups, and how much gets out where something can")

// hostile are the rehearsal's pages that try to send by themselves, in both
// ways in which its forms are built.
var hostile = []rehearsal.HostileKind{
	rehearsal.SendOnInput, rehearsal.SendOnBlur, rehearsal.SendOnTimer, rehearsal.SendOnLoad, rehearsal.SubmitOnFocus,
	rehearsal.BeaconOnInput, rehearsal.FetchOnInput, rehearsal.ImageOnInput, rehearsal.NewTabOnInput,
	rehearsal.WebSocketOnInput, rehearsal.OpenSocketOnInput, rehearsal.SlidingSend,
}

// TestHostilePages fills each of them with the brakes alone, waits, and ends the
// browser: in order, or by cutting its pipe as the end of this program would.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	for i, kind := range hostile {
		for j, markup := range []string{"plain", "script"} {
			// Not with a timer: see TestEnds for what it gets out.
			cut := (i/2+j)%2 == 1 && kind != rehearsal.SendOnTimer
			if !*thorough && (j > 0 || kind != rehearsal.OpenSocketOnInput && kind != rehearsal.SlidingSend) {
				continue // TestNeverSend has the other ways every day
			}
			if markup == "script" && (kind == rehearsal.SendOnLoad || kind == rehearsal.SendOnTimer) {
				// It fetches before anybody can know that this is the form, without any
				// value of the person's that the program has brought: not stopped.
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/cut=%v", kind, markup, cut), func(t *testing.T) {
				t.Parallel()
				s := standing(t, fmt.Sprintf("hostile=%s&markup=%s", kind, markup), allLocks&^lockBrakes).at(formAddress).lock()
				before := s.site.Submissions() // a page may fetch before the form is recognised
				s.fill(kind == rehearsal.NewTabOnInput || kind == rehearsal.SendOnLoad)
				if kind == rehearsal.SlidingSend {
					s.pressEmail()
				}
				still := 150 * time.Millisecond
				if kind == rehearsal.SendOnTimer {
					still = 500 * time.Millisecond
				}
				quiet(t, still, func() bool { return s.site.Submissions() > before })
				if n := s.site.Submissions() - before; n != 0 {
					t.Errorf("%d submissions while locked: %v", n, s.site.ByChannel())
				}
				s.end(cut)
				if n := s.site.Submissions() - before; n != 0 {
					t.Errorf("%d submissions at the end: %v", n, s.site.ByChannel())
				}
			})
		}
	}
}

// end closes the browser, or cuts its pipe as the end of this program does.
func (s *stand) end(cut bool) {
	s.t.Helper()
	if cut {
		s.b.proc.pipe.Close()
		until(s.t, 20*time.Second, "the browser ends when its pipe does", func() bool { return !alive(s.b.proc.cmd.Process.Pid) })
	}
	if err := s.b.Close(); err != nil {
		s.t.Error(err)
	}
}

// TestHostilePagesWithoutBrakes is their control: each really sends.
func TestHostilePagesWithoutBrakes(t *testing.T) {
	if !*thorough {
		t.Skip("a control, and takes long: run with -thorough")
	}
	t.Parallel()
	browserPath(t)
	sites, board := map[rehearsal.HostileKind]*rehearsal.Site{}, newSwitchboard(t)
	for _, kind := range hostile {
		site, err := rehearsal.Serve(t.Context(), rehearsal.Variant{Hostile: kind})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { site.Close() })
		sites[kind] = site
		board.add(site)
	}
	h, err := newHand()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, append(board.args(), h.arg())...)
	o.off = allLocks
	s := &stand{t: t, b: started(t, o), hand: h, plan: NewPlan(flows(t, "instagram"))}
	for _, kind := range hostile {
		s.site = sites[kind]
		board.to(s.site)
		if kind == rehearsal.SendOnLoad || kind == rehearsal.SendOnTimer {
			_ = s.b.Open(t.Context(), formAddress)
		} else {
			s.at(formAddress)
			s.focus("email")
			_ = s.calls("Input.insertText", proto.InputInsertText{Text: email})
			s.hand.on(t).try(`document.querySelector('input[type=email]')?.blur()`)
		}
		if kind == rehearsal.SlidingSend {
			s.pressEmail()
		}
		if !until(t, 20*time.Second, "", func() bool { return s.site.Submissions() > 0 }) {
			t.Errorf("%s sends nothing, so its test proves nothing", kind)
		}
	}
}

// pressEmail clicks into the e-mail field by the mouse, past everything but the
// brakes.
func (s *stand) pressEmail() {
	s.t.Helper()
	f := s.facts("email")
	for _, k := range []proto.InputDispatchMouseEventType{"mouseMoved", "mousePressed", "mouseReleased"} {
		_ = s.calls("Input.dispatchMouseEvent", proto.InputDispatchMouseEvent{Type: k, X: f.X, Y: f.Y, Button: proto.InputMouseButtonLeft, ClickCount: 1})
	}
}

// switchboard leads one browser to one of several rehearsal sites.
type switchboard struct {
	l    net.Listener
	keys []string

	mu    sync.Mutex
	now   string // address of the site
	conns []net.Conn
}

func newSwitchboard(t *testing.T) *switchboard {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b := &switchboard{l: l}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			out, err := net.Dial("tcp", b.now)
			if err != nil {
				in.Close()
				b.mu.Unlock()
				continue
			}
			b.conns = append(b.conns, in, out)
			b.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); out.Close() }()
			go func() { _, _ = io.Copy(in, out); in.Close() }()
		}
	}()
	return b
}

// add makes the browser take a site's key.
func (b *switchboard) add(s *rehearsal.Site) {
	_, key, _ := strings.Cut(s.BrowserArgs()[1], "=")
	b.keys = append(b.keys, key)
}

func (b *switchboard) args() []string {
	return []string{"host-resolver-rules=MAP * " + b.l.Addr().String(), "ignore-certificate-errors-spki-list=" + strings.Join(b.keys, ",")}
}

// to connects with another site and cuts what leads to the one before.
func (b *switchboard) to(s *rehearsal.Site) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = strings.TrimPrefix(s.BrowserArgs()[0], "host-resolver-rules=MAP * ")
	for _, c := range b.conns {
		c.Close()
	}
	b.conns = nil
}
