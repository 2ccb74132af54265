package cli

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// mending lets a person at a terminal show what was not found.
func (a *app) mending(c config.Config, service string, rehearsing bool) *automation.Mending {
	if !a.Terminal || c.Headless || c.NoWait {
		return nil
	}
	m := &mends{app: a, service: service, rehearsing: rehearsing}
	return &automation.Mending{Wish: a.wish(true), Waiting: a.awaitClick, Agree: m.agree, Keep: m.keep}
}

// mends is what was learned and agreed to, and not written yet.
type mends struct {
	*app
	service    string
	rehearsing bool
	own, next  selectors.Own
	rehearsed  []byte // what a rehearsal has learned so far, as a file that is not written
}

// awaitClick is there for the terminal while the window awaits a click.
func (a *app) awaitClick(ctx context.Context) {
	a.keys.forget()
	for {
		line, more := a.line(ctx)
		switch line = strings.ToLower(strings.TrimSpace(line)); {
		case !more:
			<-ctx.Done()
			return
		case line == "stop":
			return
		}
		a.say(hint.Say("nonmerci waits for your click in the window. Esc there lets it be; “stop” here ends it."))
	}
}

// wish waits for what the person types: the number of the thing that they want to
// show, the letter of one that is marked, or another word that they were told.
func (a *app) wish(walking bool) func(context.Context, []automation.Lost) automation.Wish {
	return func(ctx context.Context, lost []automation.Lost) automation.Wish {
		a.keys.forget()
		a.say(hint.Say("To show nonmerci where it is: go to the page where you see it, type its number here and press Enter. Then you click on it."))
		for i, l := range lost {
			if i == 1 {
				a.say(hint.Say("Or, if you see one of these instead:"))
			}
			a.say(hint.Say("  %s  %s", strconv.Itoa(i+1), l.Words))
			if l.Where.Format != "" {
				a.say(hint.Say("     usually on %s", l.Where))
			}
		}
		if walking {
			a.say(hint.Say("Or type “again”, and nonmerci tries every way once more; or “stop”, and it ends here."))
		} else {
			a.say(hint.Say("Or type “stop”, and nonmerci ends here."))
		}
		for {
			line, more := a.line(ctx)
			if !more {
				<-ctx.Done() // nobody is there to type: the window is all that is left
				return automation.Wish{}
			}
			line = strings.ToLower(strings.TrimSpace(line))
			if wish := wished(line, len(lost), walking); wish.Do != automation.GoOn {
				return wish
			}
			if line != "" {
				a.say(hint.Say("That was not understood. Please type a number from 1 to %s, the letter of what is marked, “again” or “stop”.", strconv.Itoa(len(lost))))
			}
		}
	}
}

// wished is what a line means; going on by hand: nothing.
func wished(line string, lost int, walking bool) automation.Wish {
	n, err := strconv.Atoi(line)
	switch {
	case err == nil && n >= 1 && n <= lost:
		return automation.Wish{Do: automation.Show, Number: n - 1}
	case len(line) == 1 && line >= "a" && line <= "z":
		return automation.Wish{Do: automation.Take, Number: int(line[0] - 'a')}
	case walking && (line == "again" || line == "encore"):
		return automation.Wish{Do: automation.Again}
	case line == "stop":
		return automation.Wish{Do: automation.Leave}
	}
	return automation.Wish{}
}

// agree shows what was learned, and asks whether to go on with it.
func (m *mends) agree(ctx context.Context, target string, learned selectors.Target) (*selectors.Flow, error) {
	own, err := selectors.OpenOwn(m.flowDir(), m.service)
	if err != nil {
		return nil, err
	}
	if m.rehearsed != nil {
		own.Data = m.rehearsed
	}
	next, err := own.Mend(target, learned)
	if err != nil {
		return nil, err
	}
	known, _, err := selectors.Load(m.flowDir(), m.service)
	if err != nil {
		return nil, err
	}
	m.say(hint.Say("This is how nonmerci will find it, beside what it knew before:"))
	for _, l := range learned.Find {
		if slices.ContainsFunc(known.Targets[target].Find, func(old selectors.Locator) bool { return reflect.DeepEqual(old, l) }) {
			continue
		}
		m.say(hint.Say("  %s: %s", locatorWords(l.By), "“"+strings.Join(l.Values, "”, “")+"”"))
	}
	for _, place := range learned.Also {
		if !slices.Contains(known.Targets[target].Also, place) {
			m.say(hint.Say("  and it presses it also here: %s", record.PlaceWords(place)))
		}
	}
	question := hint.Say("Type yes and press Enter to go on with it; anything else forgets it.")
	if m.rehearsing {
		question = hint.Say("Type yes and press Enter to go on with it; anything else forgets it. What is learned in a rehearsal is not kept.")
	}
	if !m.agrees(ctx, question) {
		m.say(hint.Say("Nothing was learned."))
		return nil, nil
	}
	m.own, m.next = own, next
	return next.Flow()
}

// keep writes what was agreed to into the person's own flow file. Words of the
// rehearsal's pages have no place among Meta's.
func (m *mends) keep(target string) error {
	if m.rehearsing {
		m.rehearsed = m.next.Data
		return nil
	}
	if err := m.next.Save(m.own); err != nil {
		return err
	}
	m.say(hint.Say("nonmerci finds it from now on: kept in %s. `nonmerci selectors reset %s %s` takes it back.", m.own.Name, m.service, target))
	return nil
}

// locatorWords says in plain words what a locator goes by.
func locatorWords(by selectors.By) hint.Text {
	switch by {
	case selectors.ByName:
		return hint.Say("its name, as a screen reader says it")
	case selectors.ByText:
		return hint.Say("the words that are to be seen on it")
	case selectors.ByHref:
		return hint.Say("where it leads")
	case selectors.ByField:
		return hint.Say("what the page calls the field")
	}
	return hint.Say("%s", string(by))
}

func (a *app) pickCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "pick SERVICE TARGET", Short: "show where a target stands, by a click in the window",
		Long: `Opens the browser. You go to the page on which you see the thing, type 1 in the
terminal, and click on it in the window; the page does not get that click. What
comes near to it is marked in the window, and has a letter that you can type
instead. Marks are for you to look at: nothing marked is pressed. nonmerci
shows how it will find it from now on, and asks before it writes that into your own
flow file. It presses and fills nothing.

"nonmerci selectors show SERVICE" lists the targets.

EXIT STATUS
    0  learned
    2  there is no such target, or nobody is at the terminal
    7  the browser did not start, or ended
  130  nothing was learned`,
		Example: "  nonmerci selectors pick instagram object-link",
		Args:    between(2, 2, hint.Say("Name one service and one of its targets; `nonmerci selectors show instagram` lists them.")), ValidArgs: selectors.Services(),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.walking(cmd)
			if err != nil {
				return err
			}
			flow, _, err := selectors.Load(a.flowDir(), args[0])
			if err != nil {
				return err
			}
			if _, ok := flow.Targets[args[1]]; !ok {
				return hint.New(hint.Say("The flow of %s has no target of this name.", flow.Title), hint.Say("`nonmerci selectors show %s` lists them.", flow.Service))
			}
			if a.mending(c, args[0], false) == nil {
				return hint.New(hint.Say("Pointing at something needs a terminal and a window. Nothing was started."), hint.Say("Run the command in a terminal, without --headless."))
			}
			return a.run(cmd.Context(), c, args[0], false, func(ctx context.Context, req automation.Request) (automation.Result, error) {
				req.Mending.Wish = a.wish(false)
				return automation.Pick(ctx, req, args[1])
			})
		},
	}
	config.Flags(cmd.Flags(), "email", "explain", "explain-file", "country", "route", "records", "timestamp", "no-wait", "account", "json")
	return cmd
}
