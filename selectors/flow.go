// Package selectors holds what nonmerci knows about the pages of each service:
// flow files (hosts, places, targets, routes) and phrase files (the words of
// one idea in every language). It is pure data: it opens no browser, and a file
// can say nothing that is not in its closed vocabulary.
//
// # Files
//
// A flow file says in YAML what the types below say in Go, with the same words:
//
//	schema: 1
//	service: facebook
//	targets:
//	  settings-link:
//	    is: [link]
//	    find:
//	      - {href: "/settings/", weight: 2}
//	      - {name: "@settings"}
//
// One value may stand for a list of one. "@settings" is a phrase: its words in
// all languages, from phrases.yaml. "@forms" in a rule's at stands for the
// addresses of the contact forms whose numbers stand under forms. Patterns are
// explained at [Flow.Regexp]. [Schema] describes every key.
//
// The built-in files are complete, and so are those of a signed [Bundle], which
// take their place. A person's own file for a service lies over them and holds
// only what it changes; see [Load]. There, and only there, the words of a page may
// stand in a target without a phrase.
//
// # Invariants
//
//   - A flow that [Parse] or [Load] accepted never presses, fills or chooses the
//     target marked commit (Send), nor another one with its words or with a
//     locator that could hit it. Send can only be pointed at, and a person's file
//     can neither unmark it nor mark another.
//   - What tells whose account is signed in is read, and no step does anything
//     else with it.
//   - A form is recognised by its address and by what stands on it, never by one
//     of the two. Neither is an answer of the site recognised by its address.
//   - No locator names a class, a generated id or a position.
//   - Every host stands on the list that is compiled into the program; a file
//     can use fewer, never more.
//   - No bundle changes which target sends the form, forgets a wrong form, or
//     brings back an older file than the program has.
//   - An unknown key, verb, role or phrase is an error with file, line and
//     column, never ignored. A name has one spelling only.
package selectors

import "strings"

// Flow is what nonmerci knows about one service.
type Flow struct {
	Schema   int               // version of the format; this program knows 1
	Service  string            // "instagram" or "facebook"
	Title    string            // the name that people read
	Revision int               // yyyymmddnn; only grows
	Checked  []Check           // when somebody saw it fit the live pages; empty: never
	Hosts    []string          // hosts that the walk may visit
	Forms    []string          // ids of the objection forms, newest first
	Wrong    []string          // ids of official forms that are not an objection to AI training
	Address  map[string]string // named addresses that a way may open
	Targets  map[string]Target
	Places   map[string]Place
	Routes   map[string]Route               // by name: settings, policy, direct
	Phrases  map[string]map[string][]string // the words of each idea, by language (BCP 47)
	Source   string                         // where the flow came from: "built-in", "downloaded" or a file path

	Downloaded int // revision of the bundle that it, or what lies under it, came from; 0: built in
}

// Check is one look at the live pages by a person.
type Check struct {
	Date     string // yyyy-mm-dd
	Language string // BCP 47 tag of the account's language
	By       string
}

// Target is one thing on a page: a role family and several independent
// locators. A locator that hits exactly one visible element of the family casts
// its vote; see Accept in the engine for the rule.
type Target struct {
	Is     []Role
	In     Scope
	Near   string // another target: only the smallest element around it that holds one of these
	Find   []Locator
	Never  []Locator // an element that one of these hits is left out before votes are counted
	Commit bool      // Send: can only be pointed at
	Also   []string  // further pages, or "elsewhere", on which a route that presses it does so first
	Source string    // the file it came from

	Learned *Learned // how it came into a person's own file; nil: by hand
}

// Learned says when and where a person showed the program a target.
type Learned struct {
	Date     string // yyyy-mm-dd, by the computer's clock
	Language string // of the page, as the page says: BCP 47; "und": it does not say
	Browser  string // name and major version, such as "Chromium 156"
}

// Role is a family of roles; a vote outside the family does not count.
type Role string

// The role families.
const (
	Link      Role = "link"
	Button    Role = "button"
	Textbox   Role = "textbox"   // one line
	Multiline Role = "multiline" // several lines
	Password  Role = "password"
	Select    Role = "select" // native select, combobox, listbox
	Choice    Role = "choice" // radio button, checkbox
	Heading   Role = "heading"
	Title     Role = "title" // a heading of the highest level on the page
	Dialog    Role = "dialog"
	Words     Role = "words" // the smallest element that says the words
	Upload    Role = "upload"
)

// Scope says where a target is looked for.
type Scope string

// The scopes.
const (
	Top  Scope = "top"  // the top dialog where there is one, else the page (default)
	Page Scope = "page" // the whole page, dialogs included
	Form Scope = "form" // the form that holds the e-mail field
)

// Locator is one way of finding a target, and one vote.
type Locator struct {
	By     By
	Values []string // words, patterns or ids, depending on By; phrases are already spread out
	Phrase string   // the phrase that Values came from, or empty
	List   string   // of ByForm: the list that Values came from, "forms" or "wrong-forms"
	Weight int      // 1 to 3
}

// String is the locator as people read it, such as "type=email" or
// "name=@object".
func (l Locator) String() string {
	switch {
	case l.By == ByOnly:
		return string(l.By)
	case l.Phrase != "":
		return string(l.By) + "=@" + l.Phrase
	}
	return string(l.By) + "=" + strings.Join(l.Values, "|")
}

// By is the kind of a locator.
type By string

// The kinds of locators.
const (
	ByName         By = "name"         // accessible name equals one of the words
	ByText         By = "text"         // visible text equals one of the words
	ByLabel        By = "label"        // accessible name contains one of the words
	ByAround       By = "around"       // accessible name is one of the words, in which {} stands for any name; only read, see [Sign]
	BySays         By = "says"         // visible text contains one of the words
	ByHref         By = "href"         // link address fits one of the patterns
	ByForm         By = "form"         // link address, or address of the page, is a contact form with one of the ids
	ByType         By = "type"         // type property: also "textarea", "select-one", and "submit" of a button without the attribute
	ByAutocomplete By = "autocomplete" // autocomplete attribute has the token
	ByInputmode    By = "inputmode"
	ByField        By = "field" // name attribute fits one of the patterns (* is any run of characters)
	ByOnly         By = "only"  // the only visible element of the family in the scope
)

// Kind says what a place is for.
type Kind string

// The kinds of places, from the one that is looked at first.
const (
	Gate     Kind = "gate"  // only the person can pass
	Aside    Kind = "aside" // lies over a page; one press puts it away, or else the person
	End      Kind = "end"   // the walk ends here
	FormKind Kind = "form"
	PageKind Kind = "page"
)

// Place is a named state of the page.
type Place struct {
	Kind  Kind
	When  []Rule  // any of them
	Means Meaning // of an End
	Do    []Step  // what this place asks for; pages leave it to the route

	Account []Sign // of pages: what tells there whose account is signed in
	Source  string // the file it came from
}

// Sign is one thing on a page that tells whose account is signed in. It is read;
// nothing else may be done with its target.
type Sign struct {
	By SignBy
	On string // a target
}

// SignBy is how a sign tells it.
type SignBy string

// The kinds of signs. Only what is one's own on that place may be a sign: a
// profile that could be anybody's is none.
const (
	SignHandle SignBy = "handle" // a link whose address is /HANDLE/
	SignName   SignBy = "name"   // an accessible name that fits an around locator: the name is what stands for {}
	SignOthers SignBy = "others" // whatever it names, there are more accounts than the one in use
)

// Rule recognises a place: every part that is not empty must hold.
type Rule struct {
	At   []string // the page's address fits one of these patterns
	See  []string // all of these targets are found
	Any  []string // at least one of these targets is found
	None []string // none of these targets is found, not even ambiguously
}

// Meaning is what reaching an End tells.
type Meaning string

// The meanings.
const (
	AlreadyObjected Meaning = "already-objected"
	NotAvailable    Meaning = "not-available"
	WrongForm       Meaning = "wrong-form"
	Thanks          Meaning = "thanks"
	Trouble         Meaning = "trouble" // the site reports an error of its own
)

// Route leads from "start" to the form: for each place the ways to try there,
// in order. The place "elsewhere" stands for every page that is not recognised.
type Route map[string][]Step

// Verb is what a step does. There is no verb that sends.
type Verb string

// The verbs.
const (
	Open   Verb = "open"   // go to a named address
	Press  Verb = "press"  // press a target
	Fill   Verb = "fill"   // put a value into a text field
	Choose Verb = "choose" // choose a value in a list
	Ask    Verb = "ask"    // leave it to the person
	Point  Verb = "point"  // point at a target; the only verb for the commit target
)

// Step is one verb with its object: an address for Open, a [Matter] for Ask, a
// target for the others.
type Step struct {
	Verb Verb
	On   string
	With Value // what Fill and Choose put in
}

// Value names something of the person's; the flow never holds it.
type Value string

// The values.
const (
	Email       Value = "email"
	Explanation Value = "explanation"
	Country     Value = "country"
)

// Matter is what only the person can do at a [Gate].
type Matter string

// The matters.
const (
	SignIn        Matter = "sign-in"
	EnterCode     Matter = "code"           // a code that was sent to the person
	PassCheck     Matter = "checkpoint"     // the site wants to know who is there
	ChooseAccount Matter = "choose-account" // several accounts, or "continue as"
	ChooseCookies Matter = "cookies"        // a cookie dialog without a known way to decline
	SettleAccount Matter = "account"        // the account is suspended or restricted
	AnswerDoubt   Matter = "automated"      // the site suspects that a program uses the account
	TellAge       Matter = "age"
	Decide        Matter = "prompt" // a question that has nothing to do with the form
)

// LastCheck is the last look at the live pages by a person; zero: nobody has yet.
func (f *Flow) LastCheck() Check {
	var last Check
	for _, c := range f.Checked {
		if c.Date > last.Date {
			last = c
		}
	}
	return last
}
