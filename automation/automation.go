// Package automation walks a person's own browser to the form in which they
// object to the use of their data for training Meta's AI, fills it, and stops
// before Send.
//
// The model: a [Request] and a flow make a plan; the walk recognises the place
// that the page is in, does the one thing that this place asks for, and waits
// for the next; at the form it fills, reads back and hands over; from then on
// it can only watch. Every step is appended to the record as it happens.
//
// Invariants:
//
//   - There is no code path that presses Send, types a key or answers a dialog.
//   - No match, or two: the walk stops or tries the next way. It never guesses.
//   - An outcome never claims more than was seen: the zero value is no outcome,
//     and [Sent] needs the person's action, the request, the server's answer and
//     a page that no longer asks.
//   - Private values stand in the record alone; a [Result] holds them masked.
package automation

import (
	"context"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// Request is what one run shall do.
type Request struct {
	Flow        *selectors.Flow
	Email       string          // the address that the form must hold; empty: what the site filled in stays
	Explanation string          // empty: none
	Account     string          // the account that must be signed in, without regard to case and a leading @; empty: any
	Country     string          // ISO 3166-1 alpha-2 code, where a form asks; empty: none
	Route       string          // the way to try first: settings, policy or direct
	NoWait      bool            // end as soon as the form is ready or a person is needed
	Wait        time.Duration   // how long to wait for the person
	Rehearsal   bool            // the stand-in site is on the other end
	Records     string          // folder in which the record's folder is made
	Language    string          // of what people read: "en" or "fr"
	Here        selectors.Check // when the flow last led, on this computer, to a form that the person sent; zero: never
	Program     string          // name and version of the program, for the record
	Browser     Browser

	// Linger, where it is not nil, is called after a submission with the window
	// still open, and returns when the person is done with it.
	Linger func(context.Context)
	// Consent, where it is not nil, puts a question to the person and returns true
	// when they say yes before ctx ends; false when they say no.
	Consent func(ctx context.Context, question hint.Text) bool
	// Mending, where it is not nil, lets the person show what was not found.
	Mending *Mending
	// Tell is given every sentence for the person, as it happens.
	Tell func(hint.Text)
	// Log is given what helps to find a fault. No private values.
	Log func(message string, fields map[string]any)
}

// Browser says which browser to start, and how; or which running one to use.
type Browser struct {
	Attach *Attach // use a browser that already runs; nil: start one, as follows

	Path     string   // the binary
	Profile  string   // the user data dir
	Headless bool     // no window
	Args     []string // further switches, NAME or NAME=VALUE, without dashes
	Sandbox  bool     // keep Chromium's sandbox on; off only for rehearsals and tests as root
	Fleeting bool     // the profile is thrown away afterwards: it gets no mark, and no keyring is asked

	// Lookup is the environment, where the browser may find its proxies; nil: empty.
	Lookup func(string) (string, bool)
}

// Outcome is how a run ended. The zero value is none.
type Outcome int

// The outcomes, with the meaning that the command line promises.
const (
	Ready           Outcome = iota + 1 // filled, read back, shown; nothing was sent
	Sent                               // seen leaving, taken by the server, and the page no longer asks
	AlreadyObjected                    // the site says that an objection stands
	NeedsUser                          // something that only the person can do
	NotFound                           // a place or an element was not found, or more than one fits
	NotAvailable                       // the site does not offer the form here
	Refused                            // going on would have broken a safety rule
	Failed                             // browser, network or disk
	NotSent                            // handed over; nothing was sent
	SentUnconfirmed                    // it left, but nothing confirms it
	Unknown                            // handed over; the browser died in between
	Interrupted                        // the person stopped the program
)

var outcomeNames = map[Outcome]string{
	Ready: "ready", Sent: "sent", AlreadyObjected: "already_objected", NeedsUser: "needs_user", NotFound: "not_found",
	NotAvailable: "not_available", Refused: "refused", Failed: "failed", NotSent: "not_sent", SentUnconfirmed: "sent_unconfirmed",
	Unknown: "unknown", Interrupted: "interrupted",
}

// String is the outcome as it stands in a record and in --json.
func (o Outcome) String() string { return outcomeNames[o] }

// Result is what a run came to.
type Result struct {
	Outcome   Outcome
	Service   string
	Rehearsal bool
	Route     []string // the places that were walked, in order
	Used      []string // the targets that were pressed, filled in or pointed at
	Form      string   // the form's address, without query and fragment; empty: not reached
	Language  string   // of the page that was reached last, as the page says
	Email     Email
	Account   string // who was signed in as the pages say, masked such as "m…"; empty: not known
	Record    string // the record's folder; empty: none could be made
	Took      time.Duration
	Message   hint.Text // what happened, in one sentence
	Next      hint.Text // what to do next; may be empty
}

// Email tells about the form's e-mail address, masked.
type Email struct {
	Prefilled bool   // the site had filled it in
	Changed   bool   // the program put another one in
	Masked    string // such as "m…@b.example"
}

// stop ends a run with an outcome.
type stop struct {
	outcome Outcome
	what    hint.Text
	next    hint.Text
	cause   error
}

func (s *stop) Error() string {
	if s.cause != nil {
		return s.outcome.String() + ": " + s.cause.Error()
	}
	return s.outcome.String()
}

func (s *stop) Unwrap() error { return s.cause }

// Object runs one objection up to the person's own Send, and tells how it
// ended. Its error is a fault of the program; everything that can happen in the
// world is an [Outcome].
func Object(ctx context.Context, req Request) (Result, error) {
	r := &run{req: req, started: time.Now()}
	r.defaults()
	return r.object(ctx)
}

func (r *run) defaults() {
	if r.req.Tell == nil {
		r.req.Tell = func(hint.Text) {}
	}
	if r.req.Log == nil {
		r.req.Log = func(string, map[string]any) {}
	}
}
