package rehearsal

import "slices"

// Trait is one peculiarity of the pages. Traits combine freely with each other
// and with everything else in a [Variant].
type Trait string

// Traits of the ways to the form.
const (
	Topic          Trait = "topic"           // the Privacy Center has no link to the form; it stands on the page of the topic about AI
	RoleLinks      Trait = "role-links"      // the links on the way are div role=link without an address
	LazyList       Trait = "lazy-list"       // what follows in a list is built when the list is scrolled to
	AfterScroll    Trait = "after-scroll"    // the link to the form appears when the page has been scrolled
	SeeMore        Trait = "see-more"        // the sentence with the link is behind "See more"
	StickyHeader   Trait = "sticky-header"   // a header lies over what is scrolled to the top
	PolicyQuestion Trait = "policy-question" // the policy page asks whether the request is about AI
	Loop           Trait = "loop"            // the link to the form leads back to the settings
	LearnMoreTwin  Trait = "learn-more-twin" // a second link "Learn more: object"
	TwinObject     Trait = "twin-object"     // two links with the same words, to two different articles
	HiddenTwins    Trait = "hidden-twins"    // hidden copies of every link on the way
	LookAlikeLink  Trait = "look-alike-link" // the link to the form leads to a host that only looks like Meta's
	Relabelled     Trait = "relabelled"      // the link to the form has words that nobody knows
	ButtonLinks    Trait = "button-links"    // the links on the way are div role=button without an address
	Moved          Trait = "moved"           // the link to the form stands on the settings page alone
	OnlyWay        Trait = "only-way"        // the form opens from a link alone, not by its address
)

// Traits of the account.
const SeveralAccounts Trait = "several-accounts" // the pages offer to switch to another account

// Traits of the words.
const (
	RightToLeft Trait = "right-to-left"
	NoBreak     Trait = "no-break"     // no-break spaces in every label
	SoftHyphens Trait = "soft-hyphens" // soft hyphens in every long word
	SplitSpans  Trait = "split-spans"  // every label is cut into nested spans
	Mixed       Trait = "mixed"        // the link to the form and Send are English, whatever the language
)

// Traits of the form.
const (
	CountryPair     Trait = "country-pair"     // with the long form: a text field with a list, and a hidden field for the code
	CountryCombobox Trait = "country-combobox" // … a combobox with a list
	MustExplain     Trait = "must-explain"     // the explanation is required
	Shadow          Trait = "shadow"           // the form is in an open shadow root
	Frame           Trait = "frame"            // … in a frame of the same origin
	CrossFrame      Trait = "cross-frame"      // … in a frame of another host of Meta's
	Steps           Trait = "steps"            // one section after the other appears when the one before is filled in
	DisabledSend    Trait = "disabled-send"    // Send is disabled until the form is valid
	Validation      Trait = "validation"       // the page checks the fields itself and says what is wrong
	TwinSend        Trait = "twin-send"        // two buttons that look and are called alike
	Beside          Trait = "beside"           // a search box, a newsletter field and a hidden form beside the form
	NoSend          Trait = "no-send"          // the form has no button
	ThanksDialog    Trait = "thanks-dialog"    // the thanks are a dialog over the form, which stays
	ThanksBelow     Trait = "thanks-below"     // the thanks stand below the form, which stays and is empty
)

// Traits of the weather.
const (
	Hydration     Trait = "hydration"      // the content comes seconds after the page
	Rerender      Trait = "rerender"       // the content is rendered anew several times a second
	Replace       Trait = "replace"        // an element is replaced when the pointer comes near
	Huge          Trait = "huge"           // 50,000 nodes more
	SelfNavigate  Trait = "self-navigate"  // the home page goes to another page of the site by itself, once
	BeforeUnload  Trait = "before-unload"  // the page asks whether one really wants to leave
	AlertDialog   Trait = "alert-dialog"   // an alert as soon as the page is there
	PrintDialog   Trait = "print-dialog"   // the print dialog as soon as the page is there
	Redirects     Trait = "redirects"      // every address leads over two others
	OpenedTabs    Trait = "opened-tabs"    // every link on the way opens a tab of its own
	ChangingNames Trait = "changing-names" // ids, classes and test ids are others at each load
)

// traits is the vocabulary, in the order in which people read it.
func traits() []Trait {
	return []Trait{
		Topic, RoleLinks, LazyList, AfterScroll, SeeMore, StickyHeader, PolicyQuestion, Loop, LearnMoreTwin, TwinObject, HiddenTwins, LookAlikeLink, Relabelled, ButtonLinks, Moved, OnlyWay,
		SeveralAccounts,
		RightToLeft, NoBreak, SoftHyphens, SplitSpans, Mixed,
		CountryPair, CountryCombobox, MustExplain, Shadow, Frame, CrossFrame, Steps, DisabledSend, Validation, TwinSend, Beside, NoSend, ThanksDialog, ThanksBelow,
		Hydration, Rerender, Replace, Huge, SelfNavigate, BeforeUnload, AlertDialog, PrintDialog, Redirects, OpenedTabs, ChangingNames,
	}
}

// Is tells whether the variant has a trait.
func (v Variant) Is(t Trait) bool { return slices.Contains(v.Traits, t) }
