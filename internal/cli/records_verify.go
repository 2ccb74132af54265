package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
)

// verification is the JSON object of records verify.
type verification struct {
	Verdict  string            `json:"verdict"`
	Record   string            `json:"record"`
	Export   bool              `json:"export"`
	Findings []verifiedFinding `json:"findings"`
	Layers   []verifiedLayer   `json:"layers"`
}

type verifiedFinding struct {
	Verdict string `json:"verdict"` // the best that the record can be with it
	Layer   string `json:"layer"`
	File    string `json:"file"`
	What    string `json:"what"`
}

type verifiedLayer struct {
	Layer  string `json:"layer"`
	Result string `json:"result"` // ok, bad or none
	Proves string `json:"proves"`
	Not    string `json:"not"`
}

func (a *app) recordsVerify(path string, asJSON bool) error {
	dir, err := a.recordDir([]string{path})
	if err != nil {
		return err
	}
	checked, unreadable := record.Check(dir)
	out := verification{Verdict: checked.Verdict.String(), Record: dir, Export: checked.Export, Findings: []verifiedFinding{}, Layers: []verifiedLayer{}}
	if unreadable != nil {
		a.problem(unreadable)
		out.Verdict = "unreadable"
	}
	var words strings.Builder
	for _, f := range checked.Findings {
		what := f.What.In(a.lang)
		out.Findings = append(out.Findings, verifiedFinding{f.Verdict.String(), string(f.Layer), f.File, what})
		fmt.Fprintf(&words, "%s: %s\n", cmp.Or(f.File, "."), what)
	}
	for _, l := range checked.Layers {
		out.Layers = append(out.Layers, verifiedLayer{string(l.Name), l.Result, l.Proves.In(a.lang), l.Not.In(a.lang)})
	}
	switch {
	case asJSON:
		err = a.json(out)
	case unreadable == nil:
		err = a.print(out.Verdict + "\n" + words.String() + "\n" + layers(out.Layers))
	}
	switch {
	case err != nil:
		return err
	case unreadable != nil:
		return exit(exitUsage)
	}
	a.say(meaning(checked))
	if checked.Verdict != record.Verified {
		return exit(exitBad)
	}
	return nil
}

// layers is a table of what each layer shows, and below it what it does not.
func layers(list []verifiedLayer) string {
	return table(func(row func(...string)) {
		for _, l := range list {
			row(l.Layer, l.Result, l.Proves)
			row("", "", l.Not)
		}
	})
}

// exitBad is the exit code for a record that is not good.
const exitBad = 1

func meaning(c record.Checked) hint.Text {
	switch {
	case c.Verdict == record.Verified && c.Export:
		return hint.Say("Every file of this export is as it was sealed. That does not say who sealed it.")
	case c.Verdict == record.Verified:
		return hint.Say("Every file of this record is as it was sealed. That does not say who sealed it.")
	case c.Verdict == record.Incomplete && c.Export:
		return hint.Say("This is an export of a record without a seal: the run did not come to its end, or the seal was taken away. What can be checked fits together, but nothing shows that it is all.")
	case c.Verdict == record.Incomplete:
		return hint.Say("This record has no seal: the run did not come to its end, or the seal was taken away. What can be checked fits together, but nothing shows that it is all.")
	case c.Export:
		return hint.Say("This export is not what it was: something is missing, changed or added.")
	}
	return hint.Say("This record is not what it was: something is missing, changed or added.")
}
