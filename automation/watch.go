package automation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// restWait is how long a page may take, after the server's answer, to show what
// it makes of it.
const restWait = 2 * time.Second

// glanceWait is how long the page may take for any one thing that the watch asks
// of it, beside a look.
const glanceWait = 5 * time.Second

// watcher follows what the person does with the form. It can only look.
type watcher struct {
	r        *run
	w        *chrome.Watch
	form     *form
	view     chrome.View
	followed string          // the document whose Send is followed
	noted    int             // requests of the person's that are in the journal
	stops    int             // stopped requests that are in the journal
	settled  int             // requests whose answer is dealt with: the page asked again
	answered time.Time       // since when there is an answer that is not dealt with
	seen     chrome.Evidence // what the journal knows of; what comes meanwhile waits for the next look
	coded    bool            // the person was told of the code
	again    bool            // the page asked again after the last submission
	wanted   chrome.Attempt  // what the person is being asked about
	asking   bool            // the person is being asked whether that may go
	consent  chan struct{}   // closed when they say yes
}

// watch waits for the person's own Send and for what comes back.
func (r *run) watch(ctx context.Context, w *chrome.Watch, f *form) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // and with it, a question that is still open
	o := &watcher{r: r, w: w, form: f, view: r.walk.view, followed: r.walk.view.Document, consent: make(chan struct{})}
	end := time.Now().Add(r.req.Wait)
	for time.Now().Before(end) {
		if err := ctx.Err(); err != nil {
			return o.interrupted(ctx, err)
		}
		v, err := w.Look(ctx, chrome.Until{Not: o.view.Signature, Within: min(700*time.Millisecond, time.Until(end)), Patience: time.Second})
		o.note(ctx)
		switch {
		case errors.Is(err, chrome.ErrClosed):
			return o.over(ctx, true)
		case errors.Is(err, chrome.ErrGone):
			return err
		case ctx.Err() != nil:
			return o.interrupted(ctx, ctx.Err())
		case err == nil && v.Document != "":
			o.see(ctx, v)
		}
		if done := o.judge(ctx); done != nil {
			return done
		}
		_ = o.glance(ctx, w.Point)
	}
	return o.over(ctx, false)
}

// see takes a new view. A form in a new document is watched anew.
func (o *watcher) see(ctx context.Context, v chrome.View) {
	fresh := v.Document != o.view.Document
	if len(v.Places) == 0 && !fresh {
		return // the page is between two states
	}
	o.view = v
	if send := v.Targets[o.form.commit]; v.Document != o.followed && send.Found() {
		if err := o.glance(ctx, func(ctx context.Context) error { return o.w.Follow(ctx, send) }); err != nil {
			o.r.req.Log("follow send", map[string]any{"error": err.Error()})
		} else {
			o.followed = v.Document
		}
	}
}

// glance asks one thing of the page, which may be stuck.
func (o *watcher) glance(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, glanceWait)
	defer cancel()
	return ask(ctx)
}

// note writes what the network lock saw since last time.
func (o *watcher) note(ctx context.Context) {
	select {
	case <-o.consent:
		a := o.wanted
		o.asking, o.consent = false, make(chan struct{})
		o.w.Allow(a)
		o.r.event(record.EventAsked, record.BasisPerson, map[string]any{"what": "a stopped request may go", "method": a.Method, "address": a.Address, "kind": a.Kind})
		o.r.req.Tell(hint.Say("Good. Now do the same thing again in the window."))
	default:
	}
	o.seen = o.w.Evidence()
	e := o.seen
	o.r.going = e.Going
	for _, a := range e.Attempts[min(o.stops, len(e.Attempts)):] {
		o.stops++
		if a.Stage == "watch" && a.Submission {
			o.stopped(ctx, a)
		}
	}
	for _, s := range e.Sent[min(o.noted, len(e.Sent)):] {
		o.noted++
		if s.Leave {
			o.r.allowed = true
			o.r.event(record.EventNote, record.BasisNetwork, map[string]any{"what": "let go because the person said so", "method": s.Method, "address": s.Address, "kind": s.Kind})
			o.r.req.Tell(hint.Say("nonmerci let it go."))
		}
		if s.Plain || s.Leave {
			continue
		}
		o.r.left, o.again, o.answered = true, false, time.Time{} // it needs an answer of its own
		o.keepSent(e.Values)
		o.r.event(record.EventSubmitSeen, record.BasisNetwork, map[string]any{"method": s.Method, "address": s.Address, "kind": s.Kind})
		o.r.req.Tell(hint.Say("You pressed Send. The form is on its way; waiting for the answer."))
	}
}

// stopped tells the person what a lock has stopped. What followed a click or key
// of theirs may have been meant: they can let it go.
func (o *watcher) stopped(ctx context.Context, a chrome.Attempt) {
	o.r.event(record.EventBlocked, record.BasisNetwork, map[string]any{"method": a.Method, "address": a.Address, "kind": a.Kind, "touched": a.Touched})
	if !a.Touched {
		o.r.req.Tell(hint.Say("The page tried to send something without your click on Send. nonmerci stopped it."))
		return
	}
	o.r.req.Tell(hint.Say("You pressed something other than Send, and the page wanted to send what you typed to %s. nonmerci stopped it.", hostOf(a.Address)))
	if o.r.req.Consent == nil || o.asking {
		return
	}
	o.asking, o.wanted = true, a // and nothing that is stopped before they answer
	yes := o.consent
	go func() {
		if o.r.req.Consent(ctx, hint.Say("If you want that, type yes here and press Enter; nonmerci then lets it go once, when you do the same thing again. If not, ignore this.")) {
			close(yes)
		}
	}()
}

// keepSent files what the form held when the person sent it: they may have
// changed it after the review.
func (o *watcher) keepSent(values []*chrome.Value) {
	read := make([]chrome.Value, 0, len(values))
	for _, v := range values {
		if v == nil {
			break
		}
		read = append(read, *v)
	}
	if len(read) != len(o.form.fields) {
		o.r.event(record.EventNote, record.BasisPage, map[string]any{"what": "the fields could not be read at the moment of sending"})
		return
	}
	o.r.keepValues(o.form, read)
}

// judge tells how it stands: nil as long as it is open.
func (o *watcher) judge(ctx context.Context) error {
	ok, status, answered := o.answer()
	if !answered {
		return nil
	}
	if o.answered.IsZero() {
		o.answered = time.Now()
		o.r.event(record.EventAnswerSeen, record.BasisNetwork, map[string]any{"status": status})
		return nil // give the page one look to change
	}
	asks, waited := o.asks(), time.Since(o.answered)
	switch {
	case ok && o.is(selectors.Thanks), ok && !asks && !o.view.Covered && !o.elsewhere() && waited > restWait:
		o.r.event(record.EventConfirmationSeen, record.BasisPage, map[string]any{"places": o.view.Places, "address": o.view.Address})
		o.picture(ctx, "after")
		return &stop{outcome: Sent, what: hint.Say("You sent the objection. It was seen leaving, the site took it, and the page no longer asks for it."),
			next: hint.Say("Meta answers by e-mail. Keep that mail; look into the spam folder too.")}
	case o.kind(selectors.Gate) && !o.coded:
		o.coded = true
		o.r.event(record.EventAsked, record.BasisPage, map[string]any{"places": o.view.Places})
		o.r.req.Tell(hint.Say("The site wants something more from you, such as a code that it has mailed. Please answer it in the window."))
	case asks && !o.kind(selectors.Gate) && waited > restWait:
		o.askedAgain(ctx)
	}
	return nil
}

// answer sums up what the server said to what is not dealt with yet. It is none
// before there is one to the last submission.
func (o *watcher) answer() (ok bool, status int, answered bool) {
	ok = true
	for i, s := range o.seen.Sent {
		if i < o.settled || s.Plain || s.Leave {
			continue
		}
		if answered = s.Status != 0 || s.Failed; !answered {
			continue
		}
		good := s.Status >= 200 && s.Status < 400
		if ok = ok && good; !good || status == 0 {
			status = s.Status
		}
	}
	return ok && answered, status, answered
}

// elsewhere tells whether the page is one that may well say no: another document
// in a language in which thanks would have been understood, or one that still
// offers to send something.
func (o *watcher) elsewhere() bool {
	return o.view.Document != o.r.walk.view.Document && selectors.Listed(o.view.Language) || slices.ContainsFunc(o.view.Buttons, guard.Sends)
}

// askedAgain deals with a page that shows the form or an error after the
// answer: the next submission needs another action of the person.
func (o *watcher) askedAgain(ctx context.Context) {
	o.settled, o.answered = len(o.seen.Sent), time.Time{}
	o.again = true
	o.w.Rearm()
	o.r.event(record.EventStillAsking, record.BasisPage, map[string]any{"places": o.view.Places})
	o.picture(ctx, "still-asking")
	if o.thanked() {
		o.r.req.Tell(hint.Say("The page seems to thank you, but it still shows the form. If it asks for nothing more, you may close the window."))
		return
	}
	o.r.req.Tell(hint.Say("The page still asks for the form. If it shows what is missing, correct it and press Send again."))
}

// thanked tells whether words of thanks are on the page that were not there when
// the form was handed over. Beside a form they are no proof.
func (o *watcher) thanked() bool {
	for _, p := range o.r.req.Flow.Places {
		if p.Means != selectors.Thanks {
			continue
		}
		for _, rule := range p.When {
			for _, target := range rule.See {
				if o.view.Sees(target) && !o.r.walk.view.Sees(target) {
					return true
				}
			}
		}
	}
	return false
}

// asks tells whether the page still asks for the form, a code or a sign-in.
func (o *watcher) asks() bool {
	return o.view.Asking || o.view.Sees(o.form.commit) || o.kind(selectors.FormKind) || o.kind(selectors.Gate) || o.is(selectors.Trouble)
}

func (o *watcher) kind(k selectors.Kind) bool {
	return slices.ContainsFunc(o.view.Places, func(p string) bool { return o.r.req.Flow.Places[p].Kind == k })
}

func (o *watcher) is(m selectors.Meaning) bool {
	return slices.ContainsFunc(o.view.Places, func(p string) bool { return o.r.req.Flow.Places[p].Means == m })
}

// picture shows what the site made of it, as far as it is in view.
func (o *watcher) picture(ctx context.Context, name string) {
	place := ""
	for _, kind := range []selectors.Kind{selectors.End, selectors.FormKind, selectors.PageKind} {
		i := slices.IndexFunc(o.view.Places, func(p string) bool { return o.r.req.Flow.Places[p].Kind == kind })
		if i >= 0 {
			place = o.view.Places[i]
			break
		}
	}
	want, ok := sightOf(o.r.req.Flow, place, o.view)
	if !ok || o.kind(selectors.Gate) {
		return
	}
	want.Blind = false // it is the person's own form, or the answer to it
	want.Says = o.r.says()
	_ = o.glance(ctx, func(ctx context.Context) error {
		shots, err := o.w.Pictures(ctx, want)
		o.r.file(name, o.view.Address, shots, err)
		return err
	})
}

// interrupted is the end by Ctrl-C.
func (o *watcher) interrupted(ctx context.Context, err error) error {
	o.last(ctx)
	return err
}

// last makes sure that nothing leaves any more, where nothing has, before it is
// said that nothing did.
func (o *watcher) last(ctx context.Context) {
	if o.note(ctx); !o.r.left && !o.r.allowed {
		o.w.Shut()
		o.note(ctx)
	}
}

// over is the end of the wait, or a window that the person closed.
func (o *watcher) over(ctx context.Context, closed bool) error {
	o.last(ctx)
	switch {
	case o.r.going && !o.r.left:
		return &stop{outcome: Unknown, what: hint.Say("You pressed Send, but the browser did not say whether the form left. nonmerci cannot tell whether it was sent."),
			next: mailNext()}
	case o.again && o.thanked():
		return &stop{outcome: SentUnconfirmed, what: hint.Say("You pressed Send, and the page seems to thank you, but it still shows the form."),
			next: mailNext()}
	case o.again:
		return &stop{outcome: SentUnconfirmed, what: hint.Say("You pressed Send, but afterwards the page still asked for the form. The objection was probably not accepted."),
			next: hint.Say("Run the command again, and correct what the page says is missing.")}
	case o.r.left:
		return &stop{outcome: SentUnconfirmed, what: hint.Say("The form left the browser, but nothing on the page confirms that it was accepted."),
			next: mailNext()}
	case o.r.allowed:
		return &stop{outcome: Unknown, what: hint.Say("With your permission the page sent something. Whether that was the objection is not known; Send was not seen to be pressed."),
			next: mailNext()}
	case o.seen.Acted && o.seen.Beside:
		return &stop{outcome: Unknown, what: hint.Say("You pressed Send, and something with your e-mail address left the browser by another tab or a worker of the site. Whether that was the form is not known."),
			next: mailNext()}
	case o.seen.Acted:
		return &stop{outcome: NotSent, what: hint.Say("You pressed Send, but no submission was seen leaving the browser. The page may have found something missing."),
			next: hint.Say("Run the command again, and correct what the page says is missing.")}
	case closed:
		return &stop{outcome: NotSent, what: hint.Say("You closed the window before Send was pressed. Nothing was sent."),
			next: hint.Say("Run the command again when you are ready to send.")}
	}
	return &stop{outcome: NotSent, what: hint.Say("The time to wait is over, and Send was not pressed. Nothing was sent."),
		next: hint.Say("Run the command again when you are ready to send; --wait gives you more time.")}
}

// mailNext is the next step where nobody knows whether Meta took the form.
func mailNext() hint.Text {
	return hint.Say("Look for a mail from Meta. If none comes within two days, run the command again.")
}
