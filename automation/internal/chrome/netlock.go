package chrome

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/automation/internal/proxy"
	"github.com/nonmerci/nonmerci/internal/guard"
)

// Time limits of the network lock.
const (
	// lateWord is how long a request waits for the news that the person acted:
	// page and network speak over two sessions, and the page's word came up to
	// 11 ms after the request in measurements.
	lateWord = 150 * time.Millisecond
	// sendSpan is how long after the person's action on Send a request may be
	// its consequence.
	sendSpan = 5 * time.Second
	// touchSpan is the same for any other click or key of the person's.
	touchSpan = 2 * time.Second
	// answerSpan is how long a site may take to answer what the person set free,
	// until the way to the network is shut behind it.
	answerSpan = time.Minute
)

// stage is how much the network lock lets pass.
type stage int

const (
	walking  stage = iota + 1 // the page may load what it needs; nothing is submitted
	locked                    // nothing passes
	watching                  // what the person causes passes
	shut                      // nothing passes, for good
)

// netlock is lock 5, the brakes of the network: it decides about every request
// of the browser before it leaves. A forbidden request is aborted at once. With
// the same knowledge it steers lock 6, the outlet, through which goes what no
// request gate sees.
type netlock struct {
	off    locks
	outlet *proxy.Proxy // nil: the browser has its own way

	mu       sync.Mutex
	stage    stage
	shutNow  bool                 // the outlet is shut
	pending  map[string]time.Time // what was let go and is not answered, by network id
	byHand   bool                 // the walk waits at a gate: the person may submit a sign-in
	values   []string
	changed  chan struct{} // closed and replaced when the person acts
	sendAt   time.Time     // the person's last action on Send
	touchAt  time.Time     // the person's last click or key of any kind
	acted    bool          // the person acted on Send at least once
	atSend   []*Value      // the form's fields as they stood at that moment
	followUp bool          // a request of theirs left; what follows belongs to it
	attempts []Attempt
	leave    *leave               // what the person has allowed by word
	left     map[string]departure // what left by that word, by network id
	alarm    chan struct{}        // a tab was about to leave the hosts, or a page to submit
	beside   bool                 // since Send, something with the person's values left that need not be the form's
	sent     []*Sent
}

// Attempt is a request that the lock stopped.
type Attempt struct {
	Time       time.Time
	Method     string
	Address    string // host and path
	Kind       string // document, fetch, ping, …
	Submission bool   // it would have been a submission, or carried the person's values
	Touched    bool   // it followed a click or key of the person's
	OffHost    bool   // it would have taken the tab to a host that is not allowed
	Stage      string
}

// Sent is a request that left after the person's action on Send.
type Sent struct {
	Time    time.Time
	Method  string
	Address string // host and path
	Kind    string
	Leave   bool // the person allowed it by word; it need not be the form
	Plain   bool // it carried nothing of the form that could be recognised
	Status  int  // HTTP status of the answer; 0: none yet
	Failed  bool // no answer came
	id      string
	left    bool // the browser has said that it let it go
}

func newNetlock(off locks, outlet *proxy.Proxy) *netlock {
	return &netlock{off: off, outlet: outlet, stage: walking, pending: map[string]time.Time{}, left: map[string]departure{},
		changed: make(chan struct{}), alarm: make(chan struct{}, 1)}
}

func (n *netlock) to(s stage) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stage != shut {
		n.stage = s
	}
	n.steer(time.Now())
	close(n.changed) // what waits is judged anew
	n.changed = make(chan struct{})
}

func (n *netlock) shut() { n.to(shut) }

// verdict is the lock's answer about one request.
type verdict int

const (
	abort verdict = iota
	pass
	wait // for the person's word, at most lateWord
)

// judge decides about a request. main: it would take a whole tab elsewhere.
func (n *netlock) judge(r guard.Request, id string, main bool, now time.Time) verdict {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off.has(lockBrakes) {
		return pass
	}
	kind := guard.Leaves(r, n.values)
	_, hostErr := guard.Host(r.URL)
	switch n.stage {
	case walking:
		switch {
		case submits(r.URL):
			return abort
		case n.byHand:
			return pass
		case main && hostErr != nil, main && kind == guard.Submission, n.carries(r):
			return abort
		}
		return pass
	case watching:
		switch {
		case now.Sub(n.sendAt) < sendSpan, n.followUp:
			return pass
		case kind == guard.Traffic && !main && now.Sub(n.touchAt) < touchSpan:
			return pass
		case n.mayLeave(r, id, now):
			return pass
		}
		return wait
	}
	return abort
}

// carries tells whether a request holds one of the person's values, whatever
// else it may be.
func (n *netlock) carries(r guard.Request) bool {
	r.Kind = "fetch"
	return guard.Leaves(r, n.values) == guard.Submission
}

// passed keeps what left because of the person's action on Send.
func (n *netlock) passed(r guard.Request, id string, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stage == watching && id != "" {
		n.pending[id] = now
		n.steerAfter(answerSpan)
	}
	plain := guard.Leaves(r, n.values) == guard.Traffic
	_, byWord := n.left[id]
	switch {
	case n.stage == watching && byWord:
		n.sent = append(n.sent, &Sent{Time: now, Method: r.Method, Address: hostPath(r.URL), Kind: r.Kind, Leave: true, id: id})
		return
	case n.stage != watching || !n.acted:
		return
	case plain && (n.followUp || r.Method == "GET" || r.Kind == "ping"):
		return
	case now.Sub(n.sendAt) >= sendSpan && !n.followUp:
		return
	}
	n.followUp = n.followUp || !plain
	n.sent = append(n.sent, &Sent{Time: now, Method: r.Method, Address: hostPath(r.URL), Kind: r.Kind, Plain: plain, id: id})
}

// aside keeps in mind that something was let go of which nobody knows whether it
// was the form's.
func (n *netlock) aside(r guard.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.beside = n.beside || n.stage == watching && n.acted && n.carries(r)
}

func (n *netlock) stopped(r guard.Request, main bool, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, err := guard.Host(r.URL)
	a := Attempt{
		Time: now, Method: r.Method, Address: hostPath(r.URL), Kind: r.Kind,
		Submission: guard.Leaves(r, n.values) == guard.Submission,
		Touched:    n.stage == watching && now.Sub(n.touchAt) < touchSpan,
		OffHost:    main && err != nil,
		Stage:      map[stage]string{walking: "walk", locked: "locked", watching: "watch", shut: "closing"}[n.stage],
	}
	n.attempts = append(n.attempts, a)
	if a.OffHost || a.Submission {
		select {
		case n.alarm <- struct{}{}:
		default:
		}
	}
}

// went takes the browser's word about a request that it was told to let go. One
// that it did not know any more never left.
func (n *netlock) went(id string, left bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, s := range n.sent {
		switch {
		case s.id != id || s.left:
		case left:
			s.left = true
			return
		default:
			n.sent = append(n.sent[:i:i], n.sent[i+1:]...)
			delete(n.pending, id)
			return
		}
	}
}

// answered and failed complete what is known of a request that left.
func (n *netlock) answered(id string, status int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.sent {
		if s.id == id && id != "" {
			s.Status, s.left = status, true
		}
	}
}

func (n *netlock) failed(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.sent {
		if s.id == id && id != "" && s.Status == 0 {
			s.Failed = true
		}
	}
}

// paused is a request that waits for the lock's answer.
type paused struct {
	*proto.FetchRequestPaused
	by   proto.TargetSessionID // whom to answer
	r    guard.Request
	main bool // it would take a whole tab elsewhere

	aside bool // it says nothing about the form; see [Browser.foreign]
}

// answer lets a paused request go or stops it.
func (b *Browser) answer(by proto.TargetSessionID, e *proto.FetchRequestPaused) {
	p := paused{FetchRequestPaused: e, by: by, r: b.requestOf(e), main: e.ResourceType == proto.NetworkResourceTypeDocument && b.isTab(string(e.FrameID))}
	if b.foreign(&p) {
		b.goOn(p, func(bool) {})
		return
	}
	id := string(e.NetworkID)
	v := b.net.judge(p.r, id, p.main, time.Now())
	if v != wait {
		b.settle(p, v)
		return
	}
	b.wg.Add(1)
	go func() {
		defer b.wg.Done()
		b.settle(p, b.net.await(p.r, id, p.main))
	}()
}

// await gives the person's word a moment to arrive.
func (n *netlock) await(r guard.Request, id string, main bool) verdict {
	timer := time.NewTimer(lateWord)
	defer timer.Stop()
	for {
		n.mu.Lock()
		changed := n.changed
		n.mu.Unlock()
		if v := n.judge(r, id, main, time.Now()); v != wait {
			return v
		}
		select {
		case <-changed:
		case <-timer.C:
			return abort
		}
	}
}

func (b *Browser) settle(p paused, v verdict) {
	id := string(p.NetworkID)
	switch {
	case v == pass && p.aside:
		b.net.aside(p.r)
		if p.by != "" {
			b.guest.clears(p.FetchRequestPaused)
		}
		b.goOn(p, func(bool) {})
	case v == pass:
		b.net.passed(p.r, id, time.Now())
		if p.by != "" {
			b.guest.clears(p.FetchRequestPaused)
		}
		b.goOn(p, func(left bool) { b.net.went(id, left) })
	case !p.aside:
		b.net.stopped(p.r, p.main, time.Now())
		fallthrough
	default:
		b.send(func() {
			_ = proto.FetchFailRequest{RequestID: p.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(b.on(b.ctx, p.by))
		})
	}
}

// goOn lets a request go, and tells whether the browser still knew of it.
func (b *Browser) goOn(p paused, went func(left bool)) {
	b.send(func() {
		err := proto.FetchContinueRequest{RequestID: p.RequestID}.Call(b.on(b.ctx, p.by))
		var refused *cdp.Error
		if err == nil || errors.As(err, &refused) {
			went(err == nil)
		}
	})
}

// send makes a call whose answer nobody waits for.
func (b *Browser) send(call func()) {
	b.wg.Add(1)
	go func() {
		defer b.wg.Done()
		call()
	}()
}

// closeSockets closes, for a session, the way on which the network lock sees
// nothing.
func (c caller) closeSockets() error {
	_, err := c.Call(c.ctx, string(c.id), methodSockets, socketsClosed{true, json.RawMessage(socketsJSON)})
	return err
}

// isTab tells whether a frame is the main frame of a tab; its id is then the
// target's.
func (b *Browser) isTab(frame string) bool {
	if ours, _ := b.guest.whose(proto.PageFrameID(frame)); ours {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.tabs {
		if string(s.target) == frame {
			return true
		}
	}
	// A frame that no session owns yet is a tab that is just opening.
	for _, s := range b.sessions {
		if string(s.target) == frame {
			return false
		}
	}
	return false
}

func (b *Browser) requestOf(e *proto.FetchRequestPaused) guard.Request {
	r := guard.Request{
		Method: e.Request.Method, URL: e.Request.URL, Kind: strings.ToLower(string(e.ResourceType)),
		HasBody: e.Request.HasPostData, Main: e.ResourceType == proto.NetworkResourceTypeDocument,
	}
	if e.Request.PostData != "" {
		r.Body = []byte(e.Request.PostData)
	}
	if r.Body == nil {
		for _, part := range e.Request.PostDataEntries {
			r.Body = append(r.Body, part.Bytes...)
		}
	}
	return r
}

// submits tells whether an address alone makes a request a submission.
func submits(address string) bool {
	return guard.Leaves(guard.Request{Method: "GET", URL: address}, nil) == guard.Submission
}

func hostPath(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "?"
	}
	return u.Host + u.EscapedPath()
}
