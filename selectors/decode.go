package selectors

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/guard"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// The closed vocabulary, in the order in which it is explained.
var (
	roles           = [...]Role{Link, Button, Textbox, Multiline, Password, Select, Choice, Heading, Title, Dialog, Words, Upload}
	scopes          = [...]Scope{Top, Page, Form}
	kindsOfPlaces   = [...]Kind{Gate, Aside, End, FormKind, PageKind}
	meanings        = [...]Meaning{AlreadyObjected, NotAvailable, WrongForm, Thanks, Trouble}
	matters         = [...]Matter{SignIn, EnterCode, PassCheck, ChooseAccount, ChooseCookies, SettleAccount, AnswerDoubt, TellAge, Decide}
	verbs           = [...]Verb{Open, Press, Fill, Choose, Ask, Point}
	values          = [...]Value{Email, Explanation, Country}
	signs           = [...]SignBy{SignHandle, SignName, SignOthers}
	kindsOfLocators = [...]By{ByName, ByText, ByLabel, ByAround, BySays, ByHref, ByForm, ByType, ByAutocomplete, ByInputmode, ByField, ByOnly}
	routeNames      = [...]string{"settings", "policy", "direct"}
	formLists       = [...]string{"forms", "wrong-forms"}
	inputTypes      = [...]string{"text", "email", "tel", "search", "url", "number", "password", "file", "checkbox", "radio",
		"submit", "button", "image", "textarea", "select-one"}
	inputModes = [...]string{"text", "email", "tel", "search", "url", "numeric", "decimal"}
)

var (
	formID       = regexp.MustCompile(`^[0-9]{6,20}$`)
	revisionForm = regexp.MustCompile(`^20[0-9]{8}$`)
	dateForm     = regexp.MustCompile(`^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	tokenForm    = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// decode reads the flow files, lowest layer first, section by section: what is
// pointed at comes before what points at it, whichever file it stands in.
func (b *builder) decode(service string, roots []*node) {
	files := make([]map[string]*node, len(roots))
	for i, root := range roots {
		files[i] = b.fields(root, "flow")
		b.header(root, files[i])
		b.head(service, root, files[i])
	}
	section := func(name string, each func(id string, key, value *node)) {
		for _, f := range files {
			b.entries(f[name], each)
		}
	}
	for _, f := range files {
		b.hosts(f["hosts"])
		b.forms(f)
	}
	section("addresses", b.address)
	near := map[string]*node{}
	section("targets", func(id string, key, value *node) {
		b.target(id, key, value)
		if near[id] = value.get("near"); near[id] == nil {
			delete(near, id)
		}
	})
	for _, id := range names(near) {
		b.near(id, near[id])
	}
	// A place may be used by a route of a lower layer, so all names come first.
	// And what is only read must be known before somebody acts on it.
	section("places", func(id string, key, value *node) {
		b.where["place "+id] = key
		for _, n := range b.items(value.get("account")) {
			for _, by := range signs {
				if on := n.get(string(by)); on != nil {
					b.told[on.text] = on
				}
			}
		}
	})
	section("places", b.place)
	section("routes", b.route)
	for _, id := range names(b.also) {
		for _, n := range b.also[id] {
			b.alsoOn(id, n)
		}
	}
}

func (b *builder) head(service string, root *node, f map[string]*node) {
	builtIn := root.src.layer == 0
	if f["service"] == nil {
		b.lack(root, hint.Say("%q is missing.", "service"), hint.Say("Write it below schema, for example %q.", "service: "+cmp.Or(service, Services()[0])))
	} else if s, ok := b.word(f["service"], Services()); ok {
		if service != "" && s != service {
			b.fault(f["service"], hint.Say("This file is for %s, and here the flow of %s is read.", s, service), hint.Say("Name the file after its service, or mend the name of the service in it."))
		}
		b.flow.Service = s
	}
	b.flow.Schema = Format
	if s, ok := b.text(f["title"]); ok {
		b.flow.Title = s
	} else if f["title"] == nil && builtIn {
		b.lack(root, hint.Say("%q is missing.", "title"), hint.Say("Write the name of the service as people read it."))
	}
	if s, ok := b.text(f["revision"]); ok {
		n, fits := b.number(f["revision"], 1, 2099123199)
		switch {
		case fits && !revisionForm.MatchString(s):
			b.fault(f["revision"], hint.Say("A revision is a date and two digits more, as in 2026112301."), hint.Say("Write year, month, day and a number that counts up."))
		case fits:
			b.flow.Revision = n
		}
	} else if f["revision"] == nil && builtIn {
		b.lack(root, hint.Say("%q is missing.", "revision"), hint.Say("Write today's date and two digits, as in 2026112301."))
	}
	if f["checked"] != nil {
		b.flow.Checked = nil
		for _, n := range b.items(f["checked"]) {
			b.check(n)
		}
	}
}

func (b *builder) check(n *node) {
	f := b.fields(n, "check")
	date, ok1 := b.text(f["date"])
	language, ok2 := b.text(f["language"])
	by, ok3 := b.text(f["by"])
	switch {
	case f == nil:
	case !ok1 || !ok2 || !ok3:
		b.lack(n, hint.Say("A check needs date, language and by."), hint.Say("Write it as {date: 2026-11-23, language: fr, by: NAME}."))
	case !dateForm.MatchString(date):
		b.fault(f["date"], hint.Say("%q is not a date.", date), hint.Say("Write it as year-month-day, as in 2026-11-23."))
	case !languageForm.MatchString(language):
		b.fault(f["language"], hint.Say("%q is not a language tag.", language), hint.Say("Write a tag such as fr, en-GB or pt-BR."))
	default:
		b.flow.Checked = append(b.flow.Checked, Check{date, language, by})
	}
}

// hosts are added to those of the lower layers. The list that counts is
// compiled into the program; see [guard.Host].
func (b *builder) hosts(n *node) {
	hosts, nodes := b.texts(n)
	for i, h := range hosts {
		got, err := guard.Host("https://" + h + "/")
		if err != nil || got != h {
			b.fault(nodes[i], hint.Say("%q is not a host that nonmerci visits.", h), hint.Say("Hosts come from a fixed list: %s.", strings.Join(guard.Hosts(), ", ")))
			continue
		}
		if !slices.Contains(b.flow.Hosts, h) {
			b.flow.Hosts = append(b.flow.Hosts, h)
		}
	}
}

// forms of an upper layer come first, because they are newer.
func (b *builder) forms(f map[string]*node) {
	ids := func(name string) (good []string) {
		texts, nodes := b.texts(f[name])
		for i, id := range texts {
			if !formID.MatchString(id) {
				b.fault(nodes[i], hint.Say("%q is not the number of a form.", id), hint.Say("It is the row of digits at the end of the form's address."))
				continue
			}
			good = append(good, id)
			b.where[name+" "+id] = nodes[i]
		}
		return good
	}
	b.flow.Forms = distinct(append(ids("forms"), b.flow.Forms...))
	b.flow.Wrong = distinct(append(b.flow.Wrong, ids("wrong-forms")...))
	for _, id := range b.flow.Forms {
		if slices.Contains(b.flow.Wrong, id) {
			b.fault(later(b.where["forms "+id], b.where["wrong-forms "+id]),
				hint.Say("%s stands in forms and in wrong-forms.", id), hint.Say("It can be only one of the two."))
		}
	}
}

func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (b *builder) address(id string, key, value *node) {
	s, ok := b.text(value)
	b.flow.Address[id], b.where["address "+id] = s, key
	if !ok {
		return
	}
	host, err := guard.Host(s)
	u, parseErr := url.Parse(s)
	switch {
	case err != nil || parseErr != nil || u.Fragment != "" || !strings.HasPrefix(s, "https://"+host+"/"):
		b.fault(value, hint.Say("%q is not an address that nonmerci opens.", s), hint.Say("It begins with https:// and one of the hosts of the flow in small letters, and has nothing from # on."))
	case !slices.Contains(b.flow.Hosts, host):
		b.fault(value, hint.Say("%q is not among the hosts of this flow.", host), hint.Say("Add it to hosts, or use one of: %s.", strings.Join(b.flow.Hosts, ", ")))
	}
}

func (b *builder) target(id string, key, value *node) {
	f := b.fields(value, "target")
	t := Target{In: Top, Source: value.src.name}
	for _, n := range b.filled(f["is"]) {
		if s, ok := b.word(n, texts(roles[:])); ok && !slices.Contains(t.Is, Role(s)) {
			t.Is = append(t.Is, Role(s))
		}
	}
	if f["in"] != nil {
		if s, ok := b.word(f["in"], texts(scopes[:])); ok {
			t.In = Scope(s)
		}
	}
	if f["commit"] != nil {
		t.Commit = b.flag(f["commit"])
	}
	for _, n := range b.filled(f["find"]) {
		if l, ok := b.locator(n, "locator"); ok {
			t.Find = append(t.Find, l)
		}
	}
	for _, n := range b.filled(f["never"]) {
		if l, ok := b.locator(n, "never"); ok {
			t.Never = append(t.Never, l)
		}
	}
	b.filled(f["also"])
	t.Also, b.also[id] = b.texts(f["also"])
	if f["learned"] != nil {
		t.Learned = b.learned(f["learned"])
	}
	if f != nil && (f["is"] == nil || f["find"] == nil) {
		b.lack(key, hint.Say("The target %q needs is and find.", id), hint.Say("Say what it is (a link, a button, …) and how to find it."))
	}
	b.keepCommit(id, key, t)
	b.flow.Targets[id], b.where["target "+id] = t, key
}

func (b *builder) learned(n *node) *Learned {
	f := b.fields(n, "learned")
	date, ok1 := b.text(f["date"])
	language, ok2 := b.text(f["language"])
	browser, ok3 := b.text(f["browser"])
	switch {
	case f == nil:
	case !ok1 || !ok2 || !ok3:
		b.lack(n, hint.Say("What was learned needs date, language and browser."), hint.Say("Write it as {date: 2026-11-23, language: fr, browser: \"Chromium 156\"}."))
	case !dateForm.MatchString(date):
		b.fault(f["date"], hint.Say("%q is not a date.", date), hint.Say("Write it as year-month-day, as in 2026-11-23."))
	case !languageForm.MatchString(language):
		b.fault(f["language"], hint.Say("%q is not a language tag.", language), hint.Say("Write a tag such as fr, en-GB or pt-BR."))
	default:
		return &Learned{date, language, browser}
	}
	return nil
}

// near ties a target to another one, which is tied to none.
func (b *builder) near(id string, n *node) {
	s, ok := b.ref(n, "target", names(b.flow.Targets))
	if !ok {
		return
	}
	t := b.flow.Targets[id]
	if t.Near = s; b.flow.Targets[s].Near != "" || s == id {
		b.fault(n, hint.Say("%q is itself looked for near something.", s), hint.Say("Name a target that is not."))
	}
	b.flow.Targets[id] = t
}

func (b *builder) locator(n *node, of string) (Locator, bool) {
	f := b.fields(n, of)
	l := Locator{Weight: 1}
	for _, by := range kindsOfLocators {
		if f[string(by)] == nil {
			continue
		}
		if l.By != "" {
			b.fault(f[string(by)], hint.Say("A locator is one vote, and this one has two kinds: %s and %s.", l.By, by), hint.Say("Make two locators of it, each in its own braces."))
			return l, false
		}
		l.By = by
	}
	if f["weight"] != nil {
		if w, ok := b.number(f["weight"], 1, 3); ok {
			l.Weight = w
		}
	}
	if l.By == "" {
		if f != nil {
			b.lack(n, hint.Say("This locator does not say how to find anything."), meant("", locatorKinds()))
		}
		return l, false
	}
	before := len(b.findings)
	b.locatorValues(f[string(l.By)], &l)
	if l.By == ByOnly && l.Weight != 1 {
		b.fault(f["weight"], hint.Say("Being the only one is a weak sign and always weighs 1."), hint.Say("Take the weight out."))
	}
	return l, len(b.findings) == before
}

func (b *builder) locatorValues(n *node, l *Locator) {
	switch l.By {
	case ByName, ByText, ByLabel, ByAround, BySays:
		b.phraseOrWords(n, l)
		if l.By == ByAround {
			b.gaps(n, l)
		}
		return
	case ByOnly:
		if !b.flag(n) {
			b.fault(n, hint.Say("only can be true, or be left out."), hint.Say("Take it out."))
		}
		return
	case ByForm:
		if s, ok := b.word(n, formLists[:]); ok {
			l.Values = b.flow.Forms
			if s == "wrong-forms" {
				l.Values = b.flow.Wrong
			}
			l.Values, l.List = slices.Clone(l.Values), s
		}
		return
	}
	for _, item := range b.filled(n) {
		if s, ok := b.locatorValue(item, l.By); ok {
			l.Values = append(l.Values, s)
		}
	}
}

func (b *builder) locatorValue(n *node, by By) (string, bool) {
	switch by {
	case ByType:
		return b.word(n, inputTypes[:])
	case ByInputmode:
		return b.word(n, inputModes[:])
	}
	s, ok := b.text(n)
	if !ok {
		return "", false
	}
	switch by {
	case ByHref:
		return s, b.pattern(n, s)
	case ByAutocomplete:
		ok = tokenForm.MatchString(s)
	case ByField:
		letters := strings.Trim(strings.ReplaceAll(s, "*", ""), "_.:[]-")
		ok = fieldForm.MatchString(s) && strings.ContainsFunc(letters, isLetter) && !strings.Contains(s, "**") && strings.Count(s, "*") <= maxStars
	}
	if !ok {
		b.fault(n, hint.Say("%q cannot stand here.", s), hint.Say("Write the attribute's value as it stands in the page, with * for any run of characters where a field's name changes."))
	}
	return s, ok
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// names lists what is defined in a section.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
