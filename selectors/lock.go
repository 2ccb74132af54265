package selectors

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// This file is the first lock: a flow cannot say "send". The target marked
// commit is pointed at and nothing else, and no other target that is pressed,
// filled or chosen may be one that could turn out to be it.

// acts lists the verbs that do something to a page, and the roles that each may
// do it to. Passwords and uploads are on no list.
func acts(v Verb) []Role {
	switch v {
	case Press:
		return []Role{Link, Button, Choice}
	case Fill:
		return []Role{Textbox, Multiline}
	case Choose:
		return []Role{Select, Choice}
	}
	return nil
}

// keepCommit lets an upper layer mend the commit target, but neither make
// another one nor unmake it.
func (b *builder) keepCommit(id string, key *node, t Target) {
	if t.Commit {
		b.commits = append(b.commits, t)
		if !slices.Equal(t.Is, []Role{Button}) {
			b.lack(key, hint.Say("What sends a form is a button, and %q is something else.", id), hint.Say("Write is: [button]."))
		}
		if t.In != Form {
			b.lack(key, hint.Say("What sends a form is looked for in the form."), hint.Say("Write in: form."))
		}
		if slices.ContainsFunc(t.Find, func(l Locator) bool { return l.By == ByAround }) {
			b.fault(key, hint.Say("What is found around a name is only read, and %q is found like that.", id), hint.Say("Use name, text, label, says, href or form."))
		}
	}
	if key.src.layer == 0 {
		return
	}
	old, had := b.flow.Targets[id]
	switch {
	case had && old.Commit && !t.Commit:
		b.lack(key, hint.Say("%q is the button that sends the form, and must stay marked as that.", id), hint.Say("Add commit: true."))
	case t.Commit && !(had && old.Commit):
		b.fault(key, hint.Say("Only the built-in flow says which button sends the form."), hint.Say("Take commit out, or mend the built-in target instead."))
	}
}

// remember keeps the words of the button that sent the form in the built-in flow
// from being pressed in a downloaded one, whatever that calls its own.
func (b *builder) remember(before *Flow) {
	if before != nil {
		for _, id := range names(before.Targets) {
			if t := before.Targets[id]; t.Commit {
				b.commits = append(b.commits, t)
			}
		}
	}
}

// keep holds a downloaded flow to what no download may change of the built-in one.
func (b *builder) keep(before *Flow, root *node) {
	if before == nil {
		return
	}
	top := &node{src: root.src, line: 1, column: 1}
	asItWas := hint.Say("Only a new version of the program can change that.")
	for _, id := range names(before.Targets) {
		old, now := before.Targets[id], b.flow.Targets[id]
		if old.Commit && (!now.Commit || !slices.Equal(now.Is, old.Is) || now.In != old.In) {
			b.fault(top, hint.Say("The button that sends the form must stay %q.", id), asItWas)
		}
	}
	for _, id := range before.Wrong {
		if !slices.Contains(b.flow.Wrong, id) {
			b.fault(top, hint.Say("%s must stay in wrong-forms.", id), asItWas)
		}
	}
}

// allowed is asked for every step. Whatever it refuses never becomes part of a
// flow.
func (b *builder) allowed(on *node, s Step) bool {
	if told := b.told[s.On]; told != nil && s.Verb != Open && s.Verb != Ask {
		b.fault(later(on, told), hint.Say("%q is read to tell whose account it is, and nothing else is done with it.", s.On), hint.Say("Make another target of it for this step."))
		return false
	}
	can := acts(s.Verb)
	if can == nil {
		return true
	}
	t := b.flow.Targets[s.On]
	at := later(on, b.where["target "+s.On])
	if t.Commit {
		b.fault(at, hint.Say("%q sends the form, and nonmerci never does that.", s.On), hint.Say("Use {point: %s}. Sending is left to the person.", s.On))
		return false
	}
	for _, is := range t.Is {
		if !slices.Contains(can, is) {
			b.fault(at, hint.Say("%s is not for a %s, and %q may be one.", s.Verb, is, s.On), hint.Say("Take %s out of its is. %s is for: %s.", is, s.Verb, strings.Join(texts(can), ", ")))
			return false
		}
	}
	judged := string(s.Verb) + " " + s.On
	if b.cleared[judged] {
		return true
	}
	for _, l := range t.Find {
		if !b.harmless(at, s, t, l) {
			return false
		}
	}
	b.cleared[judged] = true
	return true
}

// harmless judges one way of finding something that is pressed, filled or
// chosen.
func (b *builder) harmless(at *node, s Step, t Target, l Locator) bool {
	if l.By == ByAround {
		b.fault(at, hint.Say("What is found around a name is only read, and %q is found like that.", s.On), hint.Say("Use name, text, label, says, href or form."))
		return false
	}
	if wordy(l.By) && l.Weight > 1 {
		b.fault(at, hint.Say("Words alone are not enough to %s something: in %q they weigh %d.", s.Verb, s.On, l.Weight), hint.Say("Let words weigh 1 and add a second locator."))
		return false
	}
	// Links are on the list because a page may dress its Send up as one.
	if slices.Contains(t.Is, Button) || slices.Contains(t.Is, Link) {
		switch {
		case t.In == Form:
			b.fault(at, hint.Say("No link or button is pressed in a form, and %q is looked for there.", s.On), hint.Say("Leave in out."))
			return false
		case !wordy(l.By) && l.By != ByHref && l.By != ByForm:
			b.fault(at, hint.Say("A link or button is pressed for what it says or where it leads, and %q is also found by %s.", s.On, l.By), hint.Say("Use name, text, label, says, href or form."))
			return false
		}
	}
	if !wordy(l.By) || s.Verb == Fill {
		return true
	}
	for _, word := range l.Values {
		if refused(t, s.On, word) {
			b.fault(later(at, b.wordNode(l.Phrase, word)),
				hint.Say("%q reads like a button that sends something, so %q may not be pressed for it.", word, s.On), hint.Say("Take that word out of %q.", s.On))
			return false
		}
		if send, clash := b.sendWord(l.By, word); clash {
			b.fault(later(at, b.wordNode(l.Phrase, word), b.sendNode(send)),
				hint.Say("%q is too much like %q, which stands on the button that sends the form.", word, send), hint.Say("Take that word out of %q.", s.On))
			return false
		}
	}
	return true
}

func wordy(by By) bool { return by == ByName || by == ByText || by == ByLabel || by == BySays }

// refused asks the judge whether it would ever let an element with this name be
// pressed, on a page on which all else speaks for it.
func refused(t Target, id, word string) bool {
	const here, there = "https://www.facebook.com/", "https://www.facebook.com/help/"
	facts := guard.Facts{
		Node: 1, Matches: 1, Address: here, Tag: "div", Role: "button", Names: []string{word},
		OnTop: true, Visible: true, Enabled: true,
	}
	if !slices.Contains(t.Is, Button) {
		facts.Tag, facts.Role, facts.Href = "a", "link", there
	}
	_, err := guard.Judge(guard.Intent{Act: guard.Press, Target: id}, facts, time.Time{})
	no, ok := errors.AsType[*guard.Refusal](err)
	return ok && (no.Reason == guard.SendWord || no.Reason == guard.Disguised)
}

// sendWord tells whether a word could hit a commit target of any layer.
func (b *builder) sendWord(by By, word string) (string, bool) {
	w := fold(word)
	for _, send := range b.sendWords() {
		part := send.part || by == ByLabel || by == BySays
		if send.key == w || part && (strings.Contains(send.key, w) || strings.Contains(w, send.key)) {
			return send.say, true
		}
	}
	return "", false
}

// sendKey is one word of a commit target, made comparable once: every word of
// everything that is pressed is compared with it.
type sendKey struct {
	say, key string
	part     bool // a part of a name is enough to hit the target
}

// sendWords are asked for when all targets are known, not earlier.
func (b *builder) sendWords() []sendKey {
	if b.sends == nil {
		for _, commit := range b.commits {
			for _, l := range commit.Find {
				if !wordy(l.By) {
					continue
				}
				for _, say := range slices.Concat(l.Values, b.former(l.Phrase)) {
					if key := (sendKey{say, fold(say), l.By == ByLabel || l.By == BySays}); !slices.Contains(b.sends, key) {
						b.sends = append(b.sends, key)
					}
				}
			}
		}
	}
	return b.sends
}

// sendNode is where a word of a commit target stands, if it is a phrase.
func (b *builder) sendNode(send string) *node {
	for _, commit := range b.commits {
		for _, l := range commit.Find {
			if n := b.wordNode(l.Phrase, send); n != nil {
				return n
			}
		}
	}
	return nil
}

// fold makes words comparable: letters and digits only, without case. The page
// and the judge compare more thoroughly; this is the lock that a reader of the
// file can see.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, s)
}
