package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/spf13/pflag"
)

const (
	defaultWait = 30 * time.Minute
	longestWait = 24 * time.Hour
)

// kind is the type of a key's value.
type kind int

const (
	text     kind = iota + 1 // one string
	optional                 // one string; the flag may stand without it
	onOff                    // true or false
	span                     // time.Duration
	list                     // strings; the flag may be repeated
)

// key is one setting, and everything that is known about it.
type key struct {
	name    string
	short   string // one-letter flag, or empty
	kind    kind
	def     any
	private bool               // shown masked
	help    string             // the words in back quotes stand for the value
	wants   hint.Text          // what the value must be, to be put after "must be"
	check   func(*Config) bool // may bring the value into its normal form; nil: text must be one line, other values are fine
}

// table lists the keys in the order in which people read them.
func table() []key {
	oneLine := hint.Say("one line of text, at most 4096 bytes long")
	yesNo := hint.Say("true or false")
	return []key{
		{name: "email", kind: text, def: "", private: true, check: checkEmail,
			help:  "`ADDRESS` that the form must hold; without it, what the site has filled in stays",
			wants: hint.Say("one e-mail address and nothing else, such as you@mail.example")},
		{name: "explain", kind: text, def: "", private: true, check: checkExplain,
			help:  "explanation to put into the form, as `TEXT`",
			wants: hint.Say("text of at most 5000 characters, without control characters")},
		{name: "explain-file", kind: text, def: "",
			help: "`FILE` that holds the explanation", wants: oneLine},
		{name: "account", kind: text, def: "", private: true, check: checkAccount,
			help:  "`NAME` of the account that must be signed in: on Instagram its handle, on Facebook the name that is shown; without it, any",
			wants: hint.Say("the name of one account, at most 100 characters long")},
		{name: "country", kind: text, def: "", check: checkCountry,
			help:  "country of residence as a two-letter `CODE`, where a form asks for it",
			wants: hint.Say("the two-letter code of a country, such as FR or IE")},
		{name: "route", kind: text, def: RouteSettings, check: checkRoute,
			help:  "`WAY` to try first: settings, policy or direct; the others stay as fallbacks",
			wants: hint.Say("settings, policy or direct")},
		{name: "browser", kind: text, def: "",
			help: "browser to start: `PATH|NAME`, such as chrome, chromium, edge or brave; without it, the first usable one", wants: oneLine},
		{name: "profile", kind: text, def: "",
			help: "browser profile (user data dir) in `DIR`; without it, nonmerci's own", wants: oneLine},
		{name: "attach", kind: optional, def: "", check: checkAttach,
			help:  "use a browser that already runs instead of starting one; its `ADDRESS` follows after an equals sign, or is found",
			wants: hint.Say("auto, a port, or an address such as 127.0.0.1:9222")},
		{name: "attach-anywhere", kind: onOff, def: false, wants: yesNo,
			help: "let the address of attach be another computer's; everybody on the way there, and everybody who can reach that port, can then read and steer that whole browser with all its logins"},
		{name: "headless", kind: onOff, def: false, wants: yesNo,
			help: "no window; turns no-wait on unless wait is given"},
		{name: "browser-arg", kind: list, def: []string{}, check: checkBrowserArgs,
			help:  "further switch for the browser, as `NAME[=VALUE]` without dashes; may be repeated, wins over the program's own",
			wants: hint.Say("a list of browser switches, one on each line, written NAME or NAME=VALUE without dashes in front")},
		{name: "records", kind: text, def: "",
			help: "`DIR` where records are kept; without it, your data folder", wants: oneLine},
		{name: "timestamp", kind: text, def: "", check: checkTimestamp,
			help:  "ask the time stamp authority (RFC 3161) at `URL` for the time from outside, once the record is sealed; it gets one digest and nothing else",
			wants: hint.Say("the address of a time stamp authority, beginning with https:// or http:// and without a password")},
		{name: "no-wait", kind: onOff, def: false, wants: yesNo,
			help: "leave as soon as the form is ready for review (or you are needed), and close the browser"},
		{name: "wait", kind: span, def: defaultWait, check: checkWait,
			help:  "how long to wait for you, as a `DURATION` such as 90s, 30m or 2h",
			wants: hint.Say("a duration such as 90s, 30m or 2h, more than nothing and at most 24h")},
		{name: "json", kind: onOff, def: false, wants: yesNo,
			help: "print one JSON object as the last line of standard output"},
		{name: "verbose", short: "v", kind: onOff, def: false, wants: yesNo,
			help: "say more about what happens"},
		{name: "log-file", kind: text, def: "",
			help: "write a structured log to `FILE`, without private details", wants: oneLine},
		{name: "language", kind: text, def: "", check: checkLanguage,
			help:  "language of the messages, as `CODE`: en or fr; without it, that of your system",
			wants: hint.Say("en or fr")},
	}
}

func find(name string) (key, bool) {
	for _, k := range table() {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

// variable is the name of the key in the environment.
func (k key) variable() string {
	return "NONMERCI_" + strings.ToUpper(strings.ReplaceAll(k.name, "-", "_"))
}

// Keys lists the names of all settings, in the order of the example file.
func Keys() []string {
	var names []string
	for _, k := range table() {
		names = append(names, k.name)
	}
	return names
}

// Flags defines one flag for each key, but for those that a command has no use
// for.
func Flags(fs *pflag.FlagSet, without ...string) {
	for _, k := range table() {
		if slices.Contains(without, k.name) {
			continue
		}
		switch def := k.def.(type) {
		case string:
			fs.StringP(k.name, k.short, def, k.help)
		case bool:
			fs.BoolP(k.name, k.short, def, k.help)
		case time.Duration:
			fs.DurationP(k.name, k.short, def, k.help)
		case []string:
			fs.StringArrayP(k.name, k.short, def, k.help) // not a slice: values hold commas
		}
		if k.kind == optional {
			fs.Lookup(k.name).NoOptDefVal = AttachAuto
		}
	}
}

// readEnv takes the variables that are set and not empty.
func readEnv(lookup func(string) (string, bool), origins map[string]origin) (map[string]any, error) {
	values := map[string]any{}
	for _, k := range table() {
		raw, ok := lookup(k.variable())
		if !ok || raw == "" {
			continue
		}
		from := origin{rank: byEnv, at: k.variable()}
		value, ok := k.parse(raw)
		if !ok {
			return nil, from.wrong(k)
		}
		values[k.name], origins[k.name] = value, from
	}
	return values, nil
}

// parse reads the text of a variable. A list has one value on each line, since
// switches may hold spaces and commas.
func (k key) parse(raw string) (any, bool) {
	switch k.kind {
	case onOff:
		value, err := strconv.ParseBool(raw)
		return value, err == nil
	case span:
		value, err := time.ParseDuration(raw)
		return value, err == nil
	case list:
		values := []string{}
		for line := range strings.Lines(raw) {
			if line = strings.TrimSpace(line); line != "" {
				values = append(values, line)
			}
		}
		return values, utf8.ValidString(raw)
	default:
		return raw, utf8.ValidString(raw)
	}
}

// convert takes a value that YAML has already typed. It is strict: what looks
// like another type is refused, not cast.
func (k key) convert(raw any) (any, bool) {
	if s, ok := raw.(string); ok && (k.kind == text || k.kind == optional || k.kind == span) {
		return k.parse(s)
	}
	switch k.kind {
	case optional: // a port alone
		value, ok := raw.(int)
		return strconv.Itoa(value), ok
	case onOff:
		value, ok := raw.(bool)
		return value, ok
	case list:
		items, ok := raw.([]any)
		values := make([]string, len(items))
		for i, item := range items {
			s, isText := item.(string)
			values[i], ok = s, ok && isText
		}
		return values, ok
	}
	return nil, false
}

// Value is the value of a key as people read it, or empty. Private ones are
// masked: of an e-mail address stay the first letter and the domain, of an
// explanation its length in characters.
func (c Config) Value(name string) string {
	k, ok := find(name)
	if !ok {
		return ""
	}
	switch value := c.field(name).Interface().(type) {
	case string:
		if k.private {
			return k.mask(value)
		}
		return value
	case []string:
		return strings.Join(value, "\n")
	default:
		return fmt.Sprint(value)
	}
}

func (k key) mask(value string) string {
	if value == "" {
		return ""
	}
	if at := strings.LastIndex(value, "@"); at > 0 && k.name == "email" {
		_, first := utf8.DecodeRuneInString(value)
		return value[:first] + "…" + value[at:]
	}
	return fmt.Sprintf("(%d)", utf8.RuneCountInString(value))
}

// field is the field of c that holds a key.
func (c *Config) field(name string) reflect.Value {
	value := reflect.ValueOf(c).Elem()
	for i := range value.NumField() {
		if value.Type().Field(i).Tag.Get("mapstructure") == name {
			return value.Field(i)
		}
	}
	return reflect.Value{}
}
