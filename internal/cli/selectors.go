package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

func (a *app) selectorsCmd() *cobra.Command {
	services := hint.Say("Name one service: %s.", strings.Join(selectors.Services(), ", "))
	var all bool
	show := &cobra.Command{
		Use: "show SERVICE [TARGET]", Short: "the places, routes and targets; with TARGET what is looked for",
		Example: "  nonmerci selectors show instagram\n  nonmerci selectors show instagram email",
		Args:    between(1, 2, services), ValidArgs: selectors.Services(),
		RunE: func(_ *cobra.Command, args []string) error { return a.selectorsShow(args, all) },
	}
	show.Flags().BoolVar(&all, "all", false, "the words in every language, not in English and French alone")
	cmd := group(&cobra.Command{Use: "selectors", Short: "the flow files: list, show, lint, check, and mending them",
		Long: `The flow files say how nonmerci finds its way on Meta's pages: which pages there
are, what is looked for on them, and the routes to the form. Files of your own
lie over the built-in ones, or over newer ones that you have taken over.`},
		&cobra.Command{
			Use: "list", Short: "what is in force, how old it is, and where it comes from", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return a.selectorsList() },
		},
		show,
		&cobra.Command{
			Use: "lint [FILE|DIR...]", Short: "check flow files; without FILE all that are in force",
			Long: `Checks flow and phrase files, and prints one line for each finding:
FILE:LINE:COLUMN: what. Without FILE it checks the built-in or downloaded ones and
your own. DIR is a folder of saved pages (selectors check --save): its indexes, and
that nothing personal is in it.

Where the words of the pages are checked, a table says for each language how
many ideas ("the link to the form", "Send") have words that somebody has seen on
the page, words that we translated from those, words that are only expected, and
none at all. For a phrase file it counts what would be in force with that file.

EXIT STATUS
  0  every file can be used
  2  one of them cannot`,
			RunE: func(_ *cobra.Command, args []string) error { return a.selectorsLint(args) },
		},
		a.checkCmd(),
		&cobra.Command{
			Use: "schema", Short: "print the JSON Schema of flow files, for editors", Args: noArgs,
			RunE: func(*cobra.Command, []string) error { return a.print(string(selectors.Schema())) },
		})
	cmd.AddCommand(a.ownCmds()...)
	return cmd
}

func (a *app) selectorsList() error {
	var fault error
	var known []hint.Text
	out := table(func(row func(...string)) {
		row(hint.Say("SERVICE").In(a.lang), hint.Say("REVISION").In(a.lang), hint.Say("LAST LIVE CHECK").In(a.lang), hint.Say("FROM").In(a.lang))
		for _, service := range selectors.Services() {
			flow, err := a.flow(service)
			if err != nil {
				fault = err
				return
			}
			if here := a.here(flow); here.Format != "" {
				known = append(known, here)
			}
			check := hint.Say("never").In(a.lang)
			if last := flow.LastCheck(); last.Date != "" {
				check = last.Date + " " + last.Language
			}
			row(service, strconv.Itoa(flow.Revision), check, from(flow).In(a.lang))
		}
	})
	if fault != nil {
		return fault
	}
	if err := a.print(out); err != nil {
		return err
	}
	for _, here := range known {
		a.say(here)
	}
	return nil
}

// flow is what is in force for a service. What is wrong with a file of the
// person's they are told.
func (a *app) flow(service string) (*selectors.Flow, error) {
	flow, warnings, err := selectors.Load(a.flowDir(), service)
	for _, w := range warnings {
		a.problem(w)
	}
	return flow, err
}

// from says where a flow comes from.
func from(f *selectors.Flow) hint.Text {
	below := hint.Say("built-in")
	if f.Downloaded > 0 {
		below = hint.Say("downloaded, %d", f.Downloaded)
	}
	switch {
	case f.Source == selectors.BuiltIn || f.Source == selectors.Downloaded:
		return below
	case f.Downloaded > 0:
		return hint.Say("%s, over: %s", f.Source, below)
	}
	return hint.Say("%s", f.Source)
}

func (a *app) selectorsShow(args []string, all bool) error {
	flow, err := a.flow(args[0])
	if err != nil {
		return err
	}
	var b strings.Builder
	if len(args) == 2 {
		t, ok := flow.Targets[args[1]]
		if !ok {
			return hint.New(hint.Say("The flow of %s has no target of this name.", flow.Title), hint.Say("`nonmerci selectors show %s` lists them.", flow.Service))
		}
		writeTarget(&b, args[1], t)
		fmt.Fprintf(&b, "  from: %s\n", t.Source)
		a.writeWords(&b, flow, t, all)
		if c := a.confirmations()[flow.Service]; c.Revision == flow.Revision && slices.Contains(c.Targets, args[1]) {
			b.WriteString(hint.Say("On this computer it was found and used on %s, in a run in which you sent the form.", c.Date).In(a.lang) + "\n")
		}
		return a.print(b.String())
	}
	writeFlow(&b, flow)
	return a.print(b.String())
}

// writeFlow prints a flow in the words of its file, but shorter.
func writeFlow(b *strings.Builder, f *selectors.Flow) {
	fmt.Fprintf(b, "service: %s\nrevision: %d\nfrom: %s\n", f.Service, f.Revision, from(f))
	fmt.Fprintf(b, "hosts: %s\nforms: %s\nwrong-forms: %s\n", strings.Join(f.Hosts, ", "), strings.Join(f.Forms, ", "), strings.Join(f.Wrong, ", "))
	b.WriteString("\naddresses:\n")
	for _, id := range sorted(f.Address) {
		fmt.Fprintf(b, "  %s: %s\n", id, f.Address[id])
	}
	b.WriteString("\nplaces:\n")
	for _, id := range sorted(f.Places) {
		p := f.Places[id]
		fmt.Fprintf(b, "  %s: %s%s\n", id, p.Kind, steps(p.Do))
		for _, s := range p.Account {
			fmt.Fprintf(b, "    account: %s %s\n", s.By, s.On)
		}
	}
	b.WriteString("\nroutes:\n")
	for _, name := range sorted(f.Routes) {
		fmt.Fprintf(b, "  %s:\n", name)
		for _, place := range sorted(f.Routes[name]) {
			fmt.Fprintf(b, "    %s%s\n", place, steps(f.Routes[name][place]))
		}
	}
	b.WriteString("\ntargets:\n")
	for _, id := range sorted(f.Targets) {
		fmt.Fprintf(b, "  %s: %s\n", id, either(f.Targets[id].Is))
	}
}

func steps(list []selectors.Step) string {
	var said []string
	for _, s := range list {
		one := string(s.Verb) + " " + s.On
		if s.With != "" {
			one += " with " + string(s.With)
		}
		said = append(said, one)
	}
	if len(said) == 0 {
		return ""
	}
	return ": " + strings.Join(said, ", ")
}

func writeTarget(b *strings.Builder, id string, t selectors.Target) {
	fmt.Fprintf(b, "%s:\n  is: %s\n", id, either(t.Is))
	if t.In != "" {
		fmt.Fprintf(b, "  in: %s\n", t.In)
	}
	if t.Commit {
		b.WriteString("  commit: true (can only be pointed at)\n")
	}
	if len(t.Also) > 0 {
		fmt.Fprintf(b, "  also: pressed on %s as well\n", strings.Join(t.Also, ", "))
	}
	if l := t.Learned; l != nil {
		fmt.Fprintf(b, "  learned: %s, %s, %s\n", l.Date, l.Language, l.Browser)
	}
	b.WriteString("  find:\n")
	for _, l := range t.Find {
		fmt.Fprintf(b, "    - %s, weight %d\n", locator(l), l.Weight)
	}
	if len(t.Never) > 0 {
		b.WriteString("  never:\n")
	}
	for _, l := range t.Never {
		fmt.Fprintf(b, "    - %s\n", locator(l))
	}
}

func locator(l selectors.Locator) string {
	if l.By == selectors.ByOnly {
		return string(l.By)
	}
	if l.Phrase != "" {
		return string(l.By) + ": @" + l.Phrase
	}
	return string(l.By) + ": " + either(quoted(l.Values))
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return out
}

// writeWords prints the words of the phrases that a target is found by.
func (a *app) writeWords(b *strings.Builder, f *selectors.Flow, t selectors.Target, all bool) {
	var ids []string
	for _, l := range slices.Concat(t.Find, t.Never) {
		if l.Phrase != "" && !slices.Contains(ids, l.Phrase) {
			ids = append(ids, l.Phrase)
		}
	}
	for _, id := range ids {
		fmt.Fprintf(b, "@%s:\n", id)
		more := 0
		for _, language := range sorted(f.Phrases[id]) {
			if all || language == "en" || language == "fr" {
				fmt.Fprintf(b, "  %s: %s\n", language, strings.Join(quoted(f.Phrases[id][language]), ", "))
			} else {
				more++
			}
		}
		if more > 0 {
			fmt.Fprintf(b, "  %s\n", hint.Say("and %s languages more: --all", strconv.Itoa(more)).In(a.lang))
		}
	}
}

func either[S ~string](list []S) string {
	var said []string
	for _, s := range list {
		said = append(said, string(s))
	}
	return strings.Join(said, " or ")
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
