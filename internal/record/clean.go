package record

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	leftOut  = "…"
	maxRunes = 500 // of one text in the journal
)

var (
	// A folder of the person's own, up to the end of the text: names of people
	// and profiles may hold spaces.
	homePath = regexp.MustCompile(`(?i)(^|[\s="'(\[,;]|file:/?/?)(~|(?:[a-z]:)?[\\/]+(?:home|users|root|var[\\/]home|documents and settings))([\\/][^"']*|$)`)

	mailAddress = regexp.MustCompile(`[\pL\pN._%+\-]+@[\pL\pN\-]+(\.[\pL\pN\-]+)*\.\pL{2,}`)

	// Switches whose values are safe: no path, no address, no account.
	plainValue = regexp.MustCompile(`^[A-Za-z0-9_.,:*+= -]*$`)

	// What no file of a record may hold, after Okta's list for sanitizing HAR
	// files and the names that Meta's sites use.
	secrets = []*regexp.Regexp{
		regexp.MustCompile(`\b(?:c_user|xs|datr|sb|fr|sessionid|ds_user_id|csrftoken|ig_did)(?:=|%3D)[^\s;"'<>&,]{6,}`),
		regexp.MustCompile(`\b(?:c_user|datr|sessionid|ds_user_id|csrftoken|ig_did)"\s*(?::|,\s*"value"\s*:)\s*"[^"]{6,}"`),
		regexp.MustCompile(`(?i)\b(?:set-)?cookie["']?\s*[:=]\s*["']?[\w.-]+=\S*`),
		regexp.MustCompile(`\b(?:fb_dtsg(?:_ag)?|jazoest|lsd|__user|access_token|id_token|refresh_token|auth_token)(?:=|%3D|["']?\s*:\s*["']?)[^\s"'<>&,;]{4,}`),
		regexp.MustCompile(`\bEAA[A-Za-z0-9]{24,}`),
		regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`),
		regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{20,}`),
	}

	// A picture inside the report; its base64 could look like anything.
	inlinePicture = regexp.MustCompile(`data:image/png;base64,[A-Za-z0-9+/=]*`)
)

// clean takes out of a text what a journal must not hold: secrets, what follows ? and #
// in an address, credentials in front of a host, e-mail addresses, folders of
// the person's own, control characters. It goes on until nothing more is found,
// so that cleaning twice is cleaning once: the scan before sealing relies on it.
func clean(s string) string {
	for range 8 {
		cleaned := cleanOnce(s)
		if cleaned == s {
			break
		}
		s = cleaned
	}
	return s
}

func cleanOnce(s string) string {
	s = oneLine(s)
	for _, p := range secrets {
		s = p.ReplaceAllString(s, leftOut)
	}
	s = homePath.ReplaceAllString(s, "$1"+leftOut)
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = cleanAddress(w)
	}
	s = mailAddress.ReplaceAllString(strings.Join(words, " "), leftOut)
	if r := []rune(s); len(r) > maxRunes {
		s = string(r[:maxRunes-1]) + leftOut
	}
	return s
}

// oneLine turns line breaks, other control characters and runs of spaces into
// one space each.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, leftOut))
	// Not strings.Fields: French keeps no-break spaces before : ; ! and ?.
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// cleanAddress cuts whatever looks like an address at its query or fragment,
// and drops what stands before @ in its host.
func cleanAddress(s string) string {
	slash := strings.IndexByte(s, '/')
	if slash < 0 {
		return s
	}
	if cut := strings.IndexAny(s[slash:], "?#"); cut >= 0 {
		s = s[:slash+cut]
	}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			s = scheme + "://" + strings.TrimSuffix(host[at+1:]+"/"+path, "/")
		}
	}
	return s
}

// cleanSwitch keeps the name of a browser switch, and its value where that
// cannot tell anything about the person.
func cleanSwitch(s string) string {
	name, value, has := strings.Cut(strings.TrimLeft(s, "-"), "=")
	switch {
	case !has:
		return clean(name)
	case name == "user-data-dir", name == "profile-directory", !plainValue.MatchString(value):
		return clean(name) + "=" + leftOut
	}
	return clean(name + "=" + value)
}

// cleanAll gives a copy of the fields, as they will be read from the journal,
// with every text in them cleaned.
func cleanAll(fields map[string]any, clean func(string) string) (map[string]any, error) {
	b, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var copied map[string]any
	if err := json.Unmarshal(b, &copied); err != nil {
		return nil, err
	}
	for key, value := range copied {
		copied[key] = cleanValue(value, clean)
	}
	return copied, nil
}

func cleanValue(value any, clean func(string) string) any {
	switch v := value.(type) {
	case string:
		return clean(v)
	case []any:
		for i := range v {
			v[i] = cleanValue(v[i], clean)
		}
	case map[string]any:
		for key := range v {
			v[key] = cleanValue(v[key], clean)
		}
	}
	return value
}

// hasSecret says whether a text file holds something that opens a session.
func hasSecret(b []byte) bool {
	text := inlinePicture.ReplaceAllString(html.UnescapeString(string(b)), "")
	return slices.ContainsFunc(secrets, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}
