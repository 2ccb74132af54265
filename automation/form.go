package automation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// handedOverPlace stands in the walk's place after hand-over, when the walk is
// over for good.
const handedOverPlace = "handed-over"

// field is one field of the form and what belongs into it.
type field struct {
	step   selectors.Step
	target chrome.Target
	before chrome.Value // as the site had it
	want   string       // what must stand there; empty: what the site has stays
	byHand bool         // only the person can set it
}

// form is the form that the walk has reached.
type form struct {
	fields []field
	open   []hint.Text   // what the page insists on and nobody has given yet
	commit string        // id of the commit target
	send   chrome.Target // Send itself; only ever pointed at

	pictured []chrome.Value // what the fields held just before their pictures were taken
}

// fill locks the page and does what the form asks for, step by step: what one
// field brings up is looked for before the next.
func (r *run) fill(ctx context.Context) (*form, error) {
	f := &form{}
	r.form = r.walk.view.Address
	if err := r.browser.Lock(ctx, r.req.Email, r.req.Explanation); err != nil {
		return nil, err
	}
	r.event(record.EventForm, record.BasisPage, map[string]any{"address": r.form, "form": r.walk.view.FormID, "language": r.walk.view.Language})
	for _, s := range r.req.Flow.Places[r.walk.place].Do {
		if t := r.walk.view.Targets[s.On]; s.Verb == selectors.Point && t.Status == "ambiguous" {
			return nil, missing(s.On, t) // before anything is filled in
		}
	}
	for _, s := range r.req.Flow.Places[r.walk.place].Do {
		if err := r.stillThere(ctx, f); err != nil {
			return nil, err
		}
		want := r.value(s.With)
		t, err := r.find(ctx, s.On, s.Verb == selectors.Point || want != "" && s.With != selectors.Country)
		switch {
		case err != nil:
			return nil, err
		case s.Verb == selectors.Point:
			f.commit, f.send = s.On, t
			r.walk.use(s.On)
			err = r.steadily(ctx, f, func() error { return r.browser.Mark(ctx, f.send) })
		case s.Verb == selectors.Press && t.Found():
			f.open = append(f.open, targetWords(s.On)) // the tab takes no press any more
		case t.Found():
			f.fields = append(f.fields, field{step: s, target: t, want: want})
			r.walk.use(s.On)
			err = r.steadily(ctx, f, func() error { return r.fillField(ctx, &f.fields[len(f.fields)-1]) })
		}
		if err != nil {
			return nil, err
		}
	}
	if err := r.leftOpen(ctx, f); err != nil {
		return nil, err
	}
	if err := r.walk.alarm(); err != nil {
		return nil, err
	}
	return f, r.recErr
}

// fillField reads a field as the site has it, and fills it in.
func (r *run) fillField(ctx context.Context, f *field) error {
	values, err := r.browser.Values(ctx, f.target.Node)
	if err != nil {
		return err
	}
	if len(values) == 0 {
		return chrome.ErrLost
	}
	f.before = values[0]
	if f.step.With == selectors.Email {
		r.browser.Guard(f.before.Value)
	}
	return r.fillOne(ctx, f)
}

// leftOpen finds out what the page insists on and nobody has given.
func (r *run) leftOpen(ctx context.Context, f *form) error {
	for _, one := range f.fields {
		empty := one.want == "" && strings.TrimSpace(one.before.Value) == ""
		if one.byHand || empty && (one.step.With == selectors.Email || required(one.target)) {
			f.open = append(f.open, inWords(one.step.With))
			if r.req.NoWait {
				next := hint.Say("Run the command again with --%s, or without --no-wait and answer in the window.", flagOf(one.step.With))
				if one.byHand {
					next = hint.Say("Run the command again without --no-wait and with a window, and do this step yourself.")
				}
				return &stop{outcome: NeedsUser, what: hint.Say("The form asks for %s, which only you can answer. Nothing was sent.", f.open[0]), next: next}
			}
		}
	}
	names, err := r.browser.Blanks(ctx, nodes(f)...)
	if err != nil {
		return err
	}
	for _, name := range names {
		f.open = append(f.open, hint.Say("“%s”", name))
	}
	if len(names) > 0 && r.req.NoWait {
		return &stop{outcome: NeedsUser, what: hint.Say("The form asks for %s, which only you can answer. Nothing was sent.", f.open[len(f.open)-1]),
			next: hint.Say("Run the command again without --no-wait and with a window, and do this step yourself.")}
	}
	return nil
}

func (r *run) value(v selectors.Value) string {
	switch v {
	case selectors.Email:
		return r.req.Email
	case selectors.Explanation:
		return r.req.Explanation
	case selectors.Country:
		return r.req.Country
	}
	return ""
}

func missing(target string, t chrome.Target) *stop {
	s := &stop{outcome: NotFound, next: byHandNext()}
	if t.Status == "ambiguous" {
		s.what = hint.Say("On the form, more than one thing could be %s, and nonmerci does not guess. Nothing was sent.", targetWords(target))
	} else {
		s.what = hint.Say("On the form, %s was not found. Nothing was sent.", targetWords(target))
	}
	return s
}

// fillOne puts one value in, where the person gave one and the page does not
// hold it yet. What is left open is the person's.
func (r *run) fillOne(ctx context.Context, f *field) error {
	now := strings.TrimSpace(f.before.Value)
	if f.step.With == selectors.Email {
		r.email.Prefilled = now != ""
	}
	switch {
	case f.step.Verb == selectors.Choose && f.target.Tag != "select":
		f.byHand = !isCountry(now, r.walk.view.Language, r.req.Language) // such a list opens by a press only
		return nil
	case f.want == "" || now == f.want:
		return nil
	}
	r.event(record.EventAction, record.BasisProgram, map[string]any{"verb": string(f.step.Verb), "on": f.step.On})
	var err error
	switch f.step.Verb {
	case selectors.Choose:
		err = r.browser.Choose(ctx, f.step.On, f.target, countryNames(f.want, r.walk.view.Language, r.req.Language))
	case selectors.Fill:
		err = r.browser.Fill(ctx, f.step.On, f.target, f.want)
	}
	if err == nil || errors.Is(err, chrome.ErrLost) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if refused := r.walk.weigh(ctx, f.step, err); refused != nil {
		return refused
	}
	return missing(f.step.On, f.target)
}

// required tells whether the page itself insists on an answer.
func required(t chrome.Target) bool {
	_, has := t.Attributes["required"]
	return has || t.Attributes["aria-required"] == "true"
}

// inWords says a value as people call it.
func inWords(v selectors.Value) hint.Text {
	switch v {
	case selectors.Email:
		return hint.Say("your e-mail address")
	case selectors.Country:
		return hint.Say("your country")
	}
	return hint.Say("an explanation")
}

func flagOf(v selectors.Value) string {
	if v == selectors.Explanation {
		return "explain"
	}
	return string(v)
}

func nodes(f *form) []int64 {
	var out []int64
	for _, one := range f.fields {
		out = append(out, one.target.Node)
	}
	return out
}

// readBack reads every field as it stands in the page, compares it with what
// was wanted, and files the values.
func (r *run) readBack(ctx context.Context, f *form) error {
	values, err := r.browser.Values(ctx, nodes(f)...)
	if err != nil {
		return err
	}
	for i, one := range f.fields {
		got := values[i]
		took := normal(got.Value) == normal(one.want)
		if one.step.Verb == selectors.Choose {
			names := countryNames(one.want, r.walk.view.Language, r.req.Language)
			took = one.byHand || slices.Contains(names, got.Value) || slices.Contains(names, got.Shown)
		}
		if one.want != "" && !took {
			return &stop{outcome: NotFound, what: hint.Say("The page did not take the text for %q as it was given. Nothing was sent.", one.step.On), next: byHandNext()}
		}
	}
	r.keepValues(f, values)
	if len(f.pictured) > 0 && !slices.Equal(f.pictured, values) {
		r.event(record.EventNote, record.BasisPage, map[string]any{"what": "the form changed after its pictures were taken"})
	}
	return r.recErr
}

// keepValues files the form's values as they stand in the page.
func (r *run) keepValues(f *form, values []chrome.Value) {
	var kept []record.Field
	for i, one := range f.fields {
		got := values[i]
		shown := got.Value
		if got.Shown != "" {
			shown = got.Shown
		}
		if one.step.With == selectors.Email {
			r.email.Changed = got.Value != one.before.Value
			r.email.Masked = mask(got.Value)
		}
		kept = append(kept, record.Field{
			Label: got.Name, Target: one.step.On, Value: shown,
			Prefilled: one.before.Value != "", Changed: got.Value != one.before.Value,
		})
	}
	r.journal(func() error { return r.rec.Values(kept) })
}

// normal makes line ends comparable: a page may keep them in its own way.
func normal(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// handOver gives the form to the person, in one order: picture, seal, read back,
// point at Send, release the person's input, watch. The pictures come first,
// because a sealed program cannot scroll.
func (r *run) handOver(ctx context.Context, f *form) error {
	if err := r.wholeForm(ctx, f); err != nil {
		return err
	}
	if err := r.stillThere(ctx, f); err != nil {
		return err
	}
	r.browser.Seal()
	if err := r.steadily(ctx, f, func() error { return r.readBack(ctx, f) }); err != nil {
		return err
	}
	if err := r.walk.alarm(); err != nil {
		return err
	}
	r.event(record.EventPrepared, record.BasisPage, map[string]any{"email_prefilled": r.email.Prefilled, "email_changed": r.email.Changed})
	if r.recErr != nil {
		return r.recErr
	}
	pointing, cancel := context.WithTimeout(ctx, glanceWait)
	if err := r.browser.Point(pointing, f.send); err != nil {
		r.req.Log("point at send", map[string]any{"error": err.Error()})
	}
	cancel()
	if r.req.NoWait {
		return &stop{outcome: Ready, what: hint.Say("The form is filled in and ready. nonmerci stopped before Send: nothing was sent."),
			next: hint.Say("Run the command without --no-wait to review the form and press Send yourself.")}
	}
	var w *chrome.Watch
	err := r.steadily(ctx, f, func() (err error) {
		w, err = r.browser.HandOver(ctx, r.walk.plan, f.commit, f.send, nodes(f)...)
		return err
	})
	if errors.Is(err, chrome.ErrNotReleased) {
		return r.notReleased(w, err)
	}
	if err != nil {
		return err
	}
	r.walk.place = handedOverPlace
	outlet := r.browser.Outlet(hostOf(r.form))
	r.event(record.EventHandedOver, record.BasisProgram, map[string]any{"outlet": outlet, "attached": r.req.Browser.Attach != nil})
	if r.recErr != nil {
		return r.recErr
	}
	r.locksLeft(outlet)
	if r.req.Browser.Headless {
		r.req.Tell(hint.Say("The form is ready. There is no window, so nobody can press Send here."))
	} else {
		r.req.Tell(hint.Say("The form is ready. Please review it in the browser window."))
	}
	for _, what := range f.open {
		r.req.Tell(hint.Say("Still empty, please fill it in yourself: %s.", what))
	}
	if r.email.Masked != "" {
		r.req.Tell(hint.Say("E-mail address in the form: %s", r.email.Masked))
	}
	r.req.Tell(hint.Say("If everything is right, press Send yourself (it is marked). nonmerci cannot press it. Waiting for up to %s.", spoken(r.req.Wait)))
	return r.watch(ctx, w, f)
}

// notReleased is a hand-over that stuck half-way. The person may have pressed
// Send before everything was shut again.
func (r *run) notReleased(w *chrome.Watch, err error) error {
	switch e := w.Evidence(); {
	case e.Going || len(e.Sent) > 0:
		r.walk.place = handedOverPlace
		r.event(record.EventHandedOver, record.BasisProgram, nil)
		(&watcher{r: r, w: w, form: &form{}}).note(r.ctx)
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, chrome.ErrGone):
		return err
	}
	return &stop{outcome: Failed, what: hint.Say("The browser did not give you the mouse and the keyboard back. Nothing was sent."),
		next: hint.Say("Run the command again. If it happens again, try `nonmerci doctor`."), cause: err}
}

// spoken says a duration without the zeros of time.Duration.String.
func spoken(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
