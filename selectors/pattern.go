package selectors

import (
	"regexp"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// A pattern is host/path. A * stands for any run of characters, none included;
// everything else stands for itself. Without a host, that is with a / in front,
// it means every host of the flow. Query and fragment are not part of it. A
// pattern that ends with / also fits the address without that /.
//
// More stars than maxStars would let a page slow a regular expression down.
const maxStars = 4

var (
	patternForm = regexp.MustCompile(`^[a-z0-9.*-]*/[A-Za-z0-9._~%*/-]*$`)
	fieldForm   = regexp.MustCompile(`^[A-Za-z0-9_*.:\[\]-]+$`)
)

// Regexp returns a pattern of this flow as a regular expression that means the
// same in Go and in JavaScript. Apply it to the address without query and
// fragment (in JavaScript: origin + pathname). It fits https only.
func (f *Flow) Regexp(pattern string) string {
	host, path, _ := strings.Cut(pattern, "/")
	var hosts string
	if host == "" {
		quoted := make([]string, len(f.Hosts))
		for i, h := range f.Hosts {
			quoted[i] = regexp.QuoteMeta(h)
		}
		hosts = "(?:" + strings.Join(quoted, "|") + ")"
	} else {
		hosts = starred(host, "[^/]*")
	}
	end := ""
	if rest, ok := strings.CutSuffix(path, "/"); ok {
		path, end = rest, "/?"
	} else if path == "" {
		end = "?"
	}
	return "^https://" + hosts + "/" + starred(path, ".*") + end + "$"
}

// Fits tells whether an address fits a pattern of this flow.
func (f *Flow) Fits(pattern, address string) bool {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	re, err := regexp.Compile(f.Regexp(pattern))
	return err == nil && re.MatchString(address)
}

func starred(s, star string) string {
	parts := strings.Split(s, "*")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return strings.Join(parts, star)
}

// pattern checks one pattern of an address.
func (b *builder) pattern(n *node, s string) bool {
	switch {
	case strings.Contains(s, "://"):
		b.fault(n, hint.Say("A pattern has no %q in it.", "https://"), hint.Say("Write it as host/path, or as /path for every host of the flow."))
	case strings.ContainsAny(s, "?#"):
		b.fault(n, hint.Say("The part of an address from ? or # on does not count."), hint.Say("Leave it out of the pattern."))
	case !patternForm.MatchString(s):
		b.fault(n, hint.Say("%q is not a pattern of an address.", s), hint.Say("Write it as host/path, or as /path for every host of the flow, with * for any run of characters."))
	case strings.Contains(s, "**") || strings.Count(s, "*") > maxStars:
		b.fault(n, hint.Say("A pattern holds at most %d stars, and never two together.", maxStars), hint.Say("Write two patterns instead."))
	case !strings.ContainsFunc(s, func(r rune) bool { return r != '*' && r != '/' && r != '.' }) && s != "/":
		b.fault(n, hint.Say("%q fits every address.", s), hint.Say("Name a part of the host or of the path."))
	default:
		return true
	}
	return false
}

// formPatterns are the addresses of contact forms with these ids.
func formPatterns(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, "/help/contact/"+id+"/", "/contact/"+id+"/")
	}
	return out
}
