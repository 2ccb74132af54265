package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// checkOpened looks at the pages to which the person goes.
func (a *app) checkOpened(ctx context.Context, service string, k checking) error {
	k.NoWait = k.NoWait || !a.Terminal
	req, closeLog, err := a.request(k.Config, service, false)
	if err != nil {
		if _, ok := hint.Of(err); !ok {
			return err
		}
		return a.saidExit(err, automation.Failed)
	}
	defer closeLog()
	kept := true
	look := automation.Looking{Page: func(p automation.Page) error { return a.tellPage(p, k) }}
	if k.save != "" {
		b, done, err := a.fileBrowser(k)
		if err != nil {
			return err
		}
		defer done()
		look.Copies, look.Wish = b, a.wishes(ctx, k)
		look.Keep = func(p selectors.SavedPage) error { return a.keepPage(k.save, p) }
		look.Unkept = func(err error) { kept = a.unkept(err) == nil }
	}
	res, err := automation.Look(ctx, req, look)
	switch {
	case err != nil:
		return err
	case res.Outcome != automation.Ready:
		return a.saidExit(&hint.Problem{What: res.Message, Next: res.Next}, res.Outcome)
	case !kept && k.NoWait:
		return exit(exitUsage)
	}
	return nil
}

// wishes hears Enter, which keeps the page at hand; nil: nobody is asked.
func (a *app) wishes(ctx context.Context, k checking) <-chan struct{} {
	if k.NoWait {
		return nil
	}
	a.keys.forget()
	a.say(hint.Say("Press Enter here when the window shows a page that you want to keep for others. The copy holds nothing personal."))
	wish := make(chan struct{}, 1)
	go func() {
		for {
			if _, more := a.line(ctx); !more {
				return
			}
			select {
			case wish <- struct{}{}:
			default:
			}
		}
	}()
	return wish
}

// tellPage tells which page it is, and what is found on it.
func (a *app) tellPage(p automation.Page, k checking) error {
	if p.Place == "" {
		a.say(hint.Say("Page: not recognised (%s)", p.Address))
	} else {
		a.say(hint.Say("Page: %s (%s)", p.Place, p.Address))
	}
	var found []automation.Finding
	for _, f := range p.Findings {
		if k.place == "" || k.place == f.Place {
			found = append(found, f)
		}
	}
	return a.tellFindings(found, k.JSON)
}

// keepPage writes a copy and says where it is.
func (a *app) keepPage(dir string, p selectors.SavedPage) error {
	name, err := p.Save(dir)
	if err != nil {
		return err
	}
	a.say(hint.Say("Kept, without anything personal that nonmerci knows of: %s. Look at it in a browser before you give it away.", filepath.Join(dir, name+".html")))
	return nil
}

// unkept says why a page was not kept, and never what it holds.
func (a *app) unkept(err error) error {
	var private *automation.Private
	_, said := hint.Of(err)
	switch {
	case errors.As(err, &private):
		a.problem(&hint.Problem{What: hint.Say("This page was not kept: without what nonmerci leaves out, it still holds something that looks personal. Nothing was written.")})
		for _, f := range private.Findings {
			a.say(hint.Say("  line %s, column %s of the copy: %s", strconv.Itoa(f.Line), strconv.Itoa(f.Column), f.What))
		}
		a.next(hint.Say("Keep the page when it does not show that, or save it from the browser, take that out of the file, and name the file with --page."))
	case said:
		a.problem(err)
	default:
		a.problem(hint.Wrap(err, hint.Say("This page could not be kept. Nothing was written."), hint.Say("Wait until the page has come to rest, and try again.")))
	}
	return exit(exitUsage)
}

// savedFinding is a finding on a page of a folder.
type savedFinding struct {
	Page string `json:"page"`
	automation.Finding
}

// checkFolder tries a flow on every page of a folder.
func (a *app) checkFolder(ctx context.Context, flow *selectors.Flow, k checking) error {
	if k.save != "" {
		return hint.New(hint.Say("A folder of saved pages cannot be kept once more. Nothing was started."), hint.Say("Name one file with --page, or leave --save out."))
	}
	pages, findings, err := selectors.OpenSaved(k.page, a.flow)
	if err != nil {
		return err
	}
	if len(findings) > 0 {
		if err := a.tellFaults(findings); err != nil {
			return err
		}
		return exit(exitUsage)
	}
	pages = slices.DeleteFunc(pages, func(p selectors.SavedPage) bool { return p.Service != flow.Service })
	if len(pages) == 0 {
		return hint.New(hint.Say("There is no saved page of %s in this folder. Nothing was started.", flow.Title), hint.Say("Name the service of the pages, or another folder."))
	}
	lost := false
	err = a.reading(ctx, k, func(r *automation.Reader) error {
		for _, p := range pages {
			found, differences, err := r.Compare(ctx, flow, p)
			if err != nil {
				return a.notShown(err)
			}
			if err := a.tellSaved(p, found, differences, k.JSON); err != nil {
				return err
			}
			for _, d := range differences {
				lost = lost || d.Lost()
			}
		}
		return nil
	})
	if err == nil && lost {
		return exitCode(automation.NotFound)
	}
	return err
}

// tellSaved tells of one page of a folder.
func (a *app) tellSaved(p selectors.SavedPage, found []automation.Finding, differences []automation.Difference, asJSON bool) error {
	say := func(t hint.Text) error { return a.print(t.In(a.lang) + "\n") }
	if asJSON {
		for _, f := range found {
			if err := a.json(savedFinding{p.Name, f}); err != nil {
				return err
			}
		}
		say = func(t hint.Text) error { a.say(t); return nil }
	}
	if len(differences) == 0 {
		return say(hint.Say("%s: all as expected", p.Name))
	}
	if err := say(hint.Say("%s: not all as expected", p.Name)); err != nil {
		return err
	}
	for _, d := range differences {
		t := hint.Say("  %s: %s, and it was %s", d.Target, described(d.Is), described(d.Was))
		if d.Target == "" {
			t = hint.Say("  the place: %s, and it was %s", dash(d.PlaceIs), dash(d.PlaceWas))
		}
		if err := say(t); err != nil {
			return err
		}
	}
	return nil
}

// described is what became of a target, in the words of the saved page.
func described(e selectors.Expected) string {
	if e.Status != "found" {
		return e.Status
	}
	return e.Status + " (" + e.Tag + " “" + e.Name + "”)"
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
