package chrome

import (
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/guard"
)

// What the person sets free after hand-over: by an action on Send, by any other
// click or key, and by their word in the terminal.

// person takes the engine's word about a trusted event.
func (n *netlock) person(what string, fields []*Value, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stage != watching {
		return
	}
	n.touchAt = now
	if what == "send" || (what == "press" && !n.sendAt.IsZero()) { // a code may be asked for after Send
		n.sendAt, n.acted = now, true
		if what == "send" {
			n.atSend = fields
		}
	}
	n.steer(now)
	n.steerAfter(touchSpan)
	n.steerAfter(sendSpan)
	close(n.changed)
	n.changed = make(chan struct{})
}

// rearm ends what the person's last action on Send set free.
func (n *netlock) rearm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sendAt, n.followUp = time.Time{}, false
	n.steer(time.Now())
}

// leave is the person's word that one request may go which the lock has stopped:
// the next of its kind, after a click or key of theirs.
type leave struct {
	request string
	until   time.Time
}

// departure is when and where to something left by the person's word.
type departure struct {
	host string
	at   time.Time
}

// leaveSpan is how long the person may take to do again what was stopped.
const leaveSpan = 5 * time.Minute

func requestKey(method, address, kind string) string { return method + " " + address + " " + kind }

// allow takes the person's word.
func (n *netlock) allow(a Attempt) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leave = &leave{requestKey(a.Method, a.Address, a.Kind), time.Now().Add(leaveSpan)}
}

// mayLeave tells whether the person's word covers a request, or one that it was
// led on to; the word is spent with the first.
func (n *netlock) mayLeave(r guard.Request, id string, now time.Time) bool {
	host, _, _ := strings.Cut(hostPath(r.URL), "/")
	if l, ok := n.left[id]; ok && id != "" && l.host == host && now.Sub(l.at) < answerSpan {
		return true
	}
	l := n.leave
	if l == nil || id == "" || now.After(l.until) || now.Sub(n.touchAt) >= touchSpan || l.request != requestKey(r.Method, hostPath(r.URL), r.Kind) {
		return false
	}
	n.leave, n.left[id] = nil, departure{host, now}
	return true
}

// steer opens and shuts the outlet: after hand-over it is open for what the
// person set free, and until that is answered.
func (n *netlock) steer(now time.Time) {
	open := n.stage == walking
	if n.stage == watching {
		open = n.followUp || now.Sub(n.sendAt) < sendSpan || now.Sub(n.touchAt) < touchSpan
		for _, since := range n.pending {
			open = open || now.Sub(since) < answerSpan
		}
	}
	if n.outlet == nil || open == !n.shutNow {
		return
	}
	if n.shutNow = !open; open {
		n.outlet.Open()
	} else {
		n.outlet.Shut()
	}
}

// steerAfter looks again when a span is over.
func (n *netlock) steerAfter(span time.Duration) {
	time.AfterFunc(span+time.Millisecond, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.steer(time.Now())
	})
}

// over forgets a request whose answer has come whole, or never will.
func (n *netlock) over(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.pending, id)
	n.steer(time.Now())
}
