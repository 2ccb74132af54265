package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// maxPage is more than any page that a browser saves without its pictures.
const maxPage = 64 << 20

// savedFrom is the line that browsers put into a page that they save.
var savedFrom = regexp.MustCompile(`<!-- saved from url=\(\d{4}\)(https://\S+) -->`)

// checking is what check was asked for beside the settings.
type checking struct {
	page, place, lang, save string
	config.Config
}

const aboutCheck = `Opens the browser. You go from page to page, and for each page that comes to
rest nonmerci prints one line for each target of each place that could be there:
whether it is found, and how each locator voted. It has eyes and no hands there:
it goes to the home address once, and then can do nothing but look. It is no
place to send the form from: nonmerci keeps no record there. Ctrl-C or closing
the window ends it.

With --page FILE it does the same for a saved page (HTML), in a throw-away
browser without network, where no script of the page runs.

With --save DIR it keeps pages for others to try their flows on: each time you
press Enter here (or the first page, where nobody waits), or the one of --page.
A copy holds the structure of the page, roles, and the words of what one
presses, fills or reads as a heading; no other text, no names, values, pictures
or scripts, and only addresses that are everybody's. Where it is asked who you
are, on pages of your own and on those that are not recognised, hardly more than
the flow's own words are left. nonmerci looks at each copy: if it still holds
something that looks personal, or shows a flow something else than the page,
nothing is written. Look at it yourself before you give it away: it opens in any
browser.

With --page DIR it reads such a folder, and says for each page what is not as it
was.

EXIT STATUS
  0  every line could be made, and in a folder all that was found is still found
  2  the page, the folder or the service could not be read, or nothing was kept
  4  in a folder: something that was found is not found any more
  7  the browser did not start, or no page came`

func (a *app) checkCmd() *cobra.Command {
	var k checking
	cmd := &cobra.Command{
		Use:   "check SERVICE [--page FILE|DIR]",
		Short: "what a flow finds on the pages you open, or on saved ones; presses and fills nothing",
		Long:  aboutCheck,
		Example: `  nonmerci selectors check instagram
  nonmerci selectors check instagram --save pages
  nonmerci selectors check instagram --page form.html --place form
  nonmerci selectors check instagram --page pages`,
		Args: a.service, ValidArgs: selectors.Services(),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			k.place = strings.ReplaceAll(k.place, "_", "-")
			settings := a.walking
			if k.page != "" {
				settings = a.settings // no browser of the person's is used
			}
			if k.Config, err = settings(cmd); err != nil {
				return err
			}
			return a.check(cmd.Context(), args[0], k)
		},
	}
	config.Flags(cmd.Flags(), "email", "explain", "explain-file", "country", "route", "records", "timestamp", "account")
	cmd.Flags().StringVar(&k.page, "page", "", "the saved page, or a folder of them, as `FILE|DIR`")
	cmd.Flags().StringVar(&k.place, "place", "", "only this `PLACE`")
	cmd.Flags().StringVar(&k.lang, "lang", "", "the page's language as `CODE`; a hint for the reader, since all languages are tried at once")
	cmd.Flags().StringVar(&k.save, "save", "", "keep copies of pages, without anything personal, in `DIR`")
	cmd.Flags().Lookup("json").Usage = "one JSON object a line"
	cmd.Flags().Lookup("no-wait").Usage = "end after the first page"
	return cmd
}

func (a *app) check(ctx context.Context, service string, k checking) error {
	flow, err := a.flow(service)
	if err != nil {
		return err
	}
	if _, known := flow.Places[k.place]; k.place != "" && !known {
		return hint.New(hint.Say("The flow of %s has no place of this name.", flow.Title), hint.Say("`nonmerci selectors show %s` lists them.", service))
	}
	if _, err := language.Parse(k.lang); k.lang != "" && err != nil {
		return hint.New(hint.Say("The value of the flag --%s was not understood. Nothing was started.", "lang"), hint.Say("Name a language by its code, such as en or fr."))
	}
	if k.page == "" {
		return a.checkOpened(ctx, service, k)
	}
	if info, err := os.Stat(k.page); err == nil && info.IsDir() {
		return a.checkFolder(ctx, flow, k)
	}
	html, err := readPage(k.page)
	if err != nil {
		return hint.Wrap(err, hint.Say("The saved page could not be read. Nothing was started."), hint.Say("Name an HTML file with --page."))
	}
	address := ""
	if m := savedFrom.FindSubmatch(html[:min(len(html), 4096)]); m != nil {
		address, _, _ = strings.Cut(string(m[1]), "?")
	}
	return a.reading(ctx, k, func(r *automation.Reader) error {
		if k.save != "" {
			p, err := r.Strip(ctx, flow, html, address, k.place)
			if err == nil {
				err = a.keepPage(k.save, p)
			}
			if err != nil {
				return a.unkept(err)
			}
		}
		found, err := r.Check(ctx, flow, html, address, k.place)
		if err != nil {
			return a.notShown(err)
		}
		return a.tellFindings(found, k.JSON)
	})
}

func (a *app) notShown(err error) error {
	return a.saidExit(hint.Wrap(err, hint.Say("The saved page could not be shown. Nothing else was touched."), hint.Say("Try `nonmerci doctor`.")), automation.Failed)
}

// reading starts a throw-away browser for pages from files.
func (a *app) reading(ctx context.Context, k checking, do func(*automation.Reader) error) error {
	b, done, err := a.fileBrowser(k)
	if err != nil {
		return err
	}
	defer done()
	r, err := automation.NewReader(ctx, b)
	if err != nil {
		return a.notShown(err)
	}
	defer r.Close()
	return do(r)
}

// fileBrowser is a throw-away browser; done takes its profile away.
func (a *app) fileBrowser(k checking) (b automation.Browser, done func(), err error) {
	path, err := automation.FindBrowser(k.Browser, a.Lookup)
	if err != nil {
		return b, nil, a.saidExit(noBrowser(k.Browser, err), automation.Failed)
	}
	dir, err := throwaway("check")
	if err != nil {
		return b, nil, a.saidExit(hint.Wrap(err, hint.Say("A temporary folder could not be made. Nothing was done."), hint.Say("Check that the disk is not full.")), automation.Failed)
	}
	return automation.Browser{Path: path, Profile: dir, Sandbox: !a.Root}, func() { _ = os.RemoveAll(dir) }, nil
}

// saidExit reports an error and ends with the code of an outcome.
func (a *app) saidExit(err error, o automation.Outcome) error {
	a.problem(err)
	return exitCode(o)
}

func readPage(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	html, err := io.ReadAll(io.LimitReader(f, maxPage+1))
	switch {
	case err != nil:
		return nil, err
	case len(html) > maxPage:
		return nil, fmt.Errorf("it holds more than %d MB", maxPage>>20)
	}
	return bytes.TrimPrefix(html, []byte("\xef\xbb\xbf")), nil
}

func (a *app) tellFindings(found []automation.Finding, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(a.Stdout)
		enc.SetEscapeHTML(false)
		for _, f := range found {
			if err := enc.Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
	return a.print(table(func(row func(...string)) {
		for _, f := range found {
			var votes []string
			for _, v := range f.Votes {
				votes = append(votes, fmt.Sprintf("%s: %d", v.Locator, v.Hits))
			}
			row(f.Place, f.Target, f.Status, f.Tag, f.Name, strings.Join(votes, "; "))
		}
	}))
}
