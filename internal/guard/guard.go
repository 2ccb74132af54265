// Package guard is the judge: it compares what the program intends with what is
// really there on the page, and answers with a single-use permit or a refusal
// that says why. It is pure: no browser, no files, no clock of its own.
//
// Invariants:
//
//   - Default deny. The zero value of every type here allows nothing.
//   - The host allow-list and the send words are compiled in. Callers can add
//     send words; nobody can remove one or add a host.
//   - Nothing that can submit a form is ever permitted.
package guard

import (
	"sync/atomic"
	"time"
)

// Act is what the program intends to do to an element.
type Act int

// The acts. The zero value is none of them.
const (
	Press  Act = iota + 1 // one mouse click
	Fill                  // replace the text of a field
	Choose                // set a radio button, checkbox or list
)

// Intent is what the program wants to do.
type Intent struct {
	Act       Act
	Target    string   // id of the target in the flow, for the refusal
	Text      string   // what Fill puts in
	SendWords []string // words that the flow adds to the compiled-in list
}

// Point is a place in the viewport, in CSS pixels.
type Point struct{ X, Y float64 }

// Facts is what was read from the live element just now. A fact that could not
// be read is left at its zero value, which never helps.
type Facts struct {
	Node      int64    // the engine's number for the element; 0: none
	Point     Point    // where it would be pressed
	Matches   int      // how many elements fit the target
	Address   string   // address of the document that holds the element
	Tag       string   // lower case
	Type      string   // the type property, lower case
	Role      string   // computed role
	Names     []string // accessible name, text, value, title, alt: whatever it could be read as
	Href      string   // resolved address of a link, or empty
	InForm    bool     // belongs to a form (by ancestry or form attribute)
	NearSend  bool     // that form, or the nearest dialog, holds the commit target
	Near      []string // names of the submit controls in that form or dialog
	Submits   bool     // is a submit control in the eyes of the browser
	OnTop     bool     // a press at Point reaches it and nothing else
	Visible   bool
	Enabled   bool
	Multiline bool
}

// lifetime is how long a permit may wait for its act. It covers one round trip
// to the browser and a slow machine, not a page that changes meanwhile.
const lifetime = 2 * time.Second

// Permit allows one act on one node at one point until a deadline, once. Copies
// share the one use; the zero value and nil allow nothing.
type Permit struct {
	act    Act
	target string
	node   int64
	point  Point
	text   string
	from   time.Time
	until  time.Time
	spent  *atomic.Bool
}

// Spend uses the permit up. It returns nil to exactly one caller, and only for
// the act, element, point and text that were judged, before the deadline. A
// wrong attempt uses it up as well. The error is a *[Refusal].
func (p *Permit) Spend(act Act, node int64, point Point, text string, now time.Time) error {
	if p == nil || p.spent == nil {
		return &Refusal{Reason: NoPermit}
	}
	refuse := func(r Reason) error { return &Refusal{Reason: r, Target: p.target} }
	switch {
	case !p.spent.CompareAndSwap(false, true):
		return refuse(Spent)
	case now.Before(p.from) || !now.Before(p.until):
		return refuse(Expired)
	case act != p.act || node != p.node || point != p.point || text != p.text:
		return refuse(OtherThing)
	}
	return nil
}
