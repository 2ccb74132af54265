package cli

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/rehearsal"
	"github.com/nonmerci/nonmerci/selectors"
)

// exitStatus stands in every help text of a command that walks.
const exitStatus = `
EXIT STATUS
  0  ready, sent, already objected      5  the site does not offer the form here
  1  a fault of nonmerci                6  refused: it would have broken a safety rule
  2  wrong flags, settings or files     7  browser, network or disk
  3  something only you can do          8  handed over; not confirmed as sent
  4  something was not found          130  stopped with Ctrl-C`

func (a *app) objectCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "object instagram|facebook",
		Short: "walk to the objection form, fill it, and stop before Send",
		Long: `Walks in your own browser and login to Meta's objection form, puts your e-mail
address in where you gave one, and stops before Send. You review the form in
the window and press Send yourself. A record with pictures is kept.
` + exitStatus,
		Example: `  nonmerci object instagram
  nonmerci object facebook --email you@mail.example --explain "No, thanks."`,
		Args: a.service, ValidArgs: selectors.Services(),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.walking(cmd)
			if err != nil {
				return err
			}
			return a.run(cmd.Context(), c, args[0], false, automation.Object)
		},
	}
	config.Flags(cmd.Flags())
	return cmd
}

func (a *app) rehearseCmd() *cobra.Command {
	var variant string
	cmd := &cobra.Command{
		Use:   "rehearse [instagram|facebook]",
		Short: "try it on built-in pages: no account, no network",
		Long: `Runs the main job against pages that nonmerci brings along: the same program,
the same flow files, no account and no network. The record is marked as a
rehearsal. Where there is no screen it runs without a window.
` + exitStatus + variantKeys(),
		ValidArgs: selectors.Services(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return a.service(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.walking(cmd)
			if err != nil {
				return err
			}
			v, err := a.variant(variant, args)
			if err != nil {
				return err
			}
			return a.rehearse(cmd.Context(), c, v)
		},
	}
	config.Flags(cmd.Flags())
	cmd.Flags().StringVar(&variant, "variant", "", "how the stand-in's pages look and behave, as a `QUERY` such as language=fr&markup=script; for tests and curious people")
	return cmd
}

// variantKeys explains the query that --variant takes.
func variantKeys() string {
	var b strings.Builder
	b.WriteString("\n\nWHAT --variant KNOWS (gate, with, lost and fault take several words, by comma)\n")
	for _, v := range rehearsal.Vocabulary() {
		line := fmt.Sprintf("  %-9s", v.Key)
		for _, word := range v.Words {
			if len(line)+1+len(word) > 76 {
				b.WriteString(line + "\n")
				line = strings.Repeat(" ", 11)
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("  also       email=ADDRESS, account=NAME, and wrong-form, new-tab, code-after-send and\n             error-after-send (true or false)\n")
	return b.String()
}

// noBrowser says why [automation.FindBrowser] found none.
func noBrowser(wanted string, err error) *hint.Problem {
	if p, ok := hint.Of(err); ok {
		return &hint.Problem{What: hint.Say("%s Nothing was done.", p.What), Next: p.Next}
	}
	if wanted != "" {
		return &hint.Problem{What: hint.Say("The browser that was named is not there, or cannot be used. Nothing was done."),
			Next: hint.Say("`nonmerci browsers` lists those that are there. Leave the name out, and nonmerci takes the first that it can use.")}
	}
	return &hint.Problem{What: hint.Say("No browser was found that nonmerci can use. Nothing was done."),
		Next: hint.Say("Install Google Chrome, Chromium, Microsoft Edge or Brave, or name the program with --browser PATH.")}
}

// service checks the one argument of the walking commands.
func (a *app) service(cmd *cobra.Command, args []string) error {
	name := hint.Say("Name one service: %s.", strings.Join(selectors.Services(), ", "))
	known := func(s string) bool { return slices.Contains(selectors.Services(), s) }
	switch {
	case len(args) == 1 && known(strings.ToLower(args[0])):
		args[0] = strings.ToLower(args[0])
		return nil
	case attachWithoutAddress(cmd) && slices.ContainsFunc(args, func(s string) bool { return !known(s) }):
		return hint.New(hint.Say("The address for --attach stands apart from it, so it was not understood. Nothing was started."),
			hint.Say("Write it with an equals sign and without a space: --attach=ADDRESS."))
	case len(args) == 0:
		return hint.New(hint.Say("Which service is meant? Nothing was started."), name)
	case len(args) > 1:
		return hint.New(hint.Say("There is more than one service on the command line, or a text without quotes. Nothing was started."), name)
	}
	return hint.New(hint.Say("There is no service of this name. Nothing was started."), name)
}

func attachWithoutAddress(cmd *cobra.Command) bool {
	f := cmd.Flags().Lookup("attach")
	return f != nil && f.Changed && f.Value.String() == config.AttachAuto
}

// walking merges the settings of a command that walks, and refuses what does not
// go together with a browser that already runs.
func (a *app) walking(cmd *cobra.Command) (config.Config, error) {
	c, err := a.settings(cmd)
	switch {
	case err != nil || c.Attach == "":
	case cmd.Name() != "rehearse":
		return c, a.brandToAttach(c)
	case c.Origin("attach") == "flag":
		err = hint.New(hint.Say("A rehearsal never uses a browser that already runs: its pages must not get into your own. Nothing was started."),
			hint.Say("Leave --attach out: the rehearsal starts a browser of its own and throws its profile away."))
	default:
		c.Attach = "" // what the settings say is for the real thing
	}
	return c, err
}

// brandToAttach wants a brand and not a path: what runs already is not started.
func (a *app) brandToAttach(c config.Config) error {
	if c.Browser == "" || slices.Contains(automation.Brands(), c.Browser) {
		return nil
	}
	return hint.New(hint.Say("With --attach, --browser must name the kind of browser that runs. Nothing was started."),
		hint.Say("Name one of these: %s. Or leave --browser out.", strings.Join(automation.Brands(), ", ")))
}

// variant reads --variant. Where it does not say so, the pages speak the
// person's language and hold an e-mail address already.
func (a *app) variant(query string, args []string) (rehearsal.Variant, error) {
	v, err := rehearsal.ParseVariant(query)
	if err != nil {
		return v, hint.Wrap(err, hint.Say("There are no rehearsal pages such as --variant describes. Nothing was started."),
			hint.Say("Leave --variant out, or correct it."))
	}
	said, err := url.ParseQuery(query)
	if err == nil && !said.Has("language") {
		v.Language = a.lang
	}
	if err == nil && !said.Has("email") {
		v.Email = "you@mail.example" // as the site fills it in for who is signed in
	}
	if len(args) > 0 {
		v.Service = args[0]
	}
	return v, nil
}

func (a *app) rehearse(ctx context.Context, c config.Config, v rehearsal.Variant) error {
	site, err := rehearsal.Serve(ctx, v)
	if err != nil {
		return a.failed(c, v.Service, true, hint.Wrap(err, hint.Say("The stand-in for Meta's pages could not be started. Nothing was done."), hint.Say("Run the command again.")))
	}
	defer site.Close()
	// A profile of its own, thrown away: the pages of the rehearsal must not
	// leave cookies for Meta's hosts in the profile of the settings file.
	if c.Origin("profile") != "flag" {
		if c.Profile, err = throwaway("rehearsal"); err != nil {
			return a.failed(c, v.Service, true, hint.Wrap(err, hint.Say("A temporary folder could not be made. Nothing was done."), hint.Say("Check that the disk is not full.")))
		}
		defer os.RemoveAll(c.Profile)
	}
	if !a.display() && !c.Headless {
		c = c.WithHeadless()
	}
	c.BrowserArgs = append(c.BrowserArgs, site.BrowserArgs()...)
	a.say(hint.Say("Rehearsal: these are not Meta's pages. Nothing leaves this computer."))
	err = a.run(ctx, c, v.Service, true, automation.Object)
	a.say(hint.Say("Submissions that reached the stand-in: %s.", strconv.Itoa(site.Submissions())))
	return err
}

// run does one walk and reports it on the channels.
func (a *app) run(ctx context.Context, c config.Config, service string, rehearsing bool, walk func(context.Context, automation.Request) (automation.Result, error)) error {
	req, closeLog, err := a.request(c, service, rehearsing)
	if err != nil {
		return a.failed(c, service, rehearsing, err)
	}
	defer closeLog()
	res, err := walk(ctx, req)
	if err != nil {
		a.say(hint.Say("nonmerci stumbled over a fault of its own. Nothing was sent."))
		a.problem(err)
		return exit(exitFault)
	}
	if c.Timestamp != "" && res.Record != "" && ctx.Err() == nil {
		if err := a.stamp(ctx, res.Record, c.Timestamp); err != nil {
			a.problem(err) // the record stands without it, and so does the outcome
		}
	}
	if !standIn(c.BrowserArgs) {
		a.confirm(req.Flow, res)
	}
	return a.report(c, res)
}

// request turns settings into what automation needs.
func (a *app) request(c config.Config, service string, rehearsing bool) (automation.Request, func(), error) {
	none := automation.Request{}
	flow, err := a.flow(service)
	if err != nil {
		return none, nil, err
	}
	if err := a.homeless(c); err != nil {
		return none, nil, err
	}
	browser, err := a.browser(c, rehearsing)
	if err != nil {
		return none, nil, err
	}
	records, err := filepath.Abs(a.records(c))
	if err != nil {
		return none, nil, hint.Wrap(err, hint.Say("The folder of the records could not be found. Nothing was done."), hint.Say("Name a folder with --records."))
	}
	if risky := slices.ContainsFunc(c.BrowserArgs, weakens); risky {
		a.say(hint.Say("Careful: the browser runs with switches of yours that take protection away or let other programs reach it. The record names them."))
	}
	log, closeLog, err := newLog(cmp.Or(c.LogFile, a.freshLog()), c.Verbose, a.Stderr, []string{c.Email, c.Explain, c.Account})
	if err != nil {
		return none, nil, err
	}
	last := flow.LastCheck()
	switch {
	case rehearsing:
	case last.Date != "":
		a.say(hint.Say("What nonmerci knows of the pages of %s was last seen to fit the live ones on %s, in the language %s.", flow.Title, last.Date, last.Language))
	default:
		a.say(hint.Say("Note: nobody has confirmed yet that this works on the live pages of %s. If nonmerci does not find the way, it stops and says so.", flow.Title))
	}
	if here := a.here(flow); here.Format != "" && !rehearsing {
		a.say(here)
	}
	req := automation.Request{
		Flow: flow, Email: c.Email, Explanation: c.Explain, Account: c.Account, Country: c.Country, Route: c.Route,
		NoWait: c.NoWait, Wait: c.Wait, Rehearsal: rehearsing, Records: records, Language: a.lang, Here: a.confirmedHere(flow),
		Program: version(), Browser: browser, Tell: a.say, Linger: a.linger(c), Consent: a.consent(c), Mending: a.mending(c, service, rehearsing),
		Log: func(m string, fields map[string]any) {
			var list []zap.Field
			for name, v := range fields {
				list = append(list, zap.Any(name, v))
			}
			log.Info(m, list...)
		},
	}
	return req, func() { _ = closeLog() }, nil
}

// freshLog is where the log of this run goes when the person names no file:
// over that of the run before. It is not part of the record, which holds nothing
// but evidence. Empty: there is no place for one.
func (a *app) freshLog() string {
	if !filepath.IsAbs(a.dataDir()) || os.MkdirAll(a.dataDir(), 0o700) != nil {
		return ""
	}
	file := filepath.Join(a.dataDir(), "last-run.log")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return ""
	}
	return file
}

// standIn tells whether the names of hosts lead elsewhere than to Meta.
func standIn(args []string) bool {
	return slices.ContainsFunc(args, func(s string) bool { return strings.HasPrefix(s, "host-resolver-rules=") })
}

// weakens tells whether a browser switch takes away protection that nonmerci
// relies on, or opens the browser to other programs.
func weakens(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return slices.Contains([]string{"remote-debugging-port", "remote-debugging-address", "disable-web-security", "load-extension",
		"disable-site-isolation-trials", "allow-running-insecure-content", "ignore-certificate-errors"}, name)
}

// browser finds the browser and the profile, and refuses what could not work
// before anything is started.
func (a *app) browser(c config.Config, rehearsing bool) (automation.Browser, error) {
	if c.Attach != "" {
		running := &automation.Attach{Anywhere: c.AttachAnywhere, Name: c.Browser}
		if c.Attach != config.AttachAuto {
			running.Address = c.Attach
		}
		return automation.Browser{Attach: running, Lookup: a.Lookup}, nil
	}
	b := automation.Browser{Profile: a.profile(c), Headless: c.Headless, Args: c.BrowserArgs, Sandbox: true, Lookup: a.Lookup,
		Fleeting: rehearsing && c.Origin("profile") != "flag"}
	path, err := automation.FindBrowser(a.wanted(c), a.Lookup)
	if err != nil {
		return b, noBrowser(c.Browser, err)
	}
	b.Path = path
	if b.Profile, err = filepath.Abs(b.Profile); err != nil {
		return b, hint.Wrap(err, hint.Say("The browser profile could not be found. Nothing was done."), hint.Say("Name a folder with --profile."))
	}
	if !b.Headless && !a.display() {
		return b, hint.New(hint.Say("There is no screen to show a window on. Nothing was done."),
			hint.Say("Run nonmerci in a desktop session, or add --headless for a try without a window."))
	}
	if a.Root {
		// Chromium has no sandbox for the superuser. Against a stand-in that is
		// acceptable, on the live site it is not.
		if !rehearsing && !standIn(c.BrowserArgs) && !slices.Contains(c.BrowserArgs, "no-sandbox") {
			return b, hint.New(hint.Say("You are the superuser (root), for whom the browser cannot protect itself. Nothing was done."),
				hint.Say("Run nonmerci as an ordinary user."))
		}
		b.Sandbox = false
	}
	return b, nil
}

func (a *app) loginCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "login instagram|facebook",
		Short: "open the browser so that you can sign in, once",
		Long: `Opens the browser window with nonmerci's own profile. You sign in there by hand;
nonmerci touches nothing meanwhile and only recognises that you are in. It never
sees your password. With --account it waits until that account is the one.
` + exitStatus,
		Args: a.service, ValidArgs: selectors.Services(),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.walking(cmd)
			if err != nil {
				return err
			}
			return a.run(cmd.Context(), c, args[0], false, automation.Login)
		},
	}
	config.Flags(cmd.Flags(), "email", "explain", "explain-file", "country", "route", "records", "timestamp", "no-wait")
	return cmd
}
