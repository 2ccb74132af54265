package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/nonmerci/nonmerci/config"
	"github.com/spf13/pflag"
)

func Example() {
	flags := pflag.NewFlagSet("object", pflag.ContinueOnError)
	config.Flags(flags)
	if err := flags.Parse([]string{"--email", "marie@mail.example", "--headless"}); err != nil {
		fmt.Println(err)
		return
	}
	env := map[string]string{"NONMERCI_ROUTE": "direct", "NONMERCI_EMAIL": "old@mail.example"}
	c, err := config.Load(config.Source{
		Flags:  flags,
		Lookup: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		File:   "/nowhere/config.yaml",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Email, "from", c.Origin("email"))
	fmt.Println(c.Route, "from", c.Origin("route"))
	fmt.Println(c.Wait, "from", c.Origin("wait"))
	fmt.Println("leaves at once:", c.NoWait)
	// Output:
	// marie@mail.example from flag
	// direct from NONMERCI_ROUTE
	// 30m0s from default
	// leaves at once: true
}

// TestExampleFile: the example changes nothing as it is, and still nothing when
// every line of it is switched on.
func TestExampleFile(t *testing.T) {
	example := string(config.Example())
	want := load(t, nil, nil, "")
	if got := load(t, nil, nil, example); !reflect.DeepEqual(got, want) {
		t.Errorf("the example changes the settings:\n%+v\n%+v", got, want)
	}
	on := regexp.MustCompile(`(?m)^#([a-z])`).ReplaceAllString(example, "$1")
	got := load(t, nil, nil, on)
	for _, key := range config.Keys() {
		if !reflect.DeepEqual(value(got, key), value(want, key)) {
			t.Errorf("%s: the example says %v, the default is %v", key, value(got, key), value(want, key))
		}
		if !strings.Contains(got.Origin(key), "config.yaml:") {
			t.Errorf("%s is not in the example", key)
		}
		if !strings.Contains(example, "Flag: --"+key+". Environment: "+variable(key)+".") {
			t.Errorf("%s: flag or variable is missing", key)
		}
	}
}

func TestReferenceAndFlagsNameEveryKey(t *testing.T) {
	reference := string(config.Reference())
	flags := pflag.NewFlagSet("object", pflag.ContinueOnError)
	config.Flags(flags)
	for _, key := range config.Keys() {
		if !strings.Contains(reference, "--"+key+"` | `"+variable(key)+"` |") {
			t.Errorf("%s is not in the reference", key)
		}
		if flag := flags.Lookup(key); flag == nil || flag.Usage == "" {
			t.Errorf("no flag with a help text for %s", key)
		}
	}
	config := reflect.TypeFor[config.Config]()
	for i := range config.NumField() {
		field := config.Field(i)
		if key := field.Tag.Get("mapstructure"); field.IsExported() && key != "-" && flags.Lookup(key) == nil {
			t.Errorf("the field %s has no key", field.Name)
		}
	}
}

func TestWriteExample(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(dir, "config.yaml")
	if err := config.WriteExample(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != string(config.Example()) {
		t.Errorf("the file differs from the example (%v)", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("others can read the file: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.WriteExample(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second time: %v, want fs.ErrExist", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Error("the person's file was overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := config.WriteExample(filepath.Join(path, "below")); err == nil || errors.Is(err, fs.ErrExist) {
		t.Errorf("a file as folder: %v", err)
	}
}
