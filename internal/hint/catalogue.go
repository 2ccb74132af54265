package hint

import "strings"

// Lang decides the language of the sentences, "fr" or "en", from the variables
// of the environment. As in POSIX the first of LC_ALL, LC_MESSAGES and LANG
// that is set and not empty wins; C and POSIX are English.
func Lang(lookup func(string) (string, bool)) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value, ok := lookup(name); ok && value != "" {
			if isFrench(value) {
				return "fr"
			}
			return "en"
		}
	}
	return "en"
}

// isFrench looks at the primary subtag alone: "fr", "fr-CA", "fr_FR.UTF-8",
// "fr@euro", but not "frr" (North Frisian).
func isFrench(tag string) bool {
	primary := tag
	if end := strings.IndexAny(tag, "-_.@"); end >= 0 {
		primary = tag[:end]
	}
	return strings.EqualFold(primary, "fr")
}
