package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Example is a settings file with every key, its default, and what it means.
// All keys are commented out ("#email:"), so that it changes nothing.
func Example() []byte {
	var b strings.Builder
	b.WriteString(`# Settings of nonmerci. To change one, remove the # at the start of its line and
# write your value. Text with special characters goes in "quotes".
#
# What is given on the command line wins over the environment, which wins over
# this file. This file may hold private details: keep it to yourself.
`)
	for _, k := range table() {
		meaning := k.meaning()
		fmt.Fprintf(&b, "\n# %s\n", strings.ToUpper(meaning[:1])+meaning[1:]+".")
		fmt.Fprintf(&b, "# Flag: --%s. Environment: %s.\n", k.name, k.variable())
		fmt.Fprintf(&b, "#%s: %s\n", k.name, k.defaultYAML())
	}
	return []byte(b.String())
}

// Reference is a table of all settings, in Markdown.
func Reference() []byte {
	var b strings.Builder
	b.WriteString("| setting and flag | environment | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, k := range table() {
		flag := "--" + k.name
		if k.short != "" {
			flag = "-" + k.short + ", " + flag
		}
		def := "none"
		if shown := k.defaultYAML(); shown != `""` && shown != "[]" {
			def = "`" + shown + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", flag, k.variable(), def, strings.ReplaceAll(k.help, "|", `\|`))
	}
	return []byte(b.String())
}

// meaning is the help text as running text.
func (k key) meaning() string { return strings.ReplaceAll(k.help, "`", "") }

func (k key) defaultYAML() string {
	switch def := k.def.(type) {
	case []string:
		return "[]"
	case time.Duration:
		return "30m"
	case string:
		if def == "" {
			return `""`
		}
	}
	return fmt.Sprint(k.def)
}

// WriteExample writes the example file, for the person's eyes only (0600), and
// the folders above it. The file is whole or absent, and one that exists is
// never overwritten: then the error is an [fs.ErrExist].
func WriteExample(path string) error {
	err := writeNew(path, Example())
	if errors.Is(err, fs.ErrExist) {
		return hint.Wrap(fs.ErrExist,
			hint.Say("The settings file %s already exists. It was left as it is.", path),
			hint.Say("Open it in an editor to change it, or move it away and try again."))
	}
	if err != nil {
		return hint.Wrap(err,
			hint.Say("The settings file %s could not be written.", path),
			hint.Say("Make sure that you may write to its folder and that the disk is not full, then try again."))
	}
	return nil
}

func writeNew(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".config-*") // created with 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	// Unlike a rename, a link never replaces what is there.
	if err = os.Link(file.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Some file systems have no links.
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	return os.Rename(file.Name(), path)
}
