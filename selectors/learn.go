package selectors

import (
	"slices"
	"strings"
)

// Shown is what is known of a thing that a person has shown on a page.
type Shown struct {
	Role   Role     // empty: as it was
	Names  []string // accessible names
	Texts  []string // visible texts
	Says   []string // how visible texts begin
	Hrefs  []string // patterns of where it leads
	Fields []string // name attributes
}

// Learn returns the target with further ways of finding it. What was known stays:
// a page may come back, and in another language the old words are the right ones.
// Only where it is something else now (a button that was a link) its old words go,
// because they were judged for what it was.
func (t Target) Learn(s Shown, when Learned) Target {
	t.Learned = &when
	t.Is, t.Find = slices.Clone(t.Is), slices.Clone(t.Find)
	if s.Role != "" && !slices.Contains(t.Is, s.Role) {
		t.Is = append(t.Is, s.Role)
		t.Find = slices.DeleteFunc(t.Find, func(l Locator) bool { return wordy(l.By) })
	}
	add := func(by By, values []string) {
		// In a file "@" begins a phrase; on a page, what people call themselves.
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.HasPrefix(v, "@") || t.says(by, v) })
		if len(values) > 0 {
			t.Find = append(t.Find, Locator{By: by, Values: values, Weight: 1})
		}
	}
	add(ByName, s.Names)
	add(ByText, s.Texts)
	add(BySays, s.Says)
	add(ByHref, s.Hrefs)
	add(ByField, s.Fields)
	return t
}

// says tells whether a locator of this kind has the value already.
func (t Target) says(by By, value string) bool {
	return slices.ContainsFunc(t.Find, func(l Locator) bool {
		return l.By == by && slices.ContainsFunc(l.Values, func(v string) bool { return fold(v) == fold(value) })
	})
}

// Shown is what a recorded step says of its element.
func (r Recorded) Shown() Shown {
	s := Shown{Role: r.Role, Names: r.Names}
	for _, text := range r.Texts {
		// Of a long text the Recorder keeps the beginning.
		if slices.Contains(r.Names, text) || len([]rune(text)) <= 12 {
			s.Texts = append(s.Texts, text)
		} else {
			s.Says = append(s.Says, text)
		}
	}
	return s
}

// Weight is what its signs come to when all of them fit; [Enough] finds it.
func (s Shown) Weight() int {
	n := 0
	for _, list := range [][]string{s.Names, s.Texts, s.Says, s.Hrefs, s.Fields} {
		if len(list) > 0 {
			n++
		}
	}
	return n
}

// Could tells which targets a recorded step may have been done on: those that the
// flow does the same to, on a page that may stand at that address, or anywhere
// where the address is not said. known is the one that the flow finds by these
// words already, or empty.
func (f *Flow) Could(r Recorded) (known string, could []string) {
	same := func(s Step) bool {
		return s.Verb == r.Verb || r.Verb == Fill && s.Verb == Choose
	}
	places := names(f.Places)
	if r.Address != "" {
		places = slices.DeleteFunc(places, func(p string) bool { return !f.at(p, r.Address) })
	}
	if r.Address == "" || len(places) == 0 {
		places = append(places, "elsewhere")
	}
	for _, place := range places {
		steps := slices.Clone(f.Places[place].Do)
		for _, route := range f.Routes {
			steps = append(steps, route[place]...)
		}
		for _, s := range steps {
			if same(s) && !slices.Contains(could, s.On) && !f.Targets[s.On].Commit {
				could = append(could, s.On)
			}
		}
	}
	slices.Sort(could)
	for _, id := range could {
		t := f.Targets[id]
		for _, name := range r.Names {
			if t.says(ByName, name) {
				known = id
			}
		}
	}
	return known, could
}

// at tells whether a place can only be at addresses such as this one.
func (f *Flow) at(place, address string) bool {
	return slices.ContainsFunc(f.Places[place].When, func(r Rule) bool {
		return slices.ContainsFunc(r.At, func(p string) bool { return f.Fits(p, address) })
	})
}
