package automation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// driver is what moves the browser, for the record.
const driver = "go-rod/rod v0.116.2"

// run is one objection from start to end.
type run struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	req     Request
	started time.Time
	rec     *record.Record
	recErr  error // the first fault of the record; it ends the run
	browser *chrome.Browser
	walk    *walker
	email   Email
	form    string
	left    bool // a submission was seen leaving
	allowed bool // something left because the person said so
	going   bool // one was let go, and the browser has not said whether it left
	blind   bool // a picture was not answered in time: the next gets a second
}

// object does the work: record, browser, walk, form, hand-over, watch; and turns
// whatever ended it into a result.
func (r *run) object(ctx context.Context) (Result, error) {
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	checked := r.req.Flow.LastCheck()
	rec, err := record.Create(r.req.Records, record.Meta{
		Service: r.req.Flow.Service, Rehearsal: r.req.Rehearsal, Tool: r.req.Program, Driver: driver,
		Flow: r.req.Flow.Source, Revision: r.req.Flow.Revision, Checked: checked.Date, CheckedIn: checked.Language, Language: r.req.Language,
		Here: cmp.Or(r.req.Here.Date, "never"), HereIn: r.req.Here.Language,
	})
	if err != nil {
		return r.result(&stop{outcome: Failed, cause: err}), nil
	}
	r.rec = rec
	end := r.ending(r.steps(r.ctx))
	r.lastPicture(ctx, end)
	if r.browser != nil {
		r.partWith(ctx, end)
	}
	if err := rec.Close(end.outcome.String(), end.what.In(r.req.Language)); err != nil {
		r.req.Log("close the record", map[string]any{"error": err.Error()})
		if end.outcome == Ready {
			end = r.unwritten(err)
		} else {
			r.req.Tell(hint.Say("The record could not be finished. What is in it is true, but it is not complete."))
		}
	}
	return r.result(end), nil
}

// steps are the run from the browser's start to its end. The error is a *stop,
// or a fault.
func (r *run) steps(ctx context.Context) error {
	if err := r.startBrowser(ctx); err != nil {
		return err
	}
	r.walk = &walker{req: &r.req, page: r.browser, window: r.browser, browser: called(r.browser.Version()), plan: chrome.NewPlan(r.req.Flow), keep: r.keep}
	if err := r.walk.walk(ctx); err != nil {
		return err
	}
	if err := r.rightAccount(ctx); err != nil {
		return err
	}
	f, err := r.fill(ctx)
	if err != nil {
		return err
	}
	return r.handOver(ctx, f)
}

// ending turns whatever ended the run into a stop.
func (r *run) ending(err error) *stop {
	var s *stop
	handedOver := r.walk != nil && r.walk.place == handedOverPlace
	switch {
	case r.recErr != nil && !handedOver:
		return r.unwritten(r.recErr)
	case errors.As(err, &s):
		return s
	case errors.Is(err, context.Canceled) && r.left:
		return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci while it waited for the answer. The form had left the browser before; whether Meta took it was not seen."),
			next: mailNext(), cause: err}
	case errors.Is(err, context.Canceled) && r.going:
		return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci in the moment in which the form left. nonmerci cannot tell whether it was sent."),
			next: mailNext(), cause: err}
	case errors.Is(err, context.Canceled) && r.allowed:
		return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci. With your permission the page had sent something; whether that was the objection is not known."),
			next: mailNext(), cause: err}
	case errors.Is(err, context.Canceled):
		return &stop{outcome: Interrupted, what: hint.Say("You stopped nonmerci. It sent nothing, and the record says how far it got."), cause: err}
	case !handedOver && (errors.Is(err, chrome.ErrClosed) || errors.Is(err, context.DeadlineExceeded) && r.browser != nil && r.browser.Empty()):
		return &stop{outcome: Failed, what: hint.Say("The tab of nonmerci was closed before the form was ready. Nothing was sent."),
			next: hint.Say("Run the command again and leave its tab open."), cause: err}
	case errors.Is(err, chrome.ErrGone) && handedOver:
		return &stop{outcome: Unknown, what: hint.Say("The browser ended after the form was handed over. nonmerci cannot tell whether the form was sent."),
			next: mailNext(), cause: err}
	case handedOver:
		return &stop{outcome: Unknown, what: hint.Say("Something went wrong after the form was handed over. nonmerci cannot tell whether the form was sent."),
			next: mailNext(), cause: err}
	case errors.Is(err, chrome.ErrGone):
		return &stop{outcome: Failed, what: hint.Say("The browser ended before the form was ready. Nothing was sent."),
			next: hint.Say("Run the command again. If it happens again, try `nonmerci doctor`."), cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &stop{outcome: Failed, what: hint.Say("The page stopped answering. Nothing was sent."),
			next: hint.Say("Run the command again. If it happens again, try `nonmerci doctor`."), cause: err}
	case errors.Is(err, chrome.ErrLost):
		return &stop{outcome: NotFound, what: hint.Say("The page changed while nonmerci was working on it. Nothing was sent."), next: byHandNext(), cause: err}
	}
	return &stop{outcome: Failed, what: hint.Say("Something went wrong between nonmerci and the browser. Nothing was sent."),
		next: hint.Say("Run the command again with -v to see more."), cause: err}
}

func (r *run) unwritten(err error) *stop {
	return &stop{outcome: Failed, what: hint.Say("The record could not be written, so nonmerci stopped. Nothing was sent."),
		next: hint.Say("Check that the disk is not full and that the records folder may be written to."), cause: err}
}

func (r *run) result(s *stop) Result {
	out := Result{
		Outcome: s.outcome, Service: r.req.Flow.Service, Rehearsal: r.req.Rehearsal, Form: r.form, Email: r.email,
		Took: time.Since(r.started), Message: s.what, Next: s.next,
	}
	if p, ok := hint.Of(s.cause); ok && s.what.Format == "" {
		out.Message, out.Next = p.What, p.Next
	}
	if r.req.Rehearsal && slices.Contains([]Outcome{Ready, Sent, SentUnconfirmed, AlreadyObjected}, s.outcome) {
		out.Next = hint.Say("This was a rehearsal: nothing reached Meta, and no mail will come.")
	}
	if r.rec != nil {
		out.Record = r.rec.Dir()
	}
	if r.walk != nil {
		out.Route, out.Used, out.Language, out.Account = r.walk.trail, r.walk.used, r.walk.view.Language, maskName(r.walk.who.name)
	}
	if s.cause != nil {
		r.req.Log("ended", map[string]any{"outcome": s.outcome.String(), "cause": s.cause.Error()})
	}
	return out
}

// journal writes to the record, and remembers the first fault.
func (r *run) journal(write func() error) {
	if r.rec == nil || r.recErr != nil {
		return
	}
	if err := write(); err != nil {
		r.recErr = fmt.Errorf("write the record: %w", err)
		if r.walk == nil || r.walk.place != handedOverPlace {
			r.cancel(r.recErr) // no objection without a record; but a form that is handed over is the person's
		}
	}
}

func (r *run) event(e record.Event, basis record.Basis, fields map[string]any) {
	r.journal(func() error { return r.rec.Event(e, basis, fields) })
}

// keep writes what happens on the walk into journal and log, with a picture of
// the places of which there may be one.
func (r *run) keep(h happening) {
	fields := map[string]any{}
	for name, v := range map[string]string{"place": h.place, "verb": h.verb, "on": h.on, "detail": h.detail} {
		if v != "" {
			fields[name] = v
		}
	}
	r.req.Log(h.kind, fields)
	if h.view != nil {
		r.req.Log("look", map[string]any{"ms": int(h.view.Cost), "waited_ms": int(h.view.Waited)})
	}
	switch h.kind {
	case "place":
		if r.req.Flow.Places[h.place].Kind == selectors.FormKind {
			r.browser.Arm()
		}
		fields["address"], fields["language"] = h.view.Address, h.view.Language
		r.event(record.EventPlace, record.BasisPage, fields)
		r.req.Tell(hint.Say("· %s", record.PlaceWords(h.place)))
		want, ok := sightOf(r.req.Flow, h.place, *h.view)
		r.picture(r.ctx, h.place, want, ok)
	case "action":
		r.event(record.EventAction, record.BasisProgram, fields)
	case "gate":
		r.event(record.EventGate, record.BasisPage, fields)
	case "blocked":
		r.event(record.EventBlocked, record.BasisNetwork, fields)
	default:
		if h.kind == "lost" {
			r.req.Tell(hint.Say("· this way does not lead on; nonmerci tries the next"))
		}
		fields["what"] = h.kind
		r.event(record.EventNote, record.BasisPage, fields)
	}
}

// mask hides an address but for its first letter and its host.
func mask(email string) string {
	at := strings.LastIndex(email, "@") // the part before may hold one, in quotes
	if at < 1 {
		return ""
	}
	first := []rune(email[:at])[0]
	return string(first) + "…" + email[at:]
}
