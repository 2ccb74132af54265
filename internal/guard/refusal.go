package guard

import (
	"fmt"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Reason says why something was refused. The set is closed.
type Reason int

// The reasons. The zero value is none of them.
const (
	NoAct      Reason = iota + 1 // the intent names no known act
	NoElement                    // nothing fits the target
	Ambiguous                    // more than one element fits the target
	Hidden                       // the element cannot be seen
	Disabled                     // the element is switched off
	Covered                      // something else lies at the point, or the point is nowhere
	OffList                      // the address is not one that the program may visit
	Submits                      // the element can submit a form
	NearSend                     // the element stands together with Send and is no plain link
	SendWord                     // a name of the element is a send word
	Disguised                    // a name is spelt so that it reads as something else
	Unnamed                      // the element has no name in letters, so it cannot be judged
	WrongKind                    // the act does not fit this kind of element
	BadText                      // the text holds characters that could do more than be text
	NoPermit                     // there is no permit
	Spent                        // the permit was used before
	Expired                      // the permit's time is over
	OtherThing                   // the permit was given for another act, element, point or text
	lastReason = OtherThing
)

var reasonNames = [...]string{
	NoAct:      "no act",
	NoElement:  "no element",
	Ambiguous:  "ambiguous",
	Hidden:     "hidden",
	Disabled:   "disabled",
	Covered:    "covered",
	OffList:    "host not on the list",
	Submits:    "submits a form",
	NearSend:   "next to send",
	SendWord:   "send word",
	Disguised:  "disguised name",
	Unnamed:    "no name",
	WrongKind:  "wrong kind of element",
	BadText:    "text not allowed",
	NoPermit:   "no permit",
	Spent:      "permit spent",
	Expired:    "permit expired",
	OtherThing: "permit for something else",
}

// String names the reason for logs and the record.
func (r Reason) String() string {
	if r < 1 || int(r) >= len(reasonNames) {
		return fmt.Sprintf("reason %d", int(r))
	}
	return reasonNames[r]
}

// Refusal is the error of this package. It holds nothing that the page or the
// person wrote, so it may go to logs as it is.
type Refusal struct {
	Reason Reason
	Target string // id of the target in the flow; empty where there is none
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Target == "" {
		return "refused: " + r.Reason.String()
	}
	return fmt.Sprintf("refused %q: %s", r.Target, r.Reason)
}

// What says to the person what was refused and why.
func (r *Refusal) What() hint.Text {
	switch r.Reason {
	case NoElement:
		return hint.Say("The element %q is not on the page.", r.Target)
	case Ambiguous:
		return hint.Say("More than one thing on the page could be %q, and nonmerci does not guess.", r.Target)
	case Hidden:
		return hint.Say("The element %q is on the page but cannot be seen.", r.Target)
	case Disabled:
		return hint.Say("The page has switched %q off for now.", r.Target)
	case Covered:
		return hint.Say("Something else lies over %q, so a click could hit the wrong thing.", r.Target)
	case OffList:
		return hint.Say("The address is not one of the Facebook and Instagram pages that nonmerci may visit.")
	case Submits, NearSend, SendWord:
		return hint.Say("Pressing %q could send the form, and only you may do that.", r.Target)
	case Disguised, Unnamed:
		return hint.Say("It is not clear what %q says, so nonmerci does not press it.", r.Target)
	case WrongKind:
		return hint.Say("The element %q is not of the kind that was expected.", r.Target)
	case BadText:
		return hint.Say("The text for %q holds characters that do not belong there, such as a line break in a one-line field.", r.Target)
	case NoAct, NoPermit, Spent, Expired, OtherThing:
		return hint.Say("The page changed while nonmerci was looking at it, so nothing was pressed or typed.")
	}
	return hint.Say("A safety rule of nonmerci does not allow this.")
}
