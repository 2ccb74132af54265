package selectors

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Gap stands for a name in the words of an around locator.
const Gap = "{}"

// account reads what tells whose account is signed in. Only pages tell it: at a
// gate nobody is in yet, and other places are known by less than an address.
func (b *builder) account(n *node, kind Kind) []Sign {
	if n != nil && kind != PageKind && kind != "" {
		b.fault(n, hint.Say("Only a page tells whose account is signed in."), hint.Say("Take account out, or put it into a place of the kind page."))
		return nil
	}
	var out []Sign
	for _, item := range b.filled(n) {
		f := b.fields(item, "sign")
		if len(f) != 1 {
			if f != nil {
				b.lack(item, hint.Say("A sign of whose account it is has one kind and one target."), hint.Say("Write {handle: …}, {name: …} or {others: …}, each in its own braces."))
			}
			continue
		}
		for _, by := range signs {
			if on := f[string(by)]; on != nil {
				if id, ok := b.ref(on, "target", names(b.flow.Targets)); ok && b.readable(on, Sign{by, id}) {
					out = append(out, Sign{by, id})
				}
			}
		}
	}
	return out
}

// readable checks that the target of a sign can tell what the sign is for.
func (b *builder) readable(on *node, s Sign) bool {
	t := b.flow.Targets[s.On]
	at := later(on, b.where["target "+s.On])
	around := slices.ContainsFunc(t.Find, func(l Locator) bool { return l.By == ByAround })
	notPressable := func(r Role) bool { return r != Link && r != Button }
	switch {
	case t.Commit || slices.ContainsFunc(t.Is, notPressable):
		b.fault(at, hint.Say("Only a link or a button tells whose account it is, and %q may be something else.", s.On), hint.Say("Write is: [link], is: [button] or both."))
	case s.By == SignHandle && !slices.Equal(t.Is, []Role{Link}):
		b.fault(at, hint.Say("Only a link has an address to read a handle from, and %q may be something else.", s.On), hint.Say("Write is: [link]."))
	case s.By == SignName && !around:
		b.fault(at, hint.Say("In %q no locator says where the name stands.", s.On), hint.Say("Add one such as {around: \"@profile-of\"}."))
	default:
		return true
	}
	return false
}

// gaps checks the words of an around locator: one place for the name in each,
// and enough beside it to tell it from other names.
func (b *builder) gaps(n *node, l *Locator) {
	for _, say := range l.Values {
		if strings.Count(say, Gap) != 1 || utf8.RuneCountInString(piece(say)) < 3 {
			b.fault(later(n, b.wordNode(l.Phrase, say)), hint.Say("%q does not say in one place where the name stands.", say), hint.Say("Write {} once for the name, with the words of the page before or behind it."))
		}
	}
}

// piece is the longer of the two pieces around the gap, without spaces.
func piece(say string) string {
	before, after, _ := strings.Cut(say, Gap)
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	if utf8.RuneCountInString(after) > utf8.RuneCountInString(before) {
		return after
	}
	return before
}

// Pieces are what an element's name must contain to fit one of the words of an
// around locator: of each the longer piece beside the name. It may contain one
// and not fit; [Target.Named] looks closer.
func (l Locator) Pieces() []string {
	var out []string
	for _, say := range l.Values {
		out = append(out, piece(say))
	}
	return distinct(out)
}

// longestName is longer than the names that the sites take.
const longestName = 100

// Named reads, out of the accessible name of the element that the target was
// found as, the one name that stands in the gap of the target's words. Words of
// several languages may fit; where they tell different names, it is none.
func (t Target) Named(accessible string) string {
	var got []string
	for _, l := range t.Find {
		if l.By != ByAround {
			continue
		}
		for _, say := range l.Values {
			if name := around(say, accessible); name != "" {
				got = append(got, name)
			}
		}
	}
	if got = distinct(got); len(got) != 1 || !plainName(got[0]) {
		return ""
	}
	return got[0]
}

// around is what stands for the gap of words in a name that fits them, with any
// spaces and apostrophes and in any case.
func around(say, shown string) string {
	loose := func(s string) string {
		var out strings.Builder
		for _, r := range s {
			switch {
			case unicode.IsSpace(r):
				out.WriteString(`[\s\p{Z}]+`)
			case strings.ContainsRune(`'’ʼ′`, r):
				out.WriteString(`['’ʼ′]`)
			default:
				out.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		return out.String()
	}
	before, after, _ := strings.Cut(say, Gap)
	fits, err := regexp.Compile(`^(?i:` + loose(before) + `)(\S|\S.*\S)(?i:` + loose(after) + `)$`)
	if err != nil {
		return ""
	}
	if m := fits.FindStringSubmatch(shown); m != nil {
		return m[1]
	}
	return ""
}

// plainName takes what a terminal can show: one line of letters and signs.
func plainName(s string) bool {
	return utf8.RuneCountInString(s) <= longestName && strings.ContainsFunc(s, unicode.IsLetter) &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

var handleForm = regexp.MustCompile(`^/([A-Za-z0-9_](?:[A-Za-z0-9._]{0,48}[A-Za-z0-9_])?)/?$`)

// HandleIn reads the handle out of the address of a link on one of the flow's
// hosts: it is all of the path.
func (f *Flow) HandleIn(address string) string {
	rest, ok := strings.CutPrefix(address, "https://")
	host, path, _ := strings.Cut(rest, "/")
	m := handleForm.FindStringSubmatch("/" + path)
	if !ok || m == nil || !slices.Contains(f.Hosts, host) {
		return ""
	}
	return m[1]
}
