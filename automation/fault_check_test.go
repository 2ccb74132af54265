//go:build linux

package automation_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/record"
)

// broken lists the promises that a case broke. They are the same for every
// fault.
func broken(c faultCase, e evidence) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	is := func(list ...automation.Outcome) bool { return slices.Contains(list, e.outcome) }

	// It ends, in time and with a word.
	switch {
	case e.hung:
		say("no end after %s", acceptable)
	case e.err != nil:
		say("a fault of the program: %v", e.err)
	case e.killed && e.outcome == 0: // it could not say anything
	case e.outcome.String() == "", e.message == "":
		say("outcome %d, message %q", e.outcome, e.message)
	}

	// Nothing leaves but what the person sends.
	if e.others > 0 || e.inputs > 0 || e.leaks > 0 {
		say("nobody asked for it: %d submissions, %d clicks on Send, %d requests while the form was filled in", e.others, e.inputs, e.leaks)
	}
	if e.sent > 1 || e.sent > 0 && !e.handed {
		say("%d submissions of the person's, handed over: %v", e.sent, e.handed)
	}

	// The outcome claims no more than was so.
	nothing := strings.Contains(e.message, "othing was sent") || strings.Contains(e.message, "sent nothing") || strings.Contains(e.message, "othing was done")
	switch {
	case e.sent == 0 && is(automation.Sent, automation.SentUnconfirmed):
		say("%s, but nothing was sent", e.outcome)
	case e.sent > 0 && (nothing || is(automation.Ready, automation.NotSent, automation.Failed, automation.NotFound, automation.Refused, automation.NeedsUser)):
		say("%s (%s), but the person's submission left", e.outcome, e.message)
	case !e.handed && is(automation.Unknown, automation.NotSent, automation.Sent, automation.SentUnconfirmed):
		say("%s, but the form was not handed over", e.outcome)
	case is(automation.Ready, automation.AlreadyObjected, automation.NotAvailable):
		say("%s cannot be", e.outcome)
	case is(automation.Interrupted) && !e.stopped:
		say("interrupted, but nobody stopped it")
	case e.stopped && e.met && is(automation.Failed):
		say("the person stopped it, and it says %q", e.message)
	}

	// The record is true.
	switch {
	case e.records > 1:
		say("%d records", e.records)
	case e.records == 0:
		if e.outcome != 0 && (c.room == 0 || !is(automation.Failed)) {
			say("%s without a record", e.outcome)
		}
	case e.verdict == record.Altered:
		say("the record counts as altered: %s", e.findings)
	case e.verdict == record.Verified && e.outcome != 0 && e.told != e.outcome.String():
		say("the record says %q, the program %q", e.told, e.outcome)
	case c.room != 0 && !e.handed && e.verdict != record.Verified && !is(automation.Failed):
		say("%s, but the record could not be written", e.outcome)
	case e.verdict != record.Verified && e.outcome != 0 && c.room == 0:
		say("the record has no seal: %s", e.findings)
	}

	// Nothing stays behind.
	if e.alive {
		say("the browser's process lives on")
	}
	return out
}
