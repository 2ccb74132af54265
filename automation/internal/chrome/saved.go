package chrome

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Saved is a page from a file, to be looked at and nothing else.
type Saved struct {
	Address string // where it is shown; on an allowed host
	HTML    []byte

	report bool          // it is the program's own report, shown to be printed
	loaded chan struct{} // closed when it is there as a whole
	there  bool          // the tab has gone to it; this and whole are the dispatcher's alone
	whole  bool          // loaded is closed
}

// savedHeaders let nothing in the page run or load: what the eyes see is what
// was saved.
var savedHeaders = map[string]string{
	"Content-Type":            "text/html; charset=utf-8",
	"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
}

// ReadSaved shows a saved page in a throw-away browser without network and tells
// what the plan's eyes see on it. Nothing in the page runs, and the program can
// neither press nor fill: the gate is sealed before the page is looked at.
func ReadSaved(ctx context.Context, o Options, plan *Plan, page Saved) (View, error) {
	b, err := startSaved(ctx, o, &page)
	if err != nil {
		return View{}, err
	}
	defer b.Close()
	if err := b.Open(ctx, page.Address); err != nil {
		return View{}, err
	}
	b.Seal()
	s, err := b.current(ctx)
	if err != nil {
		return View{}, err
	}
	// A page that is none of the plan's is worth a look as well: no waiting for
	// something to be recognised.
	v, err := s.see(ctx, plan, Until{Patience: time.Second}, 0)
	if err != nil {
		return View{}, fmt.Errorf("look at the saved page: %w", err)
	}
	return v, nil
}

// startSaved starts a throw-away browser without network that shows one page.
func startSaved(ctx context.Context, o Options, page *Saved) (*Browser, error) {
	o.Headless, o.Fleeting = true, true
	o.Args = append([]string{"host-resolver-rules=MAP * ~NOTFOUND"}, o.Args...)
	o.saved = page
	return Start(ctx, o)
}

// show answers the one request for the saved page with it, and stops the rest.
func (b *Browser) show(e *proto.FetchRequestPaused) {
	c := b.on(b.ctx, "")
	if e.ResourceType != proto.NetworkResourceTypeDocument || e.Request.URL != b.saved.Address {
		b.send(func() {
			_ = proto.FetchFailRequest{RequestID: e.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(c)
		})
		return
	}
	answer := proto.FetchFulfillRequest{RequestID: e.RequestID, ResponseCode: http.StatusOK, Body: b.saved.HTML}
	for _, name := range slices.Sorted(maps.Keys(savedHeaders)) {
		answer.ResponseHeaders = append(answer.ResponseHeaders, &proto.FetchHeaderEntry{Name: name, Value: savedHeaders[name]})
	}
	b.send(func() { _ = answer.Call(c) })
}
