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

// Reader shows pages from files, one after the other, in a throw-away browser
// without network. Nothing in them runs, and the program can neither press nor
// fill: before the first page its gate lets nothing pass but eyes.
type Reader struct{ b *Browser }

// NewReader starts the browser.
func NewReader(ctx context.Context, o Options) (*Reader, error) {
	b, err := startSaved(ctx, o, &Saved{})
	if err != nil {
		return nil, err
	}
	b.EyesOnly()
	return &Reader{b}, nil
}

// Close ends the browser.
func (r *Reader) Close() error { return r.b.Close() }

// Read shows a page and tells what the plan's eyes see on it.
func (r *Reader) Read(ctx context.Context, plan *Plan, page Saved) (View, error) {
	page.loaded = make(chan struct{})
	r.b.saved.Store(&page)
	if err := r.b.openSaved(ctx, &page); err != nil {
		return View{}, err
	}
	s, err := r.b.current(ctx)
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

// Outline reads what of the page that was read last may be given to others.
func (r *Reader) Outline(ctx context.Context, plan *Plan, d Discretion) (Outline, error) {
	return r.b.Outline(ctx, plan, d)
}

// openSaved goes to a page from a file and waits until it is there as a whole.
func (b *Browser) openSaved(ctx context.Context, page *Saved) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	if err := b.Open(ctx, page.Address); err != nil {
		return err
	}
	select {
	case <-page.loaded:
		return nil
	case <-b.ctx.Done():
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
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
	c, page := b.on(b.ctx, ""), b.saved.Load()
	if e.ResourceType != proto.NetworkResourceTypeDocument || e.Request.URL != page.Address {
		b.send(func() {
			_ = proto.FetchFailRequest{RequestID: e.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(c)
		})
		return
	}
	answer := proto.FetchFulfillRequest{RequestID: e.RequestID, ResponseCode: http.StatusOK, Body: page.HTML}
	for _, name := range slices.Sorted(maps.Keys(savedHeaders)) {
		answer.ResponseHeaders = append(answer.ResponseHeaders, &proto.FetchHeaderEntry{Name: name, Value: savedHeaders[name]})
	}
	b.send(func() { _ = answer.Call(c) })
}
