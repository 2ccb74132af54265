package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

func (a *app) selectorsLint(files []string) error {
	var tables [][]selectors.LanguageCoverage
	inForce, bad := len(files) == 0, 0
	if inForce {
		// The program does not come without valid files of its own.
		for _, service := range selectors.Services() {
			if _, _, err := selectors.Load("", service); err != nil {
				return err
			}
		}
		_, warnings := selectors.OpenBase(a.flowDir())
		for _, w := range warnings {
			a.problem(w)
			bad++
		}
		own, err := filepath.Glob(filepath.Join(a.flowDir(), "*.yaml"))
		if err != nil {
			return err
		}
		files = own
	}
	for _, name := range files {
		usable, words, err := a.lint(name)
		if err != nil {
			return err
		}
		if !usable {
			bad++
		}
		if words != nil {
			tables = append(tables, words)
		}
	}
	if bad > 0 {
		return exit(exitUsage)
	}
	if inForce && len(tables) == 0 {
		base, _ := selectors.OpenBase(a.flowDir())
		words, err := base.Coverage()
		if err != nil {
			return err
		}
		tables = append(tables, words)
	}
	for _, words := range tables {
		if err := a.print(a.languages(words)); err != nil {
			return err
		}
	}
	a.say(hint.Say("Every file can be used. That does not say that it fits the live pages."))
	if len(tables) > 0 {
		a.say(hint.Say("Words count as seen when somebody has read them on the page. A translated word was seen by nobody: it is our own translation of one that was. Nobody has reported the expected ones, either."))
	}
	return nil
}

// languages is a table of how well each language is known.
func (a *app) languages(words []selectors.LanguageCoverage) string {
	return table(func(row func(...string)) {
		row(hint.Say("LANGUAGE").In(a.lang), hint.Say("NAME").In(a.lang), hint.Say("SEEN").In(a.lang), hint.Say("TRANSLATED").In(a.lang),
			hint.Say("EXPECTED").In(a.lang), hint.Say("MISSING").In(a.lang))
		for _, w := range words {
			missing := strconv.Itoa(len(w.Missing))
			if len(w.Missing) > 0 {
				missing += ": " + strings.Join(w.Missing, ", ")
			}
			row(w.Language, cmp.Or(w.Name, "-"), strconv.Itoa(w.Seen), strconv.Itoa(w.Translated), strconv.Itoa(w.Expected), missing)
		}
	})
}

// lint prints the findings about one file and tells whether it can be used. For a
// phrase file that can, it tells how well the languages are known with it.
func (a *app) lint(name string) (usable bool, words []selectors.LanguageCoverage, err error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		usable, err = a.lintFolder(name)
		return usable, nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		a.problem(hint.Wrap(err, hint.Say("The file could not be read."), hint.Say("Check its name, and that you may read it.")))
		return false, nil, nil
	}
	var phrases [][]byte
	if beside := filepath.Join(filepath.Dir(name), "phrases.yaml"); filepath.Base(name) != "phrases.yaml" {
		own, err := os.ReadFile(beside)
		switch {
		case err == nil:
			phrases = append(phrases, own)
		case !errors.Is(err, fs.ErrNotExist):
			a.problem(hint.Wrap(err, hint.Say("The file could not be read."), hint.Say("Check its name, and that you may read it.")))
			return false, nil, nil
		}
	}
	base, _ := selectors.OpenBase(a.flowDir())
	findings := base.Lint(name, data, phrases...)
	if err := a.tellFaults(findings); err != nil {
		return false, nil, err
	}
	if slices.ContainsFunc(findings, func(f selectors.Finding) bool { return !f.Warning }) {
		return false, nil, nil
	}
	// Not even a flow that can be used has words to count.
	if words, err := base.Coverage(data); err == nil {
		return true, words, nil
	}
	return true, nil, nil
}

// tellFaults prints findings about files, one a line.
func (a *app) tellFaults(findings []selectors.Finding) error {
	for _, f := range findings {
		what := f.What
		if f.Warning {
			what = hint.Say("warning: %s", f.What)
		}
		if err := a.print(fmt.Sprintf("%s:%d:%d: %s\n", f.File, f.Line, f.Column, what.In(a.lang))); err != nil {
			return err
		}
		if f.Snippet != "" {
			fmt.Fprintln(a.Stderr, f.Snippet)
		}
		a.next(f.Next)
	}
	return nil
}

// lintFolder checks a folder of saved pages.
func (a *app) lintFolder(dir string) (usable bool, err error) {
	_, findings, err := selectors.OpenSaved(dir, a.flow)
	if err != nil {
		a.problem(err)
		return false, nil
	}
	return len(findings) == 0, a.tellFaults(findings)
}
