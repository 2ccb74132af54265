package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// confirmedFile is where this computer remembers which flows led to a form that
// the person sent. Nothing in it is private.
const confirmedFile = "confirmed.json"

// confirmation is one such run: what a flow came to on the live pages, here.
type confirmation struct {
	Date     string   `json:"date"`     // yyyy-mm-dd
	Language string   `json:"language"` // of the pages, as they said; empty: they did not
	Revision int      `json:"revision"` // of the flow
	Own      bool     `json:"own"`      // a file of the person's lay over it
	Places   []string `json:"places"`   // that were recognised
	Targets  []string `json:"targets"`  // that were pressed, filled in or pointed at
}

// confirmations are those of this computer, by service. What cannot be read is
// as good as nothing.
func (a *app) confirmations() map[string]confirmation {
	all := map[string]confirmation{}
	b, err := os.ReadFile(filepath.Join(a.dataDir(), confirmedFile))
	if err != nil || json.Unmarshal(b, &all) != nil {
		return map[string]confirmation{}
	}
	for service, c := range all {
		if _, err := time.Parse(time.DateOnly, c.Date); err != nil || c.Language != "" && !tagForm.MatchString(c.Language) {
			delete(all, service)
		}
	}
	return all
}

var tagForm = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$`)

// confirm remembers a run on the live pages in which the person sent. That it
// cannot be written is no trouble of theirs.
func (a *app) confirm(flow *selectors.Flow, res automation.Result) {
	if res.Rehearsal || res.Outcome != automation.Sent || !filepath.IsAbs(a.dataDir()) {
		return
	}
	all := a.confirmations()
	own := flow.Source != selectors.BuiltIn && flow.Source != selectors.Downloaded
	c := confirmation{Date: time.Now().Format(time.DateOnly), Revision: flow.Revision, Own: own, Places: append([]string{}, res.Route...), Targets: append([]string{}, res.Used...)}
	if tagForm.MatchString(res.Language) {
		c.Language = res.Language
	}
	all[flow.Service] = c
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return
	}
	file := filepath.Join(a.dataDir(), confirmedFile)
	part := file + ".part"
	if os.WriteFile(part, append(b, '\n'), 0o600) == nil {
		_ = os.Rename(part, file)
	}
}

// confirmedHere is the run of which the record of the next one tells; zero: there
// was none with this revision.
func (a *app) confirmedHere(flow *selectors.Flow) selectors.Check {
	c := a.confirmations()[flow.Service]
	if c.Revision != flow.Revision {
		return selectors.Check{}
	}
	return selectors.Check{Date: c.Date, Language: c.Language}
}

// here says what this computer knows of a flow, or nothing.
func (a *app) here(flow *selectors.Flow) hint.Text {
	c, ok := a.confirmations()[flow.Service]
	switch {
	case !ok:
		return hint.Text{}
	case c.Revision != flow.Revision:
		return hint.Say("On this computer nonmerci found the way to the form of %s on %s, with an older version of its file for it, and you sent the form.", flow.Title, c.Date)
	}
	return hint.Say("On this computer nonmerci found the way to the form of %s on %s, and you sent the form.", flow.Title, c.Date)
}
