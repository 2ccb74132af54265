package record

import (
	"slices"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// State is how far an objection came, as far as it was seen. The set is closed.
type State string

// The states, in their order. What Meta decides comes by mail: the journal of a
// run never says accepted, refused or asked for more.
const (
	StateNone             State = "none"              // no form was made ready for review
	StatePrepared         State = "prepared"          // filled in, read back and ready for review
	StateHandedOver       State = "handed_over"       // only the person could send from then on
	StateSubmitSeen       State = "submit_seen"       // a submission was seen leaving after that
	StateConfirmationSeen State = "confirmation_seen" // the page confirmed that, or no longer asked
	StateAccepted         State = "accepted"          // Meta says that it honours the objection
	StateRefused          State = "refused"           // Meta says that it does not
	StateAskedForMore     State = "asked_for_more"    // Meta wants to know more before it says so
	StateUnknown          State = "unknown"           // the form could be sent while nobody saw
)

// States lists them.
func States() []State {
	return []State{
		StateNone, StatePrepared, StateHandedOver, StateSubmitSeen, StateConfirmationSeen,
		StateAccepted, StateRefused, StateAskedForMore, StateUnknown,
	}
}

// Words says the state in a sentence, which claims nothing beyond it.
func (s State) Words() hint.Text {
	switch s {
	case StateNone:
		return hint.Say("No form was made ready for review.")
	case StatePrepared:
		return hint.Say("The form was filled in, read back from the page and ready for review.")
	case StateHandedOver:
		return hint.Say("The form was handed over to the person. No submission was seen.")
	case StateSubmitSeen:
		return hint.Say("A submission was seen leaving the browser. No confirmation was seen, or the page asked again.")
	case StateConfirmationSeen:
		return hint.Say("A submission was seen leaving the browser, and the page confirmed it or no longer asked.")
	case StateAccepted:
		return hint.Say("Meta wrote that it accepts the objection.")
	case StateRefused:
		return hint.Say("Meta wrote that it refuses the objection.")
	case StateAskedForMore:
		return hint.Say("Meta wrote that it needs more information.")
	default:
		return hint.Say("Not known: there is a gap in what was seen after the form could be sent.")
	}
}

// Progress is a state and what bears it out.
type Progress struct {
	State State
	Seen  map[State]Line // the line on which each step rests that was seen and still holds
	Gap   hint.Text      // where the state is unknown: why
}

// State is how far the objection came, by the journal.
func (s *Summary) State() State { return s.Progress().State }

// Progress is how far the objection came, and by which lines of the journal.
func (s *Summary) Progress() Progress { return progress(s.Lines) }

// progress follows the journal line by line. A step counts from its own line on;
// a submission begins anew what confirms it.
func progress(lines []Line) Progress {
	p := Progress{State: StateNone, Seen: map[State]Line{}}
	var s story
	var hole hint.Text
	for i, l := range lines {
		if hole.Format == "" {
			hole = holeBefore(lines, i, s)
		}
		s.tell(l)
		switch l.Event {
		case EventPrepared:
			p.reach(StatePrepared, l)
		case EventHandedOver:
			p.reach(StateHandedOver, l)
		case EventSubmitSeen:
			delete(p.Seen, StateConfirmationSeen)
			p.reach(StateSubmitSeen, l)
		case EventConfirmationSeen:
			if p.State == StateSubmitSeen {
				p.reach(StateConfirmationSeen, l)
			}
		case EventStillAsking:
			if p.State == StateConfirmationSeen {
				delete(p.Seen, StateConfirmationSeen)
				p.State = StateSubmitSeen
			}
		}
	}
	if _, left := p.Seen[StateSubmitSeen]; s.handedOver || left {
		if p.Gap = hole; hole.Format == "" {
			p.Gap = openEnd(lines, s)
		}
	}
	if p.Gap.Format != "" {
		p.State = StateUnknown
	}
	return p
}

func (p *Progress) reach(s State, l Line) { p.State, p.Seen[s] = s, l }

// holeBefore says why what follows line i cannot be trusted to be all there was,
// or nothing. s is the story before it.
func holeBefore(lines []Line, i int, s story) hint.Text {
	l := lines[i]
	switch why, bad := s.claim(l); {
	case bad:
		return hint.Say("The journal claims more than it has grounds for, in line %d (%s).", l.Seq, why)
	case l.Event == EventSubmitSeen && !s.handedOver:
		return hint.Say("A submission was seen leaving before the form was handed over.")
	case l.Seq != i+1:
		return hint.Say("Lines of the journal are missing before line %d.", l.Seq)
	case i > 0 && l.Time.Before(lines[i-1].Time):
		return hint.Say("The clock of the computer was set back during the run.")
	}
	return hint.Text{}
}

// openEnd says why it is not known what became of a form that was handed over,
// or nothing.
func openEnd(lines []Line, s story) hint.Text {
	outcome := lines[len(lines)-1].text("outcome")
	switch {
	case !s.ended:
		return hint.Say("The journal stops after the form was handed over.")
	case slices.Contains([]string{"sent", "sent_unconfirmed", "not_sent"}, outcome):
		return hint.Text{}
	case outcome == "interrupted" && s.submit:
		return hint.Text{} // what was seen before stands
	case outcome == "interrupted":
		return hint.Say("The program was stopped while the form was in the person’s hands.")
	}
	return hint.Say("The program could not see what became of the form after it was handed over.")
}
