// Package config merges flags, environment, settings file and defaults into one
// checked value.
//
// The model is one table of keys. A key has one name everywhere: the flag
// --browser-arg, the variable NONMERCI_BROWSER_ARG and the line "browser-arg:"
// of the settings file are the same setting. From the table come the flags, the
// example file and the reference, so they cannot disagree.
//
// Invariants:
//
//   - The flag wins, then the environment, then the file, then the default. An
//     empty variable counts as not set; an empty flag does not.
//   - A [Config] that [Load] returned has passed every check. Nothing changes
//     it afterwards.
//   - Nothing in the file is ignored: an unknown, doubled or empty key, a value
//     of the wrong type, anchors and files over 64 KB are refused with the
//     place.
//   - No message holds a value, since each could be the person's e-mail address
//     or words. Messages name the key, the place and what is expected.
//
// Errors of this package tell what happened and what to do next; printed with
// %v they are one English line.
package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// The values of [Config.Route].
const (
	RouteSettings = "settings" // through the settings to the privacy center
	RoutePolicy   = "policy"   // through the privacy policy
	RouteDirect   = "direct"   // straight to the form's address
)

// AttachAuto is the value of [Config.Attach] for --attach without an address:
// find the browser that already runs.
const AttachAuto = "auto"

// Config is what the person has asked for. Pass it by value and only read it.
type Config struct {
	Email       string        `mapstructure:"email"`        // address that the form must hold; empty: keep what the site has filled in
	Explain     string        `mapstructure:"explain"`      // explanation, at most 5000 characters, lines end in \n; holds the text of ExplainFile too
	ExplainFile string        `mapstructure:"explain-file"` // where Explain was read from, or empty
	Account     string        `mapstructure:"account"`      // who must be signed in, with or without a leading @; empty: anybody
	Country     string        `mapstructure:"country"`      // ISO 3166-1 code in upper case, or empty
	Route       string        `mapstructure:"route"`        // RouteSettings, RoutePolicy or RouteDirect: the way to try first
	Browser     string        `mapstructure:"browser"`      // name or path of the browser; empty: the first usable one
	Profile     string        `mapstructure:"profile"`      // user data dir; empty: nonmerci's own
	Attach      string        `mapstructure:"attach"`       // empty: start a browser; AttachAuto, or the address of a running one
	Headless    bool          `mapstructure:"headless"`     // no window
	BrowserArgs []string      `mapstructure:"browser-arg"`  // NAME or NAME=VALUE, without dashes, in the order given
	Records     string        `mapstructure:"records"`      // folder of the records; empty: the user's data dir
	Timestamp   string        `mapstructure:"timestamp"`    // address of a time stamp authority; empty: nobody is asked
	NoWait      bool          `mapstructure:"no-wait"`      // leave when the form is ready for review
	Wait        time.Duration `mapstructure:"wait"`         // how long to wait for the person: more than 0, at most 24 h
	WaitSet     bool          `mapstructure:"-"`            // Wait was given, by whichever source but the default
	JSON        bool          `mapstructure:"json"`         // one JSON object as the last line of standard output
	Verbose     bool          `mapstructure:"verbose"`      // more detail on standard error
	LogFile     string        `mapstructure:"log-file"`     // structured log; empty: none
	Language    string        `mapstructure:"language"`     // "en" or "fr"; never empty after Load

	AttachAnywhere bool `mapstructure:"attach-anywhere"` // Attach may name another computer

	origins map[string]origin
}

// Source is where [Load] looks. Each part may be left out.
type Source struct {
	Flags  *pflag.FlagSet              // parsed; flags that [Flags] did not define are left alone
	Lookup func(string) (string, bool) // the environment, in the manner of os.LookupEnv
	File   string                      // the settings file; that it does not exist is no error
}

// Load merges the sources and checks the result. The file that explain-file
// names is read here too. An error has a next step for the person, and never
// holds a value.
func Load(src Source) (Config, error) {
	if src.Lookup == nil {
		src.Lookup = func(string) (string, bool) { return "", false }
	}
	origins := map[string]origin{}
	fromFile, err := readFile(src.File, origins)
	if err != nil {
		return Config{}, err
	}
	fromEnv, err := readEnv(src.Lookup, origins)
	if err != nil {
		return Config{}, err
	}
	c := Config{origins: origins}
	if err := c.merge(src.Flags, fromFile, fromEnv); err != nil {
		// The cause could hold values, so it stays here.
		return Config{}, hint.New(
			hint.Say("The settings could not be put together. Nothing was started."),
			hint.Say("This is a fault of nonmerci. Please report it, without any private details."))
	}
	if err := c.settle(); err != nil {
		return Config{}, err
	}
	if c.Language == "" {
		c.Language = hint.Lang(src.Lookup)
	}
	return c, nil
}

// merge lays the sources over each other. Viper reads no environment but the
// process's, so the variables lie as a second layer over the file.
func (c *Config) merge(flags *pflag.FlagSet, layers ...map[string]any) error {
	v := viper.New()
	for _, k := range table() {
		v.SetDefault(k.name, k.def)
	}
	for _, layer := range layers {
		if err := v.MergeConfigMap(layer); err != nil {
			return err
		}
	}
	for _, k := range table() {
		if flags == nil || flags.Lookup(k.name) == nil {
			continue
		}
		flag := flags.Lookup(k.name)
		if err := v.BindPFlag(k.name, flag); err != nil {
			return err
		}
		if flag.Changed {
			c.origins[k.name] = origin{rank: byFlag, at: "--" + k.name}
		}
	}
	return v.UnmarshalExact(c)
}

// settle checks the values, first against each other, then each alone, and
// fills in what follows from them.
func (c *Config) settle() error {
	if c.Explain != "" && c.ExplainFile != "" {
		if err := c.keepStronger("explain", "explain-file"); err != nil {
			return err
		}
	}
	if err := c.attachAlone(); err != nil {
		return err
	}
	if c.NoWait && c.given("wait") {
		// From the same source no-wait wins: leaving early does no harm.
		if c.origins["wait"].rank > c.origins["no-wait"].rank {
			c.reset("no-wait")
		} else {
			c.reset("wait")
		}
	}
	for _, k := range table() {
		if !k.fits(c) {
			return c.origins[k.name].wrong(k)
		}
	}
	if err := c.checkOwnSwitches(); err != nil {
		return err
	}
	if err := c.checkNear(); err != nil {
		return err
	}
	if err := c.readExplanation(); err != nil {
		return err
	}
	c.WaitSet = c.given("wait")
	if c.Headless {
		*c = c.WithHeadless()
	}
	return nil
}

// attachAlone settles attach with what only a browser can have that nonmerci
// starts.
func (c *Config) attachAlone() error {
	for _, other := range []struct {
		name string
		set  bool
	}{{"profile", c.Profile != ""}, {"headless", c.Headless}, {"browser-arg", len(c.BrowserArgs) > 0}} {
		if c.Attach == "" || !other.set {
			continue
		}
		if err := c.keepStronger("attach", other.name); err != nil {
			return err
		}
	}
	return nil
}

// keepStronger resets one of two settings that exclude each other: the one from
// the weaker source. From the same source they are a mistake.
func (c *Config) keepStronger(a, b string) error {
	rankA, rankB := c.origins[a].rank, c.origins[b].rank
	if rankA == rankB {
		return hint.New(
			hint.Say("The settings %s and %s exclude each other, but both are given: %s, and %s.", a, b, c.origins[a].place(), c.origins[b].place()),
			hint.Say("Leave out one of them, then start again."))
	}
	if rankA > rankB {
		a = b
	}
	c.reset(a)
	return nil
}

// reset gives a key its default back, as if nobody had said anything.
func (c *Config) reset(name string) {
	delete(c.origins, name)
	if k, ok := find(name); ok {
		c.field(name).Set(reflect.ValueOf(k.def))
	}
}

// WithHeadless is c without a window, and so without waiting for a person who
// could not press anything: no-wait comes with it unless wait, or no-wait
// itself, was given.
func (c Config) WithHeadless() Config {
	c.BrowserArgs = slices.Clone(c.BrowserArgs)
	c.origins = maps.Clone(c.origins)
	c.Headless = true
	if !c.given("wait") && !c.given("no-wait") {
		c.NoWait = true
		c.origins["no-wait"] = c.origins["headless"]
	}
	return c
}

// Origin tells where the value of a key came from: "flag", the name of a
// variable such as "NONMERCI_EMAIL", "FILE:LINE", or "default". It never holds
// a value.
func (c Config) Origin(key string) string {
	switch o := c.origins[key]; o.rank {
	case byFlag:
		return "flag"
	case byDefault:
		return "default"
	default:
		return o.at
	}
}

func (c Config) given(key string) bool { return c.origins[key].rank != byDefault }

// origin is where a value came from.
type origin struct {
	rank rank
	at   string // flag with dashes, name of a variable, or FILE:LINE

	column int // of a file
}

// exact is at with the column.
func (o origin) exact() string {
	if o.rank != byFile {
		return o.at
	}
	return fmt.Sprintf("%s:%d", o.at, o.column)
}

// Wants says what the value of a setting must be, to be put after "must be".
func Wants(name string) (what hint.Text, ok bool) {
	k, ok := find(name)
	return k.wants, ok
}

// rank is the strength of a source.
type rank int

const (
	byDefault rank = iota
	byFile
	byEnv
	byFlag
)

// place says where the value stands, to be put after "given".
func (o origin) place() hint.Text {
	switch o.rank {
	case byFlag:
		return hint.Say("by the flag %s", o.at)
	case byEnv:
		return hint.Say("by the variable %s", o.at)
	case byFile:
		return hint.Say("in %s", o.exact())
	default:
		return hint.Say("by nonmerci itself")
	}
}

// wrong is the problem that the value of k is not what it must be.
func (o origin) wrong(k key) error {
	return hint.New(
		hint.Say("The setting %s, given %s, must be %s. Nothing was started.", k.name, o.place(), k.wants),
		hint.Say("Change it there, then start again."))
}
