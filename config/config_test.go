package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/spf13/pflag"
)

// given builds a Source from a command line, variables and the text of a file.
func given(t testing.TB, args []string, env map[string]string, file string) config.Source {
	t.Helper()
	fs := pflag.NewFlagSet("object", pflag.ContinueOnError)
	config.Flags(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	src := config.Source{Flags: fs, Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	if file != "" {
		src.File = filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(src.File, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return src
}

func load(t testing.TB, args []string, env map[string]string, file string) config.Config {
	t.Helper()
	c, err := config.Load(given(t, args, env, file))
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func variable(key string) string {
	return "NONMERCI_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// TestPrecedence gives every key in every source, and takes the sources away
// one by one, from the strongest to the weakest.
func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	texts := map[string]string{}
	for _, name := range []string{"flag", "env", "file"} {
		texts[name] = filepath.Join(dir, name)
		if err := os.WriteFile(texts[name], []byte(name+" text\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		flag, env, file string // as written there
		want            [4]any // from flag, variable, file, default
	}{
		"email":        {"a@flag.example", "a@env.example", "a@file.example", [4]any{"a@flag.example", "a@env.example", "a@file.example", ""}},
		"explain":      {"by flag", "by env", "by file", [4]any{"by flag", "by env", "by file", ""}},
		"explain-file": {texts["flag"], texts["env"], texts["file"], [4]any{texts["flag"], texts["env"], texts["file"], ""}},
		"account":      {"@flag.name", "Name Env", "file.name", [4]any{"@flag.name", "Name Env", "file.name", ""}},
		"country":      {"fr", "IE", "de", [4]any{"FR", "IE", "DE", ""}},
		"route":        {"direct", "policy", "direct", [4]any{"direct", "policy", "direct", "settings"}},
		"browser":      {"chrome", "edge", "brave", [4]any{"chrome", "edge", "brave", ""}},
		"profile":      {"/flag", "/env", "/file", [4]any{"/flag", "/env", "/file", ""}},
		"attach":       {"9221", "9222", "127.0.0.1:9223", [4]any{"9221", "9222", "127.0.0.1:9223", ""}},
		"headless":     {"false", "true", "true", [4]any{false, true, true, false}},
		"browser-arg":  {"x=a, b", "y=1, 2\nz", "[no-sandbox]", [4]any{[]string{"x=a, b"}, []string{"y=1, 2", "z"}, []string{"no-sandbox"}, []string{}}},
		"records":      {"/flag", "/env", "/file", [4]any{"/flag", "/env", "/file", ""}},
		"timestamp":    {"https://flag.example", "http://env.example/tsa", "https://file.example", [4]any{"https://flag.example", "http://env.example/tsa", "https://file.example", ""}},
		"no-wait":      {"false", "true", "true", [4]any{false, true, true, false}},
		"wait":         {"1m", "2m", "3m", [4]any{time.Minute, 2 * time.Minute, 3 * time.Minute, 30 * time.Minute}},
		"json":         {"false", "1", "true", [4]any{false, true, true, false}},
		"verbose":      {"false", "true", "true", [4]any{false, true, true, false}},
		"log-file":     {"/flag", "/env", "/file", [4]any{"/flag", "/env", "/file", ""}},
		"language":     {"fr", "en", "FR", [4]any{"fr", "en", "fr", "en"}},

		"attach-anywhere": {"false", "true", "true", [4]any{false, true, true, false}},
	}
	for _, key := range config.Keys() {
		test, ok := tests[key]
		if !ok {
			t.Errorf("no row for the key %s", key)
			continue
		}
		t.Run(key, func(t *testing.T) {
			args := []string{"--" + key + "=" + test.flag}
			env := map[string]string{variable(key): test.env}
			file := "# a comment\n" + key + ": " + test.file + "\n"
			for i, want := range test.want {
				src := given(t, args, env, file)
				c, err := config.Load(src)
				if err != nil {
					t.Fatal(err)
				}
				if got := value(c, key); !reflect.DeepEqual(got, want) {
					t.Errorf("source %d: got %v, want %v", i, got, want)
				}
				origin := []string{"flag", variable(key), src.File + ":2", "default"}[i]
				if got := c.Origin(key); got != origin {
					t.Errorf("source %d: Origin = %q, want %q", i, got, origin)
				}
				switch i {
				case 0:
					args = nil
				case 1:
					env[variable(key)] = "" // an empty variable is none
				case 2:
					file = ""
				}
			}
		})
	}
}

func value(c config.Config, key string) any {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("mapstructure") == key {
			return v.Field(i).Interface()
		}
	}
	return nil
}

func TestValues(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  map[string]string
		file string
		ok   func(config.Config) bool
	}{
		{"empty flag beats the file", []string{"--email="}, nil, "email: a@b.example", func(c config.Config) bool { return c.Email == "" }},
		{"spaces around an address", []string{"--email", " a@b.example\n"}, nil, "", func(c config.Config) bool { return c.Email == "a@b.example" }},
		{"letters of other scripts", []string{"--email", "élodie@exämple.example"}, nil, "", func(c config.Config) bool { return c.Email == "élodie@exämple.example" }},
		{"account", []string{"--account", " @Marie.Rehearsal "}, nil, "", func(c config.Config) bool { return c.Account == "@Marie.Rehearsal" }},
		{"account of every script", []string{"--account", "Élodie 李"}, nil, "", func(c config.Config) bool { return c.Account == "Élodie 李" }},
		{"country no is Norway", nil, nil, "country: no", func(c config.Config) bool { return c.Country == "NO" }},
		{"UK is GB", []string{"--country", "uk"}, nil, "", func(c config.Config) bool { return c.Country == "GB" }},
		{"attach without a value", []string{"--attach"}, nil, "", func(c config.Config) bool { return c.Attach == config.AttachAuto }},
		{"attach to an address", []string{"--attach=ws://127.0.0.1:9222/devtools/browser/x"}, nil, "", func(c config.Config) bool { return c.Attach != "" }},
		{"attach here by name", []string{"--attach=localhost:9222"}, nil, "", func(c config.Config) bool { return c.Attach == "localhost:9222" }},
		{"attach elsewhere, meant", []string{"--attach=browser.example:9222", "--attach-anywhere"}, nil, "", func(c config.Config) bool { return c.Attach == "browser.example:9222" }},
		{"attach beats the file's profile", []string{"--attach"}, nil, "profile: /p\nbrowser-arg: [x]\nheadless: true", func(c config.Config) bool {
			return c.Attach != "" && c.Profile == "" && len(c.BrowserArgs) == 0 && !c.Headless && !c.NoWait
		}},
		{"a profile beats the file's attach", []string{"--profile=/p"}, nil, "attach: auto", func(c config.Config) bool { return c.Attach == "" && c.Profile == "/p" }},
		{"headless beats the file's attach", []string{"--headless"}, nil, "attach: auto", func(c config.Config) bool { return c.Attach == "" && c.Headless && c.NoWait }},
		{"no window is off", []string{"--attach", "--headless=false"}, nil, "", func(c config.Config) bool { return c.Attach != "" }},
		{"attach to a port", nil, nil, "attach: 9222", func(c config.Config) bool { return c.Attach == "9222" }},
		{"arguments with commas and quotes", []string{"--browser-arg", `a=[1, "2"]`, "--browser-arg", "b"}, nil, "", func(c config.Config) bool {
			return reflect.DeepEqual(c.BrowserArgs, []string{`a=[1, "2"]`, "b"})
		}},
		{"argument list in the file", nil, nil, "browser-arg:\n- no-sandbox\n- host-resolver-rules=MAP * 127.0.0.1:1\n", func(c config.Config) bool {
			return reflect.DeepEqual(c.BrowserArgs, []string{"no-sandbox", "host-resolver-rules=MAP * 127.0.0.1:1"})
		}},
		{"indented list", nil, nil, "browser-arg:\n  - \"x=&y\"\n", func(c config.Config) bool { return len(c.BrowserArgs) == 1 }},
		{"port for debugging", []string{"--browser-arg", "remote-debugging-port=9222"}, nil, "", func(c config.Config) bool { return len(c.BrowserArgs) == 1 }},
		{"block of text", nil, nil, "explain: |\n  I object & insist:\n\n  &not an anchor\n  email: not a key\njson: true\n", func(c config.Config) bool {
			return c.JSON && c.Explain == "I object & insist:\n\n&not an anchor\nemail: not a key\n"
		}},
		{"decomposed letters stay", []string{"--explain", "e\u0301\r\nx\ty"}, nil, "", func(c config.Config) bool { return c.Explain == "e\u0301\nx\ty" }},
		{"5000 characters", []string{"--explain", strings.Repeat("é", 5000)}, nil, "", func(c config.Config) bool { return c.Explain != "" }},
		{"byte order mark and Windows lines", nil, nil, "\uFEFFemail: a@b.example\r\njson: true\r\n", func(c config.Config) bool { return c.Email == "a@b.example" && c.JSON }},
		{"document start", nil, nil, "---\njson: true\n", func(c config.Config) bool { return c.JSON }},
		{"headless does not wait", []string{"--headless"}, nil, "", func(c config.Config) bool { return c.NoWait && !c.WaitSet && c.Origin("no-wait") == "flag" }},
		{"headless waits when told so", []string{"--headless"}, nil, "wait: 30m", func(c config.Config) bool { return !c.NoWait && c.WaitSet }},
		{"headless waits when told not to leave", []string{"--headless", "--no-wait=false"}, nil, "", func(c config.Config) bool { return !c.NoWait }},
		{"wait on the command line beats no-wait in the file", []string{"--wait", "5m"}, nil, "no-wait: true", func(c config.Config) bool { return !c.NoWait && c.Wait == 5*time.Minute }},
		{"no-wait beats wait from the same source", []string{"--wait", "5m", "--no-wait"}, nil, "", func(c config.Config) bool { return c.NoWait && !c.WaitSet }},
		{"no-wait on the command line beats wait in the file", []string{"--no-wait"}, nil, "wait: 5m", func(c config.Config) bool {
			return c.NoWait && !c.WaitSet && c.Wait == 30*time.Minute && c.Origin("wait") == "default"
		}},
		{"explain on the command line beats explain-file in the file", []string{"--explain", "x"}, nil, "explain-file: /nowhere", func(c config.Config) bool { return c.Explain == "x" && c.ExplainFile == "" }},
		{"language of the system", nil, map[string]string{"LANG": "fr_FR.UTF-8"}, "", func(c config.Config) bool { return c.Language == "fr" && c.Origin("language") == "default" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if c := load(t, test.args, test.env, test.file); !test.ok(c) {
				t.Errorf("got %+v", c)
			}
		})
	}
}

// secret must never stand in a message.
const secret = "canary.kx7"

func TestRefusals(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  map[string]string
		file string
		want string // in the message; FILE stands for the path
	}{
		{"misspelt key", nil, nil, "json: true\nemial: " + secret, "FILE:2:1: There is no setting of this name. Did you mean email?"},
		{"key in capitals", nil, nil, "Email: " + secret, "FILE:1:1: There is no setting of this name. Did you mean email?"},
		{"key with an underscore", nil, nil, "browser_arg: []", "Did you mean browser-arg?"},
		{"key in quotes", nil, nil, `"email": ` + secret, "Did you mean email?"},
		{"key with dots", nil, nil, "email.private: " + secret, "FILE:1:1: There is no setting"},
		{"a line of the explanation", nil, nil, "explain: |\n  dear all\n" + secret + ": private", "FILE:3:1: There is no setting of this name. The command"},
		{"no key at all", nil, nil, secret, "FILE:1:1: Every line must have the form NAME: VALUE"},
		{"no space after the colon", nil, nil, "email:" + secret, "FILE:1:1: Every line"},
		{"doubled key", nil, nil, "email: " + secret + "\njson: true\nemail: x", "FILE:3:1: The setting email already stands in line 1"},
		{"anchor", nil, nil, "email: &a " + secret, "FILE:1:8: A value that begins with &"},
		{"alias in a list", nil, nil, "browser-arg:\n  - *a\n", "FILE:2:5: A value"},
		{"anchor in a short list", nil, nil, `browser-arg: ["&x", &a b]`, "FILE:1:21: A value"},
		{"tag", nil, nil, "email: !!str " + secret, "FILE:1:8: A value"},
		{"merge key", nil, nil, "<<: {email: " + secret + "}", "There is no setting"},
		{"no value", nil, nil, "email:\n", "FILE:1:1: The setting email has no value"},
		{"quote over two keys", nil, nil, "explain: \"a\nemail: " + secret + "\"", "FILE:2"},
		{"map of everything", nil, nil, "{email: " + secret + "}", "FILE:1:1"},
		{"indented key", nil, nil, "  email: " + secret, "FILE:1:1: A setting must begin at the start"},
		{"bad YAML", nil, nil, "json: true\nexplain: \"" + secret, "FILE:2:1: This is not valid YAML"},
		{"second document", nil, nil, "json: true\n---\nemail: " + secret, "FILE:2:1"},
		{"too large", nil, nil, "#" + strings.Repeat("x", 64<<10), "FILE: It is larger than 64 KB"},
		{"not UTF-8", nil, nil, "email: \xff\xfe", "not a text file in UTF-8"},
		{"number for text", nil, nil, "email: 17", "The setting email, given in FILE:1:8, must be one e-mail address"},
		{"date for text", nil, nil, "explain: 2026-11-23", "must be text of at most"},
		{"word for a switch", nil, nil, "json: yes", "The setting json, given in FILE:1:7, must be true or false"},
		{"number for a duration", nil, nil, "wait: 30", "The setting wait, given in FILE:1:7, must be a duration such as"},
		{"text for a list", nil, nil, "browser-arg: no-sandbox", "must be a list of browser switches"},
		{"list of numbers", nil, nil, "browser-arg: [1]", "must be a list of browser switches"},
		{"map for text", nil, nil, "email:\n  a: " + secret, "The setting email"},
		{"variable for a switch", nil, map[string]string{"NONMERCI_JSON": secret}, "", "The setting json, given by the variable NONMERCI_JSON, must be true or false"},
		{"variable for a duration", nil, map[string]string{"NONMERCI_WAIT": secret}, "", "given by the variable NONMERCI_WAIT"},
		{"display name", []string{"--email", "M <" + secret + "@b.example>"}, nil, "", "The setting email, given by the flag --email, must be"},
		{"two addresses", []string{"--email", secret + "@b.example, c@d.example"}, nil, "", "must be one e-mail address"},
		{"no domain", []string{"--email", secret}, nil, "", "must be one e-mail address"},
		{"bare host", []string{"--email", secret + "@localhost"}, nil, "", "must be one e-mail address"},
		{"two lines", []string{"--email", secret + "@b.example\nx"}, nil, "", "must be one e-mail address"},
		{"unseen character", []string{"--email", secret + "\u200b@b.example"}, nil, "", "must be one e-mail address"},
		{"address literal", []string{"--email", secret + "@[127.0.0.1]"}, nil, "", "must be one e-mail address"},
		{"long address", []string{"--email", secret + strings.Repeat("x", 250) + "@b.example"}, nil, "", "must be one e-mail address"},
		{"long explanation", []string{"--explain", secret + strings.Repeat("x", 5000)}, nil, "", "must be text of at most 5000 characters"},
		{"control character", []string{"--explain", secret + "\x1b[0m"}, nil, "", "without control characters"},
		{"both explanations", []string{"--explain", secret, "--explain-file", secret}, nil, "", "The settings explain and explain-file exclude each other"},
		{"explanation for its file", []string{"--explain-file", secret + " is my reason"}, nil, "", "given by the flag --explain-file, was not found"},
		{"account on two lines", []string{"--account", secret + "\nx"}, nil, "", "must be the name of one account"},
		{"account without a name", []string{"--account", "@"}, nil, "", "must be the name of one account"},
		{"long account", []string{"--account", secret + strings.Repeat("x", 100)}, nil, "", "must be the name of one account"},
		{"unknown country", []string{"--country", "QQ"}, nil, "", "two-letter code of a country"},
		{"union as country", []string{"--country", "EU"}, nil, "", "two-letter code of a country"},
		{"country in words", nil, nil, "country: " + secret, "given in FILE:1:10, must be the two-letter"},
		{"unknown route", []string{"--route", secret}, nil, "", "must be settings, policy or direct"},
		{"no time", []string{"--wait", "0s"}, nil, "", "at most 24h"},
		{"too much time", []string{"--wait", "24h1s"}, nil, "", "at most 24h"},
		{"dashes", []string{"--browser-arg=--" + secret}, nil, "", "without dashes"},
		{"own profile", []string{"--browser-arg", "User-Data-Dir=/" + secret}, nil, "", "The browser switch user-data-dir, given by the flag --browser-arg, is set by nonmerci itself"},
		{"own pipe", nil, map[string]string{"NONMERCI_BROWSER_ARG": "remote-debugging-pipe"}, "", "The browser switch remote-debugging-pipe, given by the variable NONMERCI_BROWSER_ARG"},
		{"line break in a path", []string{"--records", secret + "\n"}, nil, "", "must be one line of text"},
		{"attach to words", []string{"--attach=" + secret}, nil, "", "must be auto, a port, or an address"},
		{"attach with a password", []string{"--attach=ws://" + secret + "@127.0.0.1:9222"}, nil, "", "must be auto, a port, or an address"},
		{"attach elsewhere", []string{"--attach=ws://" + secret + ":9222/devtools/browser"}, nil, "", "The address to attach to, given by the flag --attach, is another computer's"},
		{"attach elsewhere, by number", []string{"--attach=192.0.2.7:9222"}, nil, "", "is another computer's"},
		{"attach and a profile", []string{"--attach", "--profile=/" + secret}, nil, "", "The settings attach and profile exclude each other"},
		{"attach and no window", []string{"--attach", "--headless"}, nil, "", "The settings attach and headless exclude each other"},
		{"attach and a switch", []string{"--attach", "--browser-arg=x"}, nil, "", "The settings attach and browser-arg exclude each other"},
		{"unknown language", []string{"--language", secret}, nil, "", "must be en or fr"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := given(t, test.args, test.env, test.file)
			_, err := config.Load(src)
			problem, ok := hint.Of(err)
			if !ok {
				t.Fatalf("Load = %v, want a problem", err)
			}
			if want := strings.ReplaceAll(test.want, "FILE", src.File); !strings.Contains(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if all := fmt.Sprintf("%v %v %v", err, problem.What, problem.Next); strings.Contains(all, secret) {
				t.Errorf("the message holds a value: %s", all)
			}
			if problem.Next.String() == "" {
				t.Error("no next step")
			}
		})
	}
}

func TestExplainFile(t *testing.T) {
	tests := []struct{ name, content, want, problem string }{
		{"text", "\uFEFFLine one\r\nline two\r\n", "Line one\nline two", ""},
		{"empty", "", "", ""},
		{"too large", strings.Repeat("x\n", 33<<10), "", "is larger than 64 KB"},
		{"too many characters", secret + strings.Repeat("x", 5000), "", "at most 5000 characters"},
		{"control characters", secret + "\x00", "", "without control characters"},
		{"not UTF-8", secret + "\xff", "", "UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "why.txt")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := config.Load(given(t, []string{"--explain-file", path}, nil, ""))
			if test.problem == "" && (err != nil || c.Explain != test.want) {
				t.Errorf("got %q, %v, want %q", c.Explain, err, test.want)
			}
			if test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), secret)) {
				t.Errorf("got %v, want %s", err, test.problem)
			}
		})
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := config.Load(config.Source{File: filepath.Join(dir, "absent.yaml")}); err != nil {
		t.Errorf("absent file: %v", err)
	}
	if _, err := config.Load(config.Source{File: dir}); err == nil || !strings.Contains(err.Error(), "could not be read") {
		t.Errorf("folder: got %v", err)
	}
}

func TestWithHeadless(t *testing.T) {
	c := load(t, nil, nil, "")
	h := c.WithHeadless()
	if !h.Headless || !h.NoWait || c.Headless || c.NoWait {
		t.Errorf("got %+v from %+v", h, c)
	}
	if h = load(t, []string{"--wait", "1m"}, nil, "").WithHeadless(); h.NoWait {
		t.Error("the wait that was given is lost")
	}
}

func TestValueIsMasked(t *testing.T) {
	c := load(t, []string{"--email", "marie@b.example", "--explain", "Non merci", "--account", "marie", "--browser-arg", "a", "--browser-arg", "b"}, nil, "")
	for key, want := range map[string]string{"email": "m…@b.example", "explain": "(9)", "account": "(5)", "browser-arg": "a\nb", "wait": "30m0s", "json": "false", "nothing": ""} {
		if got := c.Value(key); got != want {
			t.Errorf("Value(%s) = %q, want %q", key, got, want)
		}
	}
}

// FuzzLoad: no input makes Load panic, show a value, or accept what its checks
// refuse.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"email: %s@b.example\n", "explain: |\n  %s\n  two\n", "emial: %s", "%s: x", "email: \"%s", "browser-arg: [%s, &a b]",
		"browser-arg:\n- %s\n- *a\n", "{%s: [}", "? %s\n: x", "email: !!binary %s", "wait: %s", "country: fr\ncountry: %s",
		"explain: >-\n  a\n %s\n\tb", "<<: *%s", "---\n%s\n...\n", "email: 'a\nb: %s'", "%%YAML 1.1\n---\nemail: %s", "email: [[[[%s", "a: &a [%s]\nb: *a",
	} {
		f.Add(seed, "%s", "30m")
	}
	f.Add("json: true", "email: %s", "%s")
	f.Fuzz(func(t *testing.T, file, email, wait string) {
		fill := func(s string) string { return strings.ReplaceAll(s, "%s", secret) }
		env := map[string]string{"NONMERCI_EMAIL": fill(email), "NONMERCI_WAIT": fill(wait)}
		c, err := config.Load(given(t, nil, env, fill(file)))
		if err == nil {
			if c.Wait <= 0 || c.Wait > 24*time.Hour || len(c.Email) > 254 || strings.ContainsAny(c.Email, "\n\r \x00") || c.Language == "" {
				t.Errorf("accepted %+v", c)
			}
			return
		}
		problem, ok := hint.Of(err)
		if !ok {
			t.Fatalf("%v is not a problem", err)
		}
		if all := fmt.Sprint(err, problem.What, problem.Next); strings.Contains(all, secret) {
			t.Errorf("the message holds a value: %s", all)
		}
	})
}
