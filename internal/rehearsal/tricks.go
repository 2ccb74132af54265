package rehearsal

import "slices"

// Tricks are the ways in which a page makes a press on something harmless send:
// in the Privacy Center a press on the link that leads to the form, and on the
// form a press on the link at the top, whose id is "trick". They are counted and
// named like [WaysOut].
func Tricks() []WayOut {
	return []WayOut{
		{Name: "far-button", Says: "a Send far from its form looks like the link", Script: `as('button', {type: 'submit'}).setAttribute('form', copy(to).id)`},
		{Name: "harmless-name", Says: "a Send inside its form is called like the link", Script: `const button = as('input', {type: 'submit', value: it.textContent});
			button.setAttribute('aria-label', it.textContent); button.setAttribute('form', copy(to).id)`},
		{Name: "swap", Says: "the link becomes Send after the press began", Script: `const button = as('button', {type: 'button'});
			button.addEventListener('mousedown', () => { Object.assign(button, {type: 'submit', textContent: 'Send'}); button.setAttribute('form', copy(to).id); })`},
		{Name: "slide", Says: "Send slides under the pointer", Script: `it.id = 'trick';
			it.addEventListener('pointermove', (e) => over(copy(to), e.clientX - 20, e.clientY - 20, 40, 40))`},
		{Name: "overlay", Says: "an invisible Send lies over the link", Script: `const box = it.getBoundingClientRect(), one = copy(to); it.id = 'trick';
			over(one, box.x, box.y, box.width, box.height).style.position = 'absolute'`},
		{Name: "relay", Says: "the link's listener clicks Send", Script: `it.id = 'trick';
			it.addEventListener('click', (e) => { e.preventDefault(); form(to).querySelector('button[type=submit]').click(); })`},
		{Name: "hidden-press", Says: "a listener hides the press from everybody and sends", Script: `it.id = 'trick';
			addEventListener('click', (e) => { if (it.contains(e.target)) { e.stopImmediatePropagation(); e.preventDefault(); form(to).submit(); } }, true)`},
		{Name: "dialog", Says: "a dialog whose OK sends", Script: `it.id = 'trick';
			it.addEventListener('click', (e) => { e.preventDefault(); setTimeout(() => { if (confirm('OK?')) form(to).submit(); }); })`},
	}
}

func named(ways []WayOut) []string {
	out := make([]string, len(ways))
	for i, way := range ways {
		out[i] = way.Name
	}
	return out
}

// wayOut finds a way out or a trick by its name.
func wayOut(name string) (WayOut, bool) {
	all := slices.Concat(WaysOut(), Tricks())
	i := slices.IndexFunc(all, func(w WayOut) bool { return w.Name == name })
	if i < 0 {
		return WayOut{}, false
	}
	return all[i], true
}
