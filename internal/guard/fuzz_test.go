package guard

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzFacts: whatever is read from a page, a permit is given only where the
// rules, written a second time, have nothing against it.
func FuzzFacts(f *testing.F) {
	// A press, a link, two fields and a list that are good, and each of them with
	// one thing changed.
	for _, good := range [][]byte{{0, 0, 0, 0}, {0, 1, 0, 1, 0, 1}, {1, 3, 4, 2}, {1, 2, 0, 2, 0, 0, 0, 16}, {2, 4, 11, 5}} {
		good = append(good, make([]byte, 10-len(good))...)
		for i := range good {
			for v := range byte(16) {
				one := slices.Clone(good)
				one[i] ^= v
				f.Add(one, "FR", "Settings", "", "", 10.0, 20.0)
			}
		}
		for _, name := range []string{"Send", "Absenden!", "Settings|submit", "", "12", "Menu send now"} {
			f.Add(good, "a\nb", name, "", "", 10.0, 20.0)
		}
		f.Add(good, "FR", "Settings", "", "", -1.0, 20.0)
		f.Add(good, "FR", "Settings", "", "", 10.0, math.NaN())
	}
	f.Add([]byte{0, 1, 0, 1, 0, 1, 0, 1, 1, 0}, "", "Submit an objection request", "", "", 10.0, 20.0)
	f.Add([]byte{1, 3, 3, 2, 0, 0, 0, 1, 1, 0}, "someone@b.example", "E-mail", "", "", 10.0, 20.0)
	f.Add([]byte{0, 2, 1, 3, 0, 0, 0, 0, 0, 0}, "", "A", "", "", 10.0, 56.0) // a text area that says it is a button
	f.Add([]byte{2, 4, 0, 5, 0, 0, 0, 1, 1, 0}, "FR", "Country", "", "", -1.0, math.Inf(1))
	f.Add([]byte{1, 2, 2, 2, 0, 0, 0, 1, 1, 1}, "a\nb", "Send", "javascript:x", "https://www.facebook.com.evil.example/", math.NaN(), 0.0)
	f.Add([]byte{0, 6, 5, 0, 0, 3, 2, 1, 0, 0}, "x", "подать", "https://www.facebook.com/%61jax/help/contact/submit/", "about:blank", 1e300, 0.0)
	f.Fuzz(func(t *testing.T, pick []byte, text, name, href, address string, x, y float64) {
		if len(pick) < 10 {
			return
		}
		of := func(i int, list ...string) string { return list[int(pick[i])%len(list)] }
		bit := func(i, n int) bool { return pick[i]>>n&1 != 0 }
		facts := Facts{
			Node: 7 - int64(pick[4]>>5), Matches: 1 + int(int8(pick[4]<<3))>>6, Point: Point{x, y},
			Tag:     of(1, "div", "a", "textarea", "input", "select", "option", "button", "span", ""),
			Type:    of(2, "", "button", "text", "email", "tel", "submit", "image", "radio", "checkbox", "password", "file", "select-one", "reset"),
			Role:    of(3, "button", "link", "textbox", "checkbox", "radio", "combobox", "listbox", "option", "menuitem", "tab", "switch", "heading", "", "form", "treeitem"),
			Href:    of(5, "", formPage, hubPage+"#x", "https://www.facebook.com/ajax/help/contact/submit/page", "https://evil.example/", href),
			Address: of(6, hubPage, formPage, "https://evil.example/", "", address),
			Names:   strings.SplitN(name, "|", 4),
			OnTop:   !bit(7, 1), Visible: !bit(7, 2), Enabled: !bit(7, 3), Multiline: bit(7, 4),
			InForm: bit(8, 1), NearSend: bit(8, 2), Submits: bit(8, 3),
		}
		intent := Intent{Act: Act(int(pick[0]%5) + 1), Target: "t", Text: text}
		if pick[9]&1 != 0 {
			intent.SendWords = []string{text}
		}
		p, err := Judge(intent, facts, noon)
		if (p == nil) == (err == nil) {
			t.Fatalf("permit %v and error %v", p, err)
		}
		if why := forbids(intent, facts); p != nil && why != "" {
			t.Fatalf("a permit for %+v on %+v: %s", intent, facts, why)
		}
	})
}

// FuzzPermit: a permit is used up by the first attempt, which succeeds for
// exactly what was judged, while its time lasts.
func FuzzPermit(f *testing.F) {
	for _, after := range []int64{0, -1, int64(lifetime) - 1, int64(lifetime), int64(time.Minute), math.MinInt64} {
		f.Add(int(Fill), int64(7), 10.0, 20.0, "someone@b.example", after)
		f.Add(int(Press), int64(7), 10.0, 20.0, "", after)
	}
	f.Add(int(Fill), int64(8), 10.0, 20.0, "someone@b.example", int64(0))
	f.Add(int(Fill), int64(7), 10.5, 20.0, "someone@b.example", int64(0))
	f.Add(int(Fill), int64(7), 10.0, 20.5, "someone@b.example", int64(0))
	f.Add(int(Press), int64(7), 10.0, 20.0, "someone@b.example", int64(lifetime-1))
	f.Add(int(Fill), int64(8), 10.0, math.NaN(), "someone@b.example\n", int64(lifetime))
	f.Add(0, int64(0), 0.0, 0.0, "", int64(-1))
	f.Fuzz(func(t *testing.T, act int, node int64, x, y float64, text string, after int64) {
		for _, judged := range []struct {
			i Intent
			f Facts
		}{
			{Intent{Act: Fill, Text: "someone@b.example"}, field()},
			{Intent{Act: Press}, button("Settings")},
			{Intent{Act: Fill, Text: text}, but(field(), func(f *Facts) { f.Node, f.Point = node, Point{x, y} })},
		} {
			p, err := Judge(judged.i, judged.f, noon)
			if err != nil {
				continue
			}
			now := noon.Add(time.Duration(after))
			in := after >= 0 && after < int64(2*time.Second)
			same := Act(act) == judged.i.Act && node == judged.f.Node && x == judged.f.Point.X && y == judged.f.Point.Y && text == judged.i.Text
			twin := *p
			if err := p.Spend(Act(act), node, Point{x, y}, text, now); (err == nil) != (in && same) {
				t.Fatalf("in time %v, the same %v: %v", in, same, err)
			}
			for _, again := range []*Permit{p, &twin} {
				if again.Spend(judged.i.Act, judged.f.Node, judged.f.Point, judged.i.Text, noon) == nil {
					t.Fatal("spent twice")
				}
			}
		}
		if (&Permit{}).Spend(Act(act), node, Point{x, y}, text, time.Time{}) == nil || (*Permit)(nil).Spend(Act(act), node, Point{x, y}, text, noon) == nil {
			t.Fatal("no permit, and it can be spent")
		}
	})
}

// FuzzRequest: every request is put into one of the three classes, in bounded
// time, and what is sent as a document is never mere traffic.
func FuzzRequest(f *testing.F) {
	f.Add("GET", formPage, "Document", []byte(nil), false)
	f.Add("POST", "https://www.facebook.com/api", "XHR", []byte("a=%41%%4&b=\\u00\\x"), true)
	f.Add("post", ":", "DOCUMENT", []byte("QUFBQUFBQUFB"), true)
	f.Add("PUT", "https://www.facebook.com/ajax/help/contact/submit/", "Ping", []byte("\xff\x00"), false)
	f.Add("", "", "", []byte(`\ud83d\ude00\u12`), true)
	f.Fuzz(func(t *testing.T, method, url, kind string, body []byte, has bool) {
		r := Request{Method: method, URL: url, Kind: kind, Body: body, HasBody: has}
		begin := time.Now()
		for _, values := range [][]string{nil, {address, reason}} {
			got := Leaves(r, values)
			if got < Traffic || got > Unreadable {
				t.Fatalf("class %d", got)
			}
			document := strings.EqualFold(kind, "document") && !slices.Contains([]string{"GET", "HEAD"}, strings.ToUpper(method))
			if got != Submission && (document || strings.Contains(strings.ToLower(url), "https://www.facebook.com/ajax/help/contact/submit")) && !strings.ContainsAny(url, "#?%\x7f") {
				t.Fatalf("%+v is %v", r, got)
			}
		}
		if took := time.Since(begin); took > tooSlow {
			t.Fatalf("%d bytes took %v", len(body), took)
		}
	})
}

// tooSlow is far more than the third of a second that the worst body takes alone
// on the machine, because tests run beside others.
const tooSlow = 15 * time.Second

// TestLeavesIsQuick takes the bodies that decode the most.
func TestLeavesIsQuick(t *testing.T) {
	for name, piece := range map[string]string{
		"base64": "QUFB", "base64 of base64": "VVVaQ1VVWkM", "percent": "%2525", "escapes": `\\u005c`, "everything": `QUFB+%2541\\u0041 `, "letters": "a", "sentence": "the quick brown fox ",
	} {
		body := strings.Repeat(piece, tooLong/len(piece))
		begin := time.Now()
		got := Leaves(Request{Method: "POST", URL: "https://www.facebook.com/api", Kind: "xhr", Body: []byte(body), HasBody: true}, []string{address, reason})
		took := time.Since(begin)
		t.Logf("%s: %v in %v", name, got, took)
		if took > tooSlow {
			t.Errorf("%s: %d bytes took %v", name, len(body), took)
		}
	}
}
