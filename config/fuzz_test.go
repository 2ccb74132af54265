package config_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// FuzzFile: whatever the settings file holds, the message names a place that is
// in it, and what is accepted is the same again when it is written plainly.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		string(config.Example()), "email: you@mail.example\nwait: 5m\nbrowser-arg: [a, 'b=c: d']\n", "explain: |\n  one\n\n   two\nroute: policy\n", "explain: >-\n  a\n  b\ncountry: fr",
		"email: a\xff@b.example\n", "json: yes\n", "json: true\nJSON: true\n", "wait: 90m # long\n", "---\nemail: \"a@b.example\"\n", "explain: \"a\n  b\"\n", "explain: [\n", "browser-arg:\n- a\n- b\n", "\ufeffroute: direct\r\n", "country: NO\n",
		"explain: 0x10\n", "explain: 2026-01-01\n", "explain: ~\n", "explain: 1_000\n", "explain: .inf\n", "explain: \"\\x00\"\n", "\x01", "email: a@b.example\n...\nwait: 1m\n", "explain: '\u0085'\n", "explain: \u2028x\n", "\r\r\t", "wait: 1m\rroute: direct\n",
	} {
		f.Add([]byte(seed))
	}
	place := regexp.MustCompile(`config\.yaml:(\d+):(\d+)`)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		src := given(t, nil, nil, string(data))
		c, err := config.Load(src)
		if err != nil {
			problem, ok := hint.Of(err)
			if !ok || problem.Next.String() == "" {
				t.Fatalf("%v is not a problem with a next step", err)
			}
			m := place.FindStringSubmatch(err.Error())
			if m == nil {
				if strings.Contains(err.Error(), "64 KB") || strings.Contains(err.Error(), "explanation, given") {
					return
				}
				t.Fatalf("no line and column: %v", err)
			}
			var line, column int
			if _, err := fmt.Sscan(m[1]+" "+m[2], &line, &column); err != nil {
				t.Fatal(err)
			}
			lines := strings.FieldsFunc(strings.ReplaceAll(string(data), "\n", "\n\x00"), func(r rune) bool { return r == '\n' })
			if line < 1 || column < 1 || line > len(lines)+1 {
				t.Fatalf("the place is not in a file of %d lines: %v", len(lines), err)
			}
			return
		}
		again, err := config.Load(given(t, nil, nil, plainly(c)))
		if err != nil {
			t.Fatalf("written plainly: %v\n%s", err, plainly(c))
		}
		for i := range reflect.TypeFor[config.Config]().NumField() {
			field := reflect.TypeFor[config.Config]().Field(i)
			if !field.IsExported() || field.Name == "WaitSet" {
				continue
			}
			was, is := reflect.ValueOf(c).Field(i), reflect.ValueOf(again).Field(i)
			if fmt.Sprintf("%q", was) != fmt.Sprintf("%q", is) {
				t.Errorf("%s was %q and is %q", field.Name, was, is)
			}
		}
	})
}

// plainly writes settings as a file, each value in JSON, which is YAML too.
func plainly(c config.Config) string {
	var b strings.Builder
	line := func(key string, value any) {
		j, _ := json.Marshal(value)
		fmt.Fprintf(&b, "%s: %s\n", key, j)
	}
	line("email", c.Email)
	if c.ExplainFile == "" {
		line("explain", c.Explain)
	} else {
		line("explain-file", c.ExplainFile)
	}
	line("country", c.Country)
	line("route", c.Route)
	line("browser", c.Browser)
	line("profile", c.Profile)
	line("attach", c.Attach)
	line("attach-anywhere", c.AttachAnywhere)
	line("headless", c.Headless)
	line("browser-arg", append([]string{}, c.BrowserArgs...))
	line("records", c.Records)
	line("timestamp", c.Timestamp)
	line("no-wait", c.NoWait)
	if !c.NoWait {
		line("wait", c.Wait.String())
	}
	line("json", c.JSON)
	line("verbose", c.Verbose)
	line("log-file", c.LogFile)
	line("language", c.Language)
	return b.String()
}
