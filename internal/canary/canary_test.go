package canary

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/internal/rehearsal"
)

const (
	email       = "marie.canary+ai@courrier.example"
	explanation = "Je refuse, « ça suffit » & non.\nMes photos sont à moi.\nNon"
)

func values() []Value { return Values(rehearsal.Secrets(), email, explanation) }

// encodings are written by other means than those of the package.
var encodings = map[string]func(string) string{
	"plain":           func(s string) string { return s },
	"upper case":      strings.ToUpper,
	"query":           url.QueryEscape,
	"path":            url.PathEscape,
	"query, small":    func(s string) string { return strings.ToLower(url.QueryEscape(s)) },
	"form":            func(s string) string { return url.Values{"a": {"b"}, "email": {s}}.Encode() },
	"form in a query": func(s string) string { return url.QueryEscape(url.Values{"email": {s}}.Encode()) },
	"JSON":            func(s string) string { b, _ := json.Marshal(map[string]string{"v": s}); return string(b) },
	"JSON, ASCII":     strconv.QuoteToASCII,
	"HTML":            html.EscapeString,
	"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64, 1":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte("{" + s + "}")) },
	"base64, 2":       func(s string) string { return base64.URLEncoding.EncodeToString([]byte("a=" + s + "&b")) },
	"base64, 3":       func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("abc" + s + "xy")) },
}

// Each canary is found in each encoding, alone and within other text.
func TestEachCanaryIsFoundInEachEncoding(t *testing.T) {
	if n := len(values()); n < 17 {
		t.Fatalf("%d canaries", n)
	}
	for _, v := range values() {
		for how, encode := range encodings {
			for _, around := range []string{"", "2026-11-23 walk: \n", "\x00\xff"} {
				if found := In([]byte(around+encode(v.Text)+around), []Value{v}); len(found) != 1 {
					t.Errorf("%s, %s: found %q", v.Name, how, found)
				}
			}
		}
	}
	if found := In([]byte(`{"email":{"masked":"m…@courrier.example"},"route":["home"]} Non`), values()); len(found) > 0 {
		t.Errorf("found %q where nothing is", found)
	}
}

// What the person keeps may stand in the values and in the report; secrets may
// stand nowhere, neither in files nor in their names.
func TestInTree(t *testing.T) {
	for _, c := range []struct {
		file, text string
		bad        bool
	}{
		{"journal.jsonl", `{"event":"place"}`, false},
		{"fields.json", email, false},
		{"fields-2.json", email, false},
		{"report.html", html.EscapeString(email), false},
		{"shots/01-home.png", "\x89PNG", false},
		{"journal.jsonl", email, true},
		{"manifest-sha256.txt", url.QueryEscape(email), true},
		{"profile/Local State", rehearsal.Secrets()["c_user"], false},
		{"log.jsonl", "Mes photos sont à moi.", true},
		{"fields.json", rehearsal.Secrets()["lsd"], true},
		{"report.html", rehearsal.Secrets()["name"], true},
		{"shots/01-home.png", rehearsal.Secrets()["c_user"], true},
		{email + ".txt", "", true},
		{rehearsal.Secrets()["datr"] + "/x", "", true},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.FromSlash(c.file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := InTree(dir, values())
		if err != nil || (len(found) > 0) != c.bad {
			t.Errorf("%s: found %q, %v", c.file, found, err)
		}
		if strings.Contains(strings.Join(found, " "), email) {
			t.Errorf("the finding repeats the value: %q", found)
		}
	}
}
