package record

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// journalOf makes the lines of a journal from events; "ended=OUTCOME" ends it,
// "answer-seen=STATUS" is another answer than a good one, "back" sets the clock
// back an hour, "lost" leaves a line out.
func journalOf(script string) []Line {
	at := time.Date(2026, 11, 23, 10, 41, 12, 0, time.UTC)
	lines := []Line{{Seq: 1, Time: at, Zone: "+01:00", Event: EventStarted, Basis: BasisProgram}}
	seq := 1
	for word := range strings.FieldsSeq(script) {
		at = at.Add(time.Second)
		switch word {
		case "back":
			at = at.Add(-time.Hour)
			continue
		case "lost":
			seq++
			continue
		}
		seq++
		name, value, _ := strings.Cut(word, "=")
		l := Line{Seq: seq, Time: at, Zone: "+01:00", Event: Event(name), Basis: BasisPage, Fields: map[string]any{}}
		switch l.Event {
		case EventReadBack:
			l.File = "fields.json"
		case EventEnded:
			l.Fields["outcome"] = value
		case EventAnswerSeen:
			status, err := strconv.ParseFloat(cmp.Or(value, "200"), 64)
			if err != nil {
				panic(err) // of a constant
			}
			l.Fields["status"] = status
		}
		lines = append(lines, l)
	}
	return lines
}

const (
	upToReview = "form read-back prepared"
	upToPerson = upToReview + " handed-over"
	upToSend   = upToPerson + " read-back submit-seen"
	upToThanks = upToSend + " answer-seen confirmation-seen"
)

var stateTests = []struct {
	name, script string
	want         State
	seen         []State
	gap          string
}{
	{"nothing", "", StateNone, nil, ""},
	{"never at the form", "place ended=not_found", StateNone, nil, ""},
	{"an objection stands", "place ended=already_objected", StateNone, nil, ""},
	{"read back, not shown", "form read-back ended=failed", StateNone, nil, ""},
	{"prepared", upToReview + " ended=ready", StatePrepared, []State{StatePrepared}, ""},
	{"prepared, then killed", upToReview, StatePrepared, []State{StatePrepared}, ""},
	{"prepared, then stopped", upToReview + " ended=interrupted", StatePrepared, []State{StatePrepared}, ""},
	{"prepared, clock set back", "back " + upToReview + " ended=ready", StatePrepared, []State{StatePrepared}, ""},
	{"not sent", upToPerson + " ended=not_sent", StateHandedOver, []State{StatePrepared, StateHandedOver}, ""},
	{"a submission, no answer", upToSend + " ended=sent_unconfirmed", StateSubmitSeen, []State{StatePrepared, StateHandedOver, StateSubmitSeen}, ""},
	{"a submission, then stopped", upToSend + " ended=interrupted", StateSubmitSeen, []State{StateSubmitSeen}, ""},
	{"a server's yes is no confirmation", upToSend + " answer-seen ended=sent_unconfirmed", StateSubmitSeen, []State{StateSubmitSeen}, ""},
	{"sent", upToThanks + " ended=sent", StateConfirmationSeen, []State{StatePrepared, StateHandedOver, StateSubmitSeen, StateConfirmationSeen}, ""},
	{"the page asks again", upToThanks + " still-asking ended=sent_unconfirmed", StateSubmitSeen, []State{StateSubmitSeen}, ""},
	{"sent a second time", upToThanks + " submit-seen ended=sent_unconfirmed", StateSubmitSeen, []State{StateSubmitSeen}, ""},
	{"thanks without a submission", upToPerson + " confirmation-seen ended=not_sent", StateHandedOver, []State{StateHandedOver}, ""},

	{"killed after hand-over", upToPerson, StateUnknown, []State{StateHandedOver}, "stops after"},
	{"killed after a submission", upToSend, StateUnknown, []State{StateSubmitSeen}, "stops after"},
	{"killed after thanks", upToThanks, StateUnknown, []State{StateConfirmationSeen}, "stops after"},
	{"the browser died", upToPerson + " ended=unknown", StateUnknown, []State{StateHandedOver}, "could not see"},
	{"the browser died after a submission", upToSend + " ended=unknown", StateUnknown, []State{StateSubmitSeen}, "could not see"},
	{"stopped after hand-over", upToPerson + " ended=interrupted", StateUnknown, []State{StateHandedOver}, "was stopped"},
	{"failed after hand-over", upToPerson + " ended=failed", StateUnknown, []State{StateHandedOver}, "could not see"},
	{"clock set back before hand-over", "back " + upToThanks + " ended=sent", StateUnknown, []State{StateConfirmationSeen}, "clock"},
	{"clock set back after hand-over", upToPerson + " back ended=not_sent", StateUnknown, []State{StateHandedOver}, "clock"},
	{"a line is missing", upToPerson + " lost ended=not_sent", StateUnknown, []State{StateHandedOver}, "missing before line 7"},
	{"a submission nobody was handed", upToReview + " submit-seen ended=refused", StateUnknown, []State{StateSubmitSeen}, "before the form was handed over"},
	{"sent without a submission", upToPerson + " ended=sent", StateUnknown, []State{StateHandedOver}, "no submission was seen"},
	{"not sent, with a submission", upToSend + " ended=not_sent", StateUnknown, []State{StateSubmitSeen}, "a submission was seen"},
}

func TestState(t *testing.T) {
	for _, tt := range stateTests {
		t.Run(tt.name, func(t *testing.T) {
			p := progress(journalOf(tt.script))
			if p.State != tt.want || !slices.Contains(States(), p.State) {
				t.Errorf("state %s, want %s", p.State, tt.want)
			}
			for _, s := range tt.seen {
				if p.Seen[s].Seq == 0 {
					t.Errorf("%s was seen, but no line bears it out", s)
				}
			}
			if len(tt.seen) > 0 && len(p.Seen) > slices.Index(States(), tt.seen[len(tt.seen)-1]) {
				t.Errorf("more than %v is borne out: %v", tt.seen, p.Seen)
			}
			if gap := p.Gap.String(); (tt.gap == "") != (gap == "") || !strings.Contains(gap, tt.gap) {
				t.Errorf("gap %q, want %q", gap, tt.gap)
			}
		})
	}
}

// TestStateNeverRunsAhead cuts journals short everywhere: no state is claimed
// before its line is there, and none that only a mail can tell.
func TestStateNeverRunsAhead(t *testing.T) {
	grounds := map[State]Event{
		StatePrepared: EventPrepared, StateHandedOver: EventHandedOver, StateSubmitSeen: EventSubmitSeen, StateConfirmationSeen: EventConfirmationSeen,
	}
	for _, tt := range stateTests {
		lines := journalOf(tt.script)
		for n := range len(lines) + 1 {
			p := progress(lines[:n])
			if slices.Contains([]State{StateAccepted, StateRefused, StateAskedForMore}, p.State) {
				t.Errorf("%s, %d lines: %s, which only a mail tells", tt.name, n, p.State)
			}
			if e, ok := grounds[p.State]; ok && !slices.ContainsFunc(lines[:n], func(l Line) bool { return l.Event == e }) {
				t.Errorf("%s, %d lines: %s without %s", tt.name, n, p.State, e)
			}
			handedOver := slices.ContainsFunc(lines[:n], func(l Line) bool { return l.Event == EventHandedOver })
			if handedOver && n < len(lines) && p.State != StateUnknown {
				t.Errorf("%s, %d lines: %s, although the journal stops after the hand-over", tt.name, n, p.State)
			}
		}
	}
}

// TestNoOutcomeBeyondWhatWasSeen: "sent" rests on the last submission, on a good
// answer to it and on what the page said after it; and who says that nothing was
// sent must not have seen it leave.
func TestNoOutcomeBeyondWhatWasSeen(t *testing.T) {
	for _, tt := range []struct {
		script string
		why    string // not to be taken; empty: it may be said
	}{
		{upToThanks + " ended=sent", ""},
		{upToSend + " confirmation-seen answer-seen ended=sent", ""},
		{upToSend + " answer-seen=302 confirmation-seen ended=sent", ""},
		{upToSend + " answer-seen still-asking submit-seen answer-seen confirmation-seen ended=sent", ""},
		{upToSend + " answer-seen=500 submit-seen answer-seen confirmation-seen ended=sent", ""},
		{upToPerson + " confirmation-seen submit-seen answer-seen=500 ended=sent", "an error"},
		{upToPerson + " confirmation-seen submit-seen answer-seen ended=sent", "no confirmation"},
		{upToSend + " answer-seen=404 confirmation-seen ended=sent", "an error"},
		{upToSend + " answer-seen=0 confirmation-seen ended=sent", "no answer"},
		{upToSend + " answer-seen answer-seen=500 confirmation-seen ended=sent", "an error"},
		{upToThanks + " submit-seen ended=sent", "no answer"},
		{upToThanks + " submit-seen confirmation-seen ended=sent", "no answer"},
		{upToThanks + " submit-seen answer-seen ended=sent", "no confirmation"},
		{upToThanks + " submit-seen ended=sent_unconfirmed", ""},
		{upToSend + " answer-seen=500 ended=sent_unconfirmed", ""},
		{upToReview + " ended=ready", ""},
		{upToSend + " ended=ready", "a submission was seen"},
		{upToReview + " submit-seen ended=ready", "a submission was seen"},
		{"place ended=already_objected", ""},
		{upToSend + " ended=already_objected", "a submission was seen"},
		{upToReview + " submit-seen handed-over ended=not_sent", "a submission was seen"},
	} {
		var s story
		said := ""
		for _, l := range journalOf(tt.script) {
			if why, bad := s.claim(l); bad {
				said = why.String()
			}
			s.tell(l)
		}
		if (said == "") != (tt.why == "") || !strings.Contains(said, tt.why) {
			t.Errorf("%s: refused because %q, want %q", tt.script, said, tt.why)
		}
	}
}
