package guard

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	address = "Some.One+ai@b.example"
	reason  = "I do not want this.\nMy photos show my \"children\" – ça suffit, 100 % sûr.\nThanks"
)

func TestLeaves(t *testing.T) {
	post := func(body string) Request {
		return Request{Method: "POST", URL: "https://www.facebook.com/api/graphql/", Kind: "XHR", Body: []byte(body), HasBody: body != ""}
	}
	get := func(u string) Request { return Request{Method: "GET", URL: u, Kind: "Image"} }
	jsonOf := func(s string) string { b, _ := json.Marshal(map[string]string{"v": s}); return string(b) }
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	ascii := func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) }
	cases := []struct {
		name string
		r    Request
		want Sending
	}{
		{"page", Request{Method: "GET", URL: formPage, Kind: "Document", Main: true}, Traffic},
		{"picture", get("https://www.instagram.com/static/x.png?b64=c29tZXRoaW5n"), Traffic},
		{"telemetry", post(`{"event":"focus","field":"email","len":21}`), Traffic},
		{"posted without body", post(""), Traffic},
		{"short value elsewhere", post("locale=FR&x=1"), Traffic},
		{"half an address", post("domain=b.example"), Traffic},

		{"form", Request{Method: "POST", URL: formPage, Kind: "document"}, Submission},
		{"form without method", Request{URL: formPage, Kind: "Document"}, Submission},
		{"form as GET", Request{Method: "GET", URL: formPage + "?email=" + url.QueryEscape(address), Kind: "Document"}, Submission},
		{"contact form", Request{Method: "POST", URL: "https://help.instagram.com/ajax/help/contact/submit/page", Kind: "Fetch"}, Submission},
		{"contact form as GET", get("https://www.facebook.com/ajax/help/contact/submit/?x=1"), Submission},
		{"contact form spelt otherwise", get("https://www.facebook.com//AJAX/help/./x/../contact/%73ubmit/page"), Submission},
		{"plain", post("email=" + address), Submission},
		{"lower case", post("email=" + strings.ToLower(address)), Submission},
		{"percent", post("email=" + url.QueryEscape(address)), Submission},
		{"percent twice", post("q=" + url.QueryEscape(url.QueryEscape(address))), Submission},
		{"every letter escaped", post("%53%6f%6d%65.One%2bai%40b%2eexample"), Submission},
		{"broken escapes around it", post("100%&email=Some.One%2Bai%40b.example&%zz"), Submission},
		{"JSON", post(`{"email":"Some.One\u002bai\u0040b.example"}`), Submission},
		{"JSON in a form", post("variables=" + url.QueryEscape(jsonOf(address))), Submission},
		{"JSON in JSON in a form", post("variables=" + url.QueryEscape(jsonOf(jsonOf(reason)))), Submission},
		{"base64", post(b64(address)), Submission},
		{"base64 within more", post(`{"d":"` + b64("xy"+jsonOf(address)) + `"}`), Submission},
		{"base64 glued to letters", post("data" + b64(address)), Submission},
		{"base64 for addresses", get("https://www.facebook.com/tr?d=" + base64.RawURLEncoding.EncodeToString([]byte("?>"+address))), Submission},
		{"base64 of percent in percent", post("d=" + url.QueryEscape(b64(url.QueryEscape(address)))), Submission},
		{"text as a form sends it", post("Field1=" + url.QueryEscape(strings.ReplaceAll(reason, "\n", "\r\n"))), Submission},
		{"text with escapes only", post(`{"t":"` + ascii(reason) + `"}`), Submission},
		{"text cut short", post("draft=" + url.QueryEscape(reason[20:64])), Submission},
		{"multipart", post("--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" + address + "\r\n--x--"), Submission},
		{"binary with the address in it", post("\x00\x01" + address + "\xff"), Submission},
		{"ping", Request{Method: "POST", URL: "https://www.facebook.com/log", Kind: "Ping", Body: []byte(address)}, Submission},

		{"body not read", Request{Method: "POST", URL: "https://www.facebook.com/log", Kind: "ping", HasBody: true}, Unreadable},
		{"compressed", post("\x1f\x8b\x08\x00\x00\x00"), Unreadable},
		{"control characters", post("a\x00b"), Unreadable},
		{"too long", post(strings.Repeat("a", tooLong+1)), Unreadable},
		{"address that does not parse", get("https://www.facebook.com/%zz"), Unreadable},
	}
	for _, c := range cases {
		if got := Leaves(c.r, []string{address, reason, "FR", ""}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// FuzzLeaves wraps a value in up to four layers of encoding, each with other
// text around it, puts it into body or address, and expects it to be found.
func FuzzLeaves(f *testing.F) {
	f.Add("someone@b.example", "email=", "&x", []byte{0})
	f.Add(address, "data", "", []byte{1, 8})
	f.Add("çava", "{", "}", []byte{5, 6, 2, 3})
	f.Add("a%20b+c", "x", "+", []byte{0x82, 4, 8, 9})
	f.Add(reason, `"`, `"`, []byte{0x85, 7, 8, 1})
	f.Add("A00!", `\\%%`, "\n", []byte{0x17, 0x5c, 0x5c})
	f.Add("A00!", `\\%%`, "\n", []byte{0x17, 0x5c, 0x5c})
	f.Add("A000", "001c", "", []byte{0xb2, 0xb2, 1, 8})
	f.Add(`C:\\temp\n`, "v: ", "\n", []byte{0x45, 10, 5})
	f.Fuzz(func(t *testing.T, value, before, after string, layers []byte) {
		value = strings.ToValidUTF8(value, "")
		if len([]rune(plain(value))) < 4 || len(value) > 120 || len(before)+len(after) > 80 || len(layers) > 4 {
			return
		}
		body, url := value, false
		for _, l := range layers {
			body, url = encodings[int(l&0x3f)%len(encodings)](body), l&0x80 != 0
			if l&0x40 != 0 {
				body = uncut(before) + "=" + body + after
			}
		}
		r := Request{Method: "POST", URL: "https://www.facebook.com/api", Kind: "Fetch", Body: []byte(uncut(before) + "=" + body + after), HasBody: true}
		if url {
			r.URL, r.Body = r.URL+"?q="+string(r.Body), []byte("x")
		}
		if got := Leaves(r, []string{value}); got == Traffic || got == Unreadable && !url {
			t.Fatalf("%q in %q %q: %v", value, r.URL, r.Body, got)
		}
	})
}

// encodings are the ways in which pages write values.
var encodings = [...]func(string) string{
	func(s string) string { return s },
	url.QueryEscape,
	url.PathEscape,
	func(s string) string { return each(s, "%%%02X") },
	func(s string) string { return each(s, "%%%02x") },
	func(s string) string { b, _ := json.Marshal(s); return string(b) },
	func(s string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, map[bool]string{true: `\x%02x`, false: `\u%04X`}[u < 256], u)
		}
		return b.String()
	},
	func(s string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
		return b.String()
	},
	func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
}

func each(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// uncut takes the end away where it would swallow what follows as an escape of
// its own. Letters glued to base64 can do that, too, when they decode to a
// backslash: see TestLeaves for those that do not.
func uncut(s string) string {
	tail := max(0, len(s)-6)
	if i := strings.IndexAny(s[tail:], `\%`); i >= 0 {
		return uncut(s[:tail+i])
	}
	return s
}

func BenchmarkLeaves(b *testing.B) {
	body := []byte("variables=" + url.QueryEscape(strings.Repeat(`{"event":"scroll","token":"QWxhZGRpbjpvcGVuIHNlc2FtZQ"},`, 400)))
	r := Request{Method: "POST", URL: "https://www.facebook.com/api/graphql/", Kind: "XHR", Body: body, HasBody: true}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if Leaves(r, []string{address, reason}) != Traffic {
			b.Fatal("found")
		}
	}
}
