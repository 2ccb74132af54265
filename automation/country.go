package automation

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countryNames are what a list may call a country: its code, and its name in
// English, in itself, and in the given languages (BCP 47 tags; others are passed
// over). The names are those of Unicode's CLDR.
func countryNames(code string, languages ...string) []string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return []string{code}
	}
	out := []string{code}
	own, _ := language.Compose(language.Raw.Make("und"), region)
	spoken, _ := own.Base() // the likeliest language there
	for _, tag := range append(slices.Clone(languages), "en", spoken.String()) {
		t, err := language.Parse(strings.ReplaceAll(tag, "_", "-"))
		if err != nil {
			continue
		}
		if names := display.Regions(t); names != nil {
			if name := names.Name(region); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// isCountry tells whether a text is the name of a country in one of the
// languages, or in English.
func isCountry(text string, languages ...string) bool {
	if text == "" {
		return false
	}
	for _, region := range display.Supported.Regions() {
		if region.IsCountry() && slices.Contains(countryNames(region.String(), languages...), text) {
			return true
		}
	}
	return false
}
