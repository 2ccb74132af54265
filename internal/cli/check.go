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
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// maxPage is more than any page that a browser saves without its pictures.
const maxPage = 64 << 20

// savedFrom is the line that browsers put into a page that they save.
var savedFrom = regexp.MustCompile(`<!-- saved from url=\(\d{4}\)(https://\S+) -->`)

func (a *app) checkCmd() *cobra.Command {
	var page, place, lang, browser string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check SERVICE --page FILE",
		Short: "what a flow finds on a saved page; presses and fills nothing",
		Long: `Shows a saved page (HTML) in a throw-away browser without network, and prints
one line for each target of each place that could be there: whether it is found,
and how each locator voted. It presses and fills nothing, and no script of the
page runs.

EXIT STATUS
  0  every line could be made
  2  the page or the service could not be read
  7  the browser did not start`,
		Example: "  nonmerci selectors check instagram --page form.html --place form",
		Args:    a.service, ValidArgs: selectors.Services(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.check(cmd.Context(), args[0], page, strings.ReplaceAll(place, "_", "-"), lang, browser, asJSON)
		},
	}
	cmd.Flags().StringVar(&page, "page", "", "the saved page, as `FILE`")
	cmd.Flags().StringVar(&place, "place", "", "only this `PLACE`")
	cmd.Flags().StringVar(&lang, "lang", "", "the page's language as `CODE`; a hint for the reader, since all languages are tried at once")
	cmd.Flags().StringVar(&browser, "browser", "", "browser to start: `PATH|NAME`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (a *app) check(ctx context.Context, service, page, place, lang, browser string, asJSON bool) error {
	flow, err := a.flow(service)
	if err != nil {
		return err
	}
	if _, known := flow.Places[place]; place != "" && !known {
		return hint.New(hint.Say("The flow of %s has no place of this name.", flow.Title), hint.Say("`nonmerci selectors show %s` lists them.", service))
	}
	if _, err := language.Parse(lang); lang != "" && err != nil {
		return hint.New(hint.Say("The value of the flag --%s was not understood. Nothing was started.", "lang"), hint.Say("Name a language by its code, such as en or fr."))
	}
	html, err := readPage(page)
	if err != nil {
		return hint.Wrap(err, hint.Say("The saved page could not be read. Nothing was started."), hint.Say("Name an HTML file with --page."))
	}
	path, err := automation.FindBrowser(browser, a.Lookup)
	if err != nil {
		return a.saidExit(noBrowser(browser, err), automation.Failed)
	}
	dir, err := throwaway("check")
	if err != nil {
		return a.saidExit(hint.Wrap(err, hint.Say("A temporary folder could not be made. Nothing was done."), hint.Say("Check that the disk is not full.")), automation.Failed)
	}
	defer os.RemoveAll(dir)
	address := ""
	if m := savedFrom.FindSubmatch(html[:min(len(html), 4096)]); m != nil {
		address, _, _ = strings.Cut(string(m[1]), "?")
	}
	found, err := automation.CheckPage(ctx, automation.Browser{Path: path, Profile: dir, Sandbox: !a.Root}, flow, html, address, place)
	if err != nil {
		return a.saidExit(hint.Wrap(err, hint.Say("The saved page could not be shown. Nothing else was touched."), hint.Say("Try `nonmerci doctor`.")), automation.Failed)
	}
	return a.tellFindings(found, asJSON)
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
