package record

import (
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Event is the kind of a journal line. The set is closed.
type Event string

// The events. EventStarted, EventPicture and EventEnded are written by the
// record itself and refused by [Record.Event].
const (
	EventStarted          Event = "started"
	EventBrowser          Event = "browser"           // the browser in use, its version and switches
	EventPlace            Event = "place"             // a place was recognised
	EventPicture          Event = "picture"           // a picture was filed
	EventAction           Event = "action"            // the program did one thing to the page
	EventGate             Event = "gate"              // only the person can pass
	EventAsked            Event = "asked"             // the person was asked something
	EventBlocked          Event = "blocked"           // a lock stopped something
	EventForm             Event = "form"              // the form was recognised; its field "address" is the page of the objection
	EventField            Event = "field"             // a field was filled in or found filled in
	EventReadBack         Event = "read-back"         // the fields were read back from the page
	EventPrepared         Event = "prepared"          // the form is ready for review; needs values that were read back
	EventHandedOver       Event = "handed-over"       // from here on the program can only look; needs EventPrepared
	EventSubmitSeen       Event = "submit-seen"       // a request with the form was seen leaving
	EventAnswerSeen       Event = "answer-seen"       // the server's answer to it was seen
	EventConfirmationSeen Event = "confirmation-seen" // the page said so, or no longer asks
	EventStillAsking      Event = "still-asking"      // the page asks for the objection all the same
	EventEnded            Event = "ended"
	EventNote             Event = "note"
)

func events() []Event {
	return []Event{
		EventStarted, EventBrowser, EventPlace, EventPicture, EventAction, EventGate, EventAsked,
		EventBlocked, EventForm, EventField, EventReadBack, EventPrepared, EventHandedOver, EventSubmitSeen,
		EventAnswerSeen, EventConfirmationSeen, EventStillAsking, EventEnded, EventNote,
	}
}

// Words says the event in a sentence.
func (e Event) Words() hint.Text {
	switch e {
	case EventStarted:
		return hint.Say("The run started")
	case EventBrowser:
		return hint.Say("Browser in use")
	case EventPlace:
		return hint.Say("The page was recognised")
	case EventPicture:
		return hint.Say("A picture was taken")
	case EventAction:
		return hint.Say("The program did one thing on the page")
	case EventGate:
		return hint.Say("Only the person could go on here")
	case EventAsked:
		return hint.Say("The person was asked")
	case EventBlocked:
		return hint.Say("The program stopped something")
	case EventForm:
		return hint.Say("The form was recognised")
	case EventField:
		return hint.Say("A field of the form")
	case EventReadBack:
		return hint.Say("The form was read back from the page")
	case EventPrepared:
		return hint.Say("The form was ready to be reviewed")
	case EventHandedOver:
		return hint.Say("Handed over: from here on the program could only look")
	case EventSubmitSeen:
		return hint.Say("A submission was seen leaving the browser")
	case EventAnswerSeen:
		return hint.Say("The server’s answer to it was seen")
	case EventConfirmationSeen:
		return hint.Say("The page confirmed it, or no longer asked")
	case EventStillAsking:
		return hint.Say("The page still asked for the objection")
	case EventEnded:
		return hint.Say("The run ended")
	default:
		return hint.Say("Note")
	}
}

// Basis says what a line rests on. These are known and put into words in the
// report; a caller may use others, which are shown as they are.
type Basis string

// The known bases.
const (
	BasisProgram Basis = "program" // the program's own act
	BasisPage    Basis = "page"    // seen on the page
	BasisNetwork Basis = "network" // seen by the browser on its way to or from the server
	BasisBrowser Basis = "browser" // reported by the browser
	BasisPerson  Basis = "person"  // the person's own click, key or answer
)

// in puts the basis into words; one that is not known is shown as it is.
func (b Basis) in(lang string) string {
	switch b {
	case BasisProgram:
		return hint.Say("the program’s own act").In(lang)
	case BasisPage:
		return hint.Say("seen on the page").In(lang)
	case BasisNetwork:
		return hint.Say("seen in the browser’s traffic").In(lang)
	case BasisBrowser:
		return hint.Say("reported by the browser").In(lang)
	case BasisPerson:
		return hint.Say("the person’s own act").In(lang)
	default:
		return string(b)
	}
}

// outcomes are the outcomes that the command line promises.
func outcomes() []string {
	return []string{
		"ready", "sent", "already_objected", "needs_user", "not_found", "not_available", "refused", "failed",
		"not_sent", "sent_unconfirmed", "unknown", "interrupted",
	}
}

// outcomeWords says what came back, as far as it was seen. An empty outcome is
// that of a run which did not come to its end.
func outcomeWords(outcome string) hint.Text {
	switch outcome {
	case "ready":
		return hint.Say("The form was filled in and shown for review. The program did not stay to see whether the person sent it.")
	case "sent":
		return hint.Say("The person sent the form: it was seen leaving, the server answered, and the page no longer asks for it.")
	case "already_objected":
		return hint.Say("The site says that an objection already stands.")
	case "needs_user":
		return hint.Say("The run stopped where only the person could go on.")
	case "not_found":
		return hint.Say("The way to the form, or something on it, was not found.")
	case "not_available":
		return hint.Say("The site did not offer the form.")
	case "refused":
		return hint.Say("The program stopped, because going on would have broken one of its safety rules.")
	case "failed":
		return hint.Say("The run failed because of the browser, the network or the disk.")
	case "not_sent":
		return hint.Say("The form was handed over to the person.")
	case "sent_unconfirmed":
		return hint.Say("The form was seen leaving the browser, but nothing confirms that it arrived.")
	case "unknown":
		return hint.Say("The form was handed over to the person. What happened then was not seen: look for a mail from Meta.")
	case "interrupted":
		return hint.Say("The run was interrupted by the person.")
	default:
		return hint.Say("The run did not come to its end. This record holds what was seen until then.")
	}
}

// story keeps what has been seen so far, in order, to judge what may be claimed
// next. Observations are never refused; claims about them are. The writer and
// [Verify] use the same story.
type story struct {
	values, prepared, handedOver bool
	left                         bool // a submission was seen, whenever
	submit                       bool // since the hand-over
	answer, confirmed            bool // of the last submission; an error is no answer
	ended                        bool
}

// claim says why a line may not follow, or nothing.
func (s *story) claim(l Line) (why hint.Text, bad bool) {
	switch {
	case s.ended:
		return hint.Say("the run has ended"), true
	case l.Event == EventPrepared && !s.values:
		return hint.Say("nothing was read back from the form"), true
	case l.Event == EventHandedOver && !s.prepared:
		return hint.Say("the form was not prepared"), true
	case l.Event == EventEnded:
		return s.outcome(l.text("outcome"))
	}
	return hint.Text{}, false
}

func (s *story) outcome(outcome string) (why hint.Text, bad bool) {
	switch {
	case !slices.Contains(outcomes(), outcome):
		return hint.Say("there is no such outcome"), true
	case outcome == "ready" && !s.prepared:
		return hint.Say("the form was not prepared"), true
	case slices.Contains([]string{"sent", "sent_unconfirmed", "not_sent", "unknown"}, outcome) && !s.handedOver:
		return hint.Say("the form was not handed over"), true
	case slices.Contains([]string{"sent", "sent_unconfirmed"}, outcome) && !s.submit:
		return hint.Say("no submission was seen"), true
	case slices.Contains([]string{"ready", "already_objected", "not_sent"}, outcome) && s.left:
		return hint.Say("a submission was seen"), true
	case outcome == "sent" && !s.answer:
		return hint.Say("no answer was seen, or it was an error"), true
	case outcome == "sent" && !s.confirmed:
		return hint.Say("no confirmation was seen, or the page asked again"), true
	}
	return hint.Text{}, false
}

// tell adds a line to the story.
func (s *story) tell(l Line) {
	switch l.Event {
	case EventReadBack:
		s.values = s.values || l.File != ""
	case EventPrepared:
		s.prepared = true
	case EventHandedOver:
		s.handedOver = true
	case EventSubmitSeen: // what was said of one before says nothing of this one
		s.left, s.submit, s.answer, s.confirmed = true, s.handedOver, false, false
	case EventAnswerSeen:
		status, _ := l.Fields["status"].(float64)
		s.answer = s.submit && status > 0 && status < 400
	case EventConfirmationSeen:
		s.confirmed = s.submit
	case EventStillAsking:
		s.confirmed = false
	case EventEnded:
		s.ended = true
	}
}
