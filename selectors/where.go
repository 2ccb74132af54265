package selectors

import "slices"

// MayBe tells whether a place can be at an address: one of its rules names no
// address, or one that fits.
func (f *Flow) MayBe(place, address string) bool {
	return slices.ContainsFunc(f.Places[place].When, func(r Rule) bool {
		return len(r.At) == 0 || slices.ContainsFunc(r.At, func(p string) bool { return f.Fits(p, address) })
	})
}

// TargetsOf lists the targets that matter at a place, sorted: those that it is
// recognised by, those that it works on, and those that a route presses there.
func (f *Flow) TargetsOf(place string) []string {
	var out []string
	p := f.Places[place]
	for _, r := range p.When {
		out = append(out, slices.Concat(r.See, r.Any, r.None)...)
	}
	steps := slices.Clone(p.Do)
	for _, route := range f.Routes {
		steps = append(steps, route[place]...)
	}
	for _, s := range steps {
		if s.Verb != Open && s.Verb != Ask {
			out = append(out, s.On)
		}
	}
	for _, s := range p.Account {
		out = append(out, s.On)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
