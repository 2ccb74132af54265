package selectors

import (
	"maps"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

func (b *builder) place(id string, key, value *node) {
	f := b.fields(value, "place")
	if f == nil {
		return
	}
	if id == "start" || id == "elsewhere" {
		b.fault(key, hint.Say("%q has a meaning of its own and cannot name a place.", id), hint.Say("Choose another name."))
	}
	p := Place{Source: value.src.name}
	if f["kind"] == nil || f["when"] == nil {
		b.lack(key, hint.Say("The place %q needs kind and when.", id), hint.Say("Say what the place is for, and how to recognise it."))
		return
	}
	if s, ok := b.word(f["kind"], texts(kindsOfPlaces[:])); ok {
		p.Kind = Kind(s)
	}
	for _, n := range b.filled(f["when"]) {
		p.When = append(p.When, b.rule(n, p.Kind))
	}
	var steps []*node
	p.Do, steps = b.steps(f["do"])
	if f["means"] != nil {
		if s, ok := b.word(f["means"], texts(meanings[:])); ok {
			p.Means = Meaning(s)
		}
	}
	p.Account = b.account(f["account"], p.Kind)
	b.needs(key, f, p, steps)
	b.proof(key, f, p)
	b.flow.Places[id], b.where["place "+id] = p, key
}

// proof keeps the meanings that a record builds on from resting on an address.
func (b *builder) proof(key *node, f map[string]*node, p Place) {
	if p.Means != AlreadyObjected && p.Means != Thanks {
		return
	}
	for i, r := range p.When {
		if len(r.See) == 0 && len(r.Any) == 0 {
			b.lack(b.items(f["when"])[i], hint.Say("What counts as an answer of the site is never recognised by its address alone."), hint.Say("Add what must be seen there."))
		}
	}
}

// needs checks that a place has what its kind asks for, and nothing else.
func (b *builder) needs(key *node, f map[string]*node, p Place, steps []*node) {
	if (p.Kind == End) != (p.Means != "") && p.Kind != "" {
		at := key
		if f["means"] != nil {
			at = f["means"]
		}
		b.lack(at, hint.Say("A place of the kind end says what it means; no other place does."), hint.Say("Known meanings: %s.", strings.Join(texts(meanings[:]), ", ")))
	}
	at := key
	if f["do"] != nil {
		at = f["do"]
	}
	switch p.Kind {
	case Gate:
		if len(p.Do) != 1 || p.Do[0].Verb != Ask {
			b.lack(at, hint.Say("A gate is passed by the person: it asks for one thing and does nothing else."), hint.Say("Write do: [{ask: …}] with one of: %s.", strings.Join(texts(matters[:]), ", ")))
		}
	case Aside:
		if len(p.Do) == 0 || len(p.Do) > 2 || p.Do[0].Verb != Press || len(p.Do) == 2 && p.Do[1].Verb != Ask {
			b.lack(at, hint.Say("An aside is put away by one press, or else by the person."), hint.Say("Write do: [{press: …}] with the target that closes it; {ask: …} may follow."))
		}
	case FormKind:
		b.needsOfForm(at, p, steps)
	case End, PageKind:
		if f["do"] != nil {
			b.fault(at, hint.Say("A place of the kind %s does nothing by itself.", p.Kind), hint.Say("Put the ways that lead on from a page into routes."))
		}
	}
}

func (b *builder) needsOfForm(at *node, p Place, steps []*node) {
	last := len(p.Do) - 1
	for i, s := range p.Do {
		switch {
		case s.Verb == Open:
			b.fault(steps[i], hint.Say("A form is never left by opening another address."), hint.Say("Take this step out."))
		case s.Verb == Press && !slices.Equal(b.flow.Targets[s.On].Is, []Role{Choice}):
			b.fault(steps[i], hint.Say("In a form only radio buttons and checkboxes are pressed, and %q is not only that.", s.On), hint.Say("Make it a target with is: [choice], or take this step out."))
		case s.Verb == Point && i != last:
			b.fault(steps[i], hint.Say("Pointing is the last thing that happens in a form."), hint.Say("Move this step to the end."))
		}
	}
	if last < 0 || p.Do[last].Verb != Point || !b.flow.Targets[p.Do[last].On].Commit {
		b.lack(at, hint.Say("A form ends by pointing at the button that sends it."), hint.Say("End with {point: …} and the target that has commit: true."))
	}
}

func (b *builder) rule(n *node, kind Kind) Rule {
	f := b.fields(n, "rule")
	var r Rule
	for _, at := range b.filled(f["at"]) {
		s, ok := b.text(at)
		switch {
		case !ok:
		case s == "@forms":
			r.At = append(r.At, formPatterns(b.flow.Forms)...)
		case s == "@wrong-forms":
			r.At = append(r.At, formPatterns(b.flow.Wrong)...)
		case strings.HasPrefix(s, "@"):
			b.fault(at, hint.Say("%q is not known here.", s), meant(s, []string{"@forms", "@wrong-forms"}))
		case b.pattern(at, s):
			r.At = append(r.At, s)
		}
	}
	r.See, r.Any, r.None = b.seen(f["see"]), b.seen(f["any"]), b.seen(f["none"])
	if f == nil {
		return r
	}
	switch {
	case f["at"] == nil && len(r.See) == 0 && len(r.Any) == 0:
		b.lack(n, hint.Say("This rule would fit nearly every page."), hint.Say("Add an address (at), or what must be seen there (see, any)."))
	case kind == FormKind && (f["at"] == nil || len(r.See) == 0 && len(r.Any) == 0):
		b.lack(n, hint.Say("A form is recognised by its address and by what stands on it, never by one of the two alone."), hint.Say("Write both at, and see or any."))
	}
	return r
}

func (b *builder) seen(n *node) []string {
	var out []string
	for _, item := range b.filled(n) {
		if s, ok := b.ref(item, "target", names(b.flow.Targets)); ok {
			out = append(out, s)
		}
	}
	return out
}

func (b *builder) route(id string, key, value *node) {
	if !slices.Contains(routeNames[:], id) {
		b.fault(key, hint.Say("%q is not known here.", id), meant(id, routeNames[:]))
		return
	}
	r := Route{}
	b.entries(value, func(place string, key, value *node) {
		if place != "start" && place != "elsewhere" {
			at := b.where["place "+place]
			if at == nil {
				var places []string
				for name := range b.where {
					if p, ok := strings.CutPrefix(name, "place "); ok {
						places = append(places, p)
					}
				}
				b.fault(key, hint.Say("There is no place %q.", place), meant(place, append(places, "start", "elsewhere")))
				return
			}
			b.used["place "+place] = true
			if kind := b.flow.Places[place].Kind; kind != PageKind && kind != "" {
				b.lack(later(key, at), hint.Say("A route leads through pages, and %q is of the kind %s.", place, kind), hint.Say("What is done there stands in the place itself."))
			}
		}
		steps, nodes := b.steps(value)
		for i, s := range steps {
			if s.Verb != Open && (s.Verb != Press || place == "start") {
				b.fault(nodes[i], hint.Say("A route opens addresses and presses links and buttons, nothing else; at start it only opens."), hint.Say("Use open or press here."))
			}
		}
		r[place] = steps
	})
	if value.kind == mapping && len(r["start"]) == 0 {
		b.lack(key, hint.Say("The route %q has no start.", id), hint.Say("Write start: [{open: …}] with one of the addresses."))
	}
	b.flow.Routes[id], b.where["route "+id] = r, key
}

func (b *builder) steps(n *node) (steps []Step, nodes []*node) {
	for _, item := range b.filled(n) {
		if s, ok := b.step(item); ok {
			steps, nodes = append(steps, s), append(nodes, item)
		}
	}
	return steps, nodes
}

func (b *builder) step(n *node) (Step, bool) {
	f := b.fields(n, "step")
	var s Step
	var on *node
	for _, v := range verbs {
		if f[string(v)] == nil {
			continue
		}
		if s.Verb != "" {
			b.fault(f[string(v)], hint.Say("A step does one thing, and this one has two: %s and %s.", s.Verb, v), hint.Say("Make two steps of it, each in its own braces."))
			return s, false
		}
		s.Verb, on = v, f[string(v)]
	}
	if s.Verb == "" {
		if f != nil {
			b.lack(n, hint.Say("This step does not say what to do."), meant("", texts(verbs[:])))
		}
		return s, false
	}
	var ok bool
	switch s.Verb {
	case Open:
		s.On, ok = b.ref(on, "address", names(b.flow.Address))
	case Ask:
		s.On, ok = b.word(on, texts(matters[:]))
	default:
		s.On, ok = b.ref(on, "target", names(b.flow.Targets))
	}
	return s, b.with(n, f["with"], &s) && ok && b.allowed(on, s)
}

func (b *builder) with(n, with *node, s *Step) bool {
	switch {
	case s.Verb != Fill && s.Verb != Choose:
		if with != nil {
			b.fault(with, hint.Say("%s takes nothing with it.", s.Verb), hint.Say("Take with out."))
		}
		return with == nil
	case with == nil:
		b.lack(n, hint.Say("%s needs to know with what.", s.Verb), hint.Say("Add with: and one of: %s.", strings.Join(texts(values[:]), ", ")))
		return false
	}
	v, ok := b.word(with, texts(values[:]))
	s.With = Value(v)
	return ok
}

// alsoOn adds a page to those on which the routes press a target. Routes of
// another layer stay what they are otherwise.
func (b *builder) alsoOn(id string, n *node) {
	if p, ok := b.flow.Places[n.text]; n.text != "elsewhere" && (!ok || p.Kind != PageKind) {
		pages := slices.DeleteFunc(names(b.flow.Places), func(p string) bool { return b.flow.Places[p].Kind != PageKind })
		b.lack(n, hint.Say("%q is no page of this flow.", n.text), meant(n.text, append(pages, "elsewhere")))
		return
	}
	step := Step{Verb: Press, On: id}
	pressed := false
	for _, name := range names(b.flow.Routes) {
		route := b.flow.Routes[name]
		if !slices.ContainsFunc(slices.Collect(maps.Values(route)), func(ways []Step) bool { return slices.Contains(ways, step) }) {
			continue
		}
		pressed = true
		if !slices.Contains(route[n.text], step) && b.allowed(n, step) {
			route[n.text] = append([]Step{step}, route[n.text]...)
		}
	}
	if !pressed {
		b.lack(n, hint.Say("No route presses %q, so there is no further page to press it on.", id), hint.Say("Take also out, or write the way into a route."))
	}
}
