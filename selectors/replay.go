package selectors

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Recording writes a route as a recording for the Recorder panel of Chrome's
// DevTools (@puppeteer/replay): it goes to the start, clicks one link after the
// other, with the words of one language (BCP 47), and ends by waiting for what is
// on the form. It fills nothing in, and no step of it is about the button that
// sends. The error, a [hint.Problem], is for a route or language that there is
// not, or for words that look like something personal.
//
// The Recorder clicks the first thing that fits, also where several do.
func (f *Flow) Recording(route, language string) ([]byte, error) {
	way, ok := f.Routes[route]
	if !ok {
		return nil, hint.New(hint.Say("There is no route %q.", route), meant(route, names(f.Routes)))
	}
	if !f.speaks(language) {
		return nil, hint.New(hint.Say("No words of the pages are known in the language %q.", language), hint.Say("`nonmerci selectors lint` lists the languages."))
	}
	start := f.Address[way["start"][0].On]
	steps := []map[string]any{{"type": "navigate", "url": start, "assertedEvents": []map[string]any{{"type": "navigation", "url": start}}}}
	place := f.pageAt(start)
	for range f.Places { // each is passed once at most
		on := firstPress(way[place])
		if on == "" {
			break
		}
		steps = append(steps, map[string]any{"type": "click", "target": "main", "frame": []int{}, "offsetX": 1, "offsetY": 1, "selectors": f.selectors(on, language)})
		place = f.beyond(on, way[place])
	}
	for _, id := range f.onForm() {
		steps = append(steps, map[string]any{"type": "waitForElement", "target": "main", "frame": []int{}, "visible": true, "selectors": f.selectors(id, language)})
	}
	for _, s := range steps {
		ways, _ := s["selectors"].([][]string)
		for _, way := range ways {
			if kind, words, _ := strings.Cut(way[0], "/"); (kind == "aria" || kind == "text") && personal(words) {
				return nil, hint.New(hint.Say("This looks like something personal, so the file was not given out."), hint.Say("Take it out, or write words there that everybody sees on that page."))
			}
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(map[string]any{"title": "nonmerci: " + f.Title + ", " + route, "steps": steps})
	return out.Bytes(), err
}

func firstPress(ways []Step) string {
	for _, s := range ways {
		if s.Verb == Press {
			return s.On
		}
	}
	return ""
}

// Beyond is the page to which pressing a target leads, as far as the flow says;
// empty: it does not say, or to the form.
func (f *Flow) Beyond(target string) string {
	for _, route := range names(f.Routes) {
		for _, place := range names(f.Routes[route]) {
			if ways := f.Routes[route][place]; slices.Contains(ways, Step{Verb: Press, On: target}) {
				return f.beyond(target, ways)
			}
		}
	}
	return ""
}

// beyond is the page to which pressing a target leads, as far as the flow says:
// the one that it is called after, or else the one that may be opened instead of
// pressing. Behind a link to the form there is none.
func (f *Flow) beyond(on string, ways []Step) string {
	name := strings.TrimSuffix(on, "-link")
	if slices.ContainsFunc(f.Targets[on].Find, func(l Locator) bool { return l.List == "forms" }) {
		return ""
	}
	if f.Places[name].Kind == PageKind {
		return name
	}
	for _, s := range ways {
		if s.Verb == Open {
			return f.pageAt(f.Address[s.On])
		}
	}
	return ""
}

// speaks tells whether a phrase has words in a language.
func (f *Flow) speaks(language string) bool {
	for _, words := range f.Phrases {
		if len(words[language]) > 0 {
			return true
		}
	}
	return false
}

// pageAt is the page that may stand at an address, or "elsewhere"; where the form
// stands, there is none.
func (f *Flow) pageAt(address string) string {
	for id, p := range f.Places {
		if p.Kind == FormKind && f.at(id, address) {
			return ""
		}
	}
	for _, id := range names(f.Places) {
		if f.Places[id].Kind == PageKind && f.at(id, address) {
			return id
		}
	}
	return "elsewhere"
}

// onForm are the targets that are filled in on a form.
func (f *Flow) onForm() (out []string) {
	for _, id := range names(f.Places) {
		for _, s := range f.Places[id].Do {
			if s.Verb == Fill && s.With == Email && !slices.Contains(out, s.On) {
				out = append(out, s.On)
			}
		}
	}
	return out
}

// selectors are the ways in which the Recorder finds a target, as it writes them.
func (f *Flow) selectors(id, language string) (out [][]string) {
	add := func(s string) {
		if one := []string{s}; !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, one) }) {
			out = append(out, one)
		}
	}
	for _, l := range f.Targets[id].Find {
		words := l.Values
		if l.Phrase != "" {
			words = f.Phrases[l.Phrase][language]
		}
		for _, w := range words {
			switch l.By {
			case ByName:
				add("aria/" + w)
			case ByText, BySays:
				add("text/" + w)
			case ByForm:
				add(`a[href*="/contact/` + w + `"]`)
			case ByType:
				add(`input[type="` + w + `"]`)
			case ByAutocomplete:
				add(`[autocomplete="` + w + `"]`)
			}
		}
	}
	return out
}
