package chrome

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// dispatch takes every event of the browser, in order. It makes no call itself
// that waits: an answer that is slow must not hold up the network lock.
func (b *Browser) dispatch(events <-chan *rod.Message) {
	defer b.wg.Done()
	defer b.cancel()
	for m := range events {
		b.take(m)
	}
}

func (b *Browser) take(m *rod.Message) {
	switch m.Method {
	case proto.FetchRequestPaused{}.ProtoEvent():
		var e proto.FetchRequestPaused
		switch loaded := m.Load(&e); {
		case !loaded:
		case b.gate.saved:
			b.show(&e)
		default:
			b.answer(m.SessionID, &e)
		}
	case proto.TargetAttachedToTarget{}.ProtoEvent():
		var e proto.TargetAttachedToTarget
		if m.Load(&e) {
			b.attached(m.SessionID, &e)
		}
	case proto.TargetTargetCreated{}.ProtoEvent():
		var e proto.TargetTargetCreated
		if b.guest != nil && m.Load(&e) {
			b.meet(e.TargetInfo)
		}
	case proto.TargetTargetInfoChanged{}.ProtoEvent():
		var e proto.TargetTargetInfoChanged
		if b.guest != nil && m.Load(&e) {
			b.meet(e.TargetInfo)
		}
	case proto.TargetTargetDestroyed{}.ProtoEvent():
		var e proto.TargetTargetDestroyed
		if b.guest != nil && m.Load(&e) {
			b.guest.forget(e.TargetID)
		}
	case proto.TargetDetachedFromTarget{}.ProtoEvent():
		var e proto.TargetDetachedFromTarget
		if m.Load(&e) {
			b.detached(e.SessionID)
		}
	case proto.RuntimeBindingCalled{}.ProtoEvent():
		var e proto.RuntimeBindingCalled
		if m.Load(&e) && e.Name == bindingName {
			var said struct {
				What   string   `json:"what"`
				Values []*Value `json:"values"`
			}
			if json.Unmarshal([]byte(e.Payload), &said) == nil {
				b.net.person(said.What, said.Values, time.Now())
			}
		}
	case proto.PageJavascriptDialogOpening{}.ProtoEvent():
		var e proto.PageJavascriptDialogOpening
		if s := b.session(m.SessionID); s != nil && m.Load(&e) {
			b.dialog(s, string(e.Type))
		}
	case proto.InspectorTargetCrashed{}.ProtoEvent():
		b.note("crash", "")
	default:
		if s := b.session(m.SessionID); s != nil {
			s.take(m)
		}
	}
}

// take keeps what a session knows about its main document up to date.
func (s *session) take(m *rod.Message) {
	switch m.Method {
	case proto.PageFrameNavigated{}.ProtoEvent():
		var e proto.PageFrameNavigated
		if m.Load(&e) && e.Frame.ParentID == "" {
			s.mu.Lock()
			s.world = 0
			s.mu.Unlock()
			s.b.saved.Load().follow(e.Frame.URL, false)
		}
	case proto.PageLoadEventFired{}.ProtoEvent():
		s.b.saved.Load().follow("", true)
	case proto.OverlayInspectNodeRequested{}.ProtoEvent():
		var e proto.OverlayInspectNodeRequested
		if m.Load(&e) {
			s.takeShown(e.BackendNodeID)
		}
	case proto.OverlayInspectModeCanceled{}.ProtoEvent():
		s.takeShown(0)
	case proto.NetworkResponseReceived{}.ProtoEvent():
		var e proto.NetworkResponseReceived
		if !m.Load(&e) {
			return
		}
		s.b.net.answered(string(e.RequestID), e.Response.Status)
	case proto.NetworkRequestWillBeSent{}.ProtoEvent():
		var e proto.NetworkRequestWillBeSent
		if m.Load(&e) && e.RedirectResponse != nil {
			s.b.net.answered(string(e.RequestID), e.RedirectResponse.Status)
		}
	case proto.NetworkLoadingFailed{}.ProtoEvent():
		var e proto.NetworkLoadingFailed
		if m.Load(&e) {
			s.b.net.failed(string(e.RequestID))
			s.b.net.over(string(e.RequestID))
		}
	case proto.NetworkLoadingFinished{}.ProtoEvent():
		var e proto.NetworkLoadingFinished
		if m.Load(&e) {
			s.b.net.over(string(e.RequestID))
		}
	}
}

func (b *Browser) session(id proto.TargetSessionID) *session {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sessions[id]
}

// attached puts the locks onto a new tab, frame or worker, and lets it run.
func (b *Browser) attached(parent proto.TargetSessionID, e *proto.TargetAttachedToTarget) {
	s := &session{b: b, id: e.SessionID, target: e.TargetInfo.TargetID, kind: string(e.TargetInfo.Type), parent: parent,
		ready: make(chan struct{}), closed: make(chan struct{}), leave: make(chan struct{}, 1), shown: make(chan proto.DOMBackendNodeID, 1)}
	b.guest.enter(s.id)
	b.mu.Lock()
	b.sessions[s.id] = s
	if s.kind == "page" {
		b.tabs, b.deserted = append(b.tabs, s), false
		select {
		case b.opened <- struct{}{}:
		default:
		}
	}
	b.mu.Unlock()
	b.wg.Add(1)
	go func() {
		defer b.wg.Done()
		defer close(s.ready)
		s.prepare()
	}()
}

// prepare sends everything at once and waits for the last answer only: a tab
// that a page opens answers nothing before it may run. It is best effort call by
// call, because a worker has no Page domain, and a target may be gone by now.
// The network lock does not depend on it.
func (s *session) prepare() {
	post := s.on(posted())
	if s.b.guest != nil { // else the browser's own end asks about everything
		_ = post.askAll()
	}
	_ = proto.NetworkEnable{}.Call(post)
	if !s.b.off.has(lockBrakes) {
		_ = post.closeSockets()
	}
	_ = autoAttach(post)
	if s.kind == "page" || s.kind == "iframe" {
		_ = proto.PageEnable{}.Call(post)
	}
	if (s.kind == "page" || s.kind == "iframe") && !s.b.gate.report { // a report is printed, not looked at
		_, _ = proto.PageAddScriptToEvaluateOnNewDocument{Source: engine, WorldName: worldName, RunImmediately: true}.Call(post)
	}
	ctx, cancel := context.WithTimeout(s.b.ctx, 10*time.Second)
	defer cancel()
	_ = proto.RuntimeRunIfWaitingForDebugger{}.Call(s.on(ctx))
}

// posted is a context that is over: rod's client writes a call before it looks
// at the context, so the call is sent and nobody waits for its answer.
func posted() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func (b *Browser) detached(id proto.TargetSessionID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.sessions[id]; s != nil {
		close(s.closed)
		delete(b.sessions, id)
	}
	before := len(b.tabs)
	b.tabs = slices.DeleteFunc(b.tabs, func(s *session) bool { return s.id == id })
	if b.guest != nil && before > 0 && len(b.tabs) == 0 {
		b.deserted = true
	}
}

// dialog dismisses a message box of the page before hand-over, because the page
// stands still while it is open. Afterwards, and while it is their turn, it is the
// person's.
func (b *Browser) dialog(s *session, kind string) {
	b.note("dialog", kind)
	s.mu.Lock()
	if kind == string(proto.PageDialogTypeBeforeunload) {
		s.held = true
		select {
		case s.leave <- struct{}{}:
		default:
		}
	}
	s.mu.Unlock()
	if b.gate.sealed.Load() || b.gate.eyes.Load() || b.gate.theirs.Load() {
		return
	}
	b.wg.Add(1)
	go func() {
		defer b.wg.Done()
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		_ = proto.PageHandleJavaScriptDialog{Accept: false}.Call(s.on(ctx))
	}()
}

func (b *Browser) note(what, detail string) {
	select {
	case b.notes <- Note{what, detail}:
	default: // nobody reads; a note is worth less than the walk
	}
}
