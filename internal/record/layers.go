package record

import "github.com/nonmerci/nonmerci/internal/hint"

// LayerName is one of the questions that a check asks. The set is closed.
type LayerName string

// The layers, in the order in which people are told of them.
const (
	Files      LayerName = "files"      // against the manifest, with those that are too many
	Journal    LayerName = "journal"    // the chain of its lines
	Claims     LayerName = "states"     // what the journal claims, against its lines and files
	Redactions LayerName = "redactions" // of an export: the boxes on its pictures
	Mail       LayerName = "mail"       // what was filed later
	Time       LayerName = "time"       // stamps from outside
)

// Layer is what a check came to for one question.
type Layer struct {
	Name   LayerName `json:"layer"`
	Result string    `json:"result"` // "ok", "bad", or "none": there is nothing to check
	Proves hint.Text `json:"-"`      // what follows from the result
	Not    hint.Text `json:"-"`      // what does not
}

// layers gives every layer its result: bad where something was changed, none
// where there is nothing to look at.
func (c *check) layers() []Layer {
	noJournal := len(c.journal.lines) == 0
	chain := hint.Say("Each line of the journal follows from the one before: none was changed, taken out or put in between.")
	if !c.ended {
		chain = hint.Say("Each line of the journal follows from the one before. Without a seal, lines may be missing at its end, and who writes them all anew can change any.")
	}
	grounds := hint.Say("What the journal claims has its grounds in what came before, and the files that it names are the ones of then.")
	if c.export {
		grounds = hint.Say("What the journal claims has its grounds in what came before. The files that it names stay with the person, and were not compared.")
	}
	layers := []Layer{
		{Files, c.result(Files, !c.sealed), hint.Say("Each file that the seal names is as it was sealed. No other is there, but for mails and a time stamp, which are looked at by themselves, and what a crash or a file manager leaves, which is passed over."),
			hint.Say("It does not show who made the seal.")},
		{Journal, c.result(Journal, noJournal), chain,
			hint.Say("It does not show that what the lines say is true.")},
		{Claims, c.result(Claims, noJournal), grounds,
			hint.Say("It does not show that Meta accepted the objection.")},
		{Redactions, c.result(Redactions, !c.export), hint.Say("The boxes on the pictures are opaque, and they cover what the journal says was to be covered."),
			hint.Say("It does not show that there is nothing private beside the boxes.")},
		{Mail, c.result(Mail, len(c.mails) == 0), hint.Say("The mails are as they were filed."),
			hint.Say("It does not show who wrote them: that is for their signatures to say.")},
		{Time, c.result(Time, !c.stamped()), hint.Text{},
			hint.Say("Only the clock of the computer says when all this was, and nobody compared it with another. A stamp comes after the seal, so nobody can tell whether the record had one.")},
	}
	if c.stamped() {
		last := &layers[len(layers)-1]
		last.Proves = hint.Say("The record existed at %s, says %s, a name that anybody can give themselves.", c.outside.when(), c.outside.Authority)
		last.Not = hint.Say("It does not show who that is: nonmerci compares the root, %s (SHA-256 %s), with no list. Ask that authority whether it is theirs.", c.outside.Root, c.outside.RootSHA256)
	}
	for i, l := range layers {
		switch l.Result {
		case "bad":
			layers[i].Proves = hint.Say("This does not hold.")
		case "none":
			layers[i].Proves = hint.Say("There is nothing of this kind to check.")
		}
	}
	return layers
}

func (c *check) result(layer LayerName, nothing bool) string {
	for _, f := range c.findings {
		if f.Layer == layer && f.Verdict == Altered {
			return "bad"
		}
	}
	if layer == Claims && c.broken {
		return "bad"
	}
	if nothing {
		return "none"
	}
	return "ok"
}
