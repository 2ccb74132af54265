package selectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// SavedPage is a page that somebody saw, stripped of everything personal, with
// what a flow found on it: two files, NAME.html and NAME.json. A folder of them
// is what others can try their flows on.
type SavedPage struct {
	Schema   int                 `json:"schema"` // 1
	Service  string              `json:"service"`
	Address  string              `json:"address"`  // where it is shown: without query, and without what names a person
	Language string              `json:"language"` // as the page says; "und": it does not
	Date     string              `json:"date"`     // yyyy-mm-dd
	Revision int                 `json:"revision"` // of the flow that found what follows
	Place    string              `json:"place"`    // that was recognised; empty: none
	Targets  map[string]Expected `json:"targets"`  // of every place that may be there

	Name string `json:"-"` // of its files, without folder and ending
	HTML []byte `json:"-"`
}

// Expected is what became of a target on a saved page.
type Expected struct {
	Status string `json:"status"` // found, none, ambiguous, vetoed
	Tag    string `json:"tag,omitempty"`
	Role   string `json:"role,omitempty"`
	Name   string `json:"name,omitempty"` // accessible name
}

// savedStyle is the one style of a stripped page. Dialogs that are not modal must
// not come to lie over the middle of the window, which would make them so; and
// what was visible stays visible without the words and pictures that made it large.
const savedStyle = "body{margin-top:100vh}body *{min-width:3px;min-height:3px}a,label{display:inline-block}dialog{position:static}"

var savedLanguage = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// Filled is the page with an outline as its HTML.
func (p SavedPage) Filled(outline string) SavedPage {
	if !savedLanguage.MatchString(p.Language) {
		p.Language = "und"
	}
	p.HTML = fmt.Appendf(nil, "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n<title>%s</title>\n<style>%s</style>\n<body>\n%s\n</body>\n</html>\n",
		p.Language, html.EscapeString(strings.TrimSpace(p.Service+" "+p.Place)), savedStyle, outline)
	return p
}

// Save writes the page into a folder under a name that nothing there has, for
// this user alone, whole or not at all: the page counts once its second file is
// there. Errors are *hint.Problems.
func (p SavedPage) Save(dir string) (name string, err error) {
	index, err := json.MarshalIndent(p, "", "  ")
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	base := p.Place
	if base == "" {
		base = "page"
	}
	for n := 1; err == nil; n++ {
		if name = base; n > 1 {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		path := filepath.Join(dir, name)
		if _, there := os.Lstat(path + ".json"); there == nil {
			continue
		}
		if err = create(path+".html", p.HTML); err != nil {
			if errors.Is(err, fs.ErrExist) {
				err = nil
				continue
			}
			break
		}
		if err = create(path+".json", append(index, '\n')); err == nil {
			return name, nil
		}
		err = errors.Join(err, os.Remove(path+".html"))
	}
	return "", hint.Wrap(err, hint.Say("The copy could not be written into that folder. Nothing was left there."), hint.Say("Check that the disk is not full and that you may write there, or name another folder with --save."))
}

// create writes a new file for this user alone, whole or not at all, and never
// over another.
func create(path string, data []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".nonmerci-*") // created with 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.Write(data)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Link(part.Name(), path)
}

// maxSaved is larger than any stripped page.
const maxSaved = 16 << 20

// OpenSaved reads a folder of saved pages, in the order of their names. What is
// wrong with one is a [Finding]; such a page is not among the pages. flow gives the
// flow that is in force for a service.
func OpenSaved(dir string, flow func(service string) (*Flow, error)) (pages []SavedPage, findings []Finding, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, hint.Wrap(err, hint.Say("The folder of saved pages could not be read."), hint.Say("Check its name, and that you may read it."))
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	found := 0
	for _, e := range entries {
		base, isHTML := strings.CutSuffix(e.Name(), ".html")
		if isHTML && !there[base+".json"] {
			findings = append(findings, savedFinding(filepath.Join(dir, e.Name()), nil, 0, hint.Say("There is no %s.json beside this page.", base), saveAgain()))
		}
		base, isIndex := strings.CutSuffix(e.Name(), ".json")
		if !isIndex {
			continue
		}
		found++
		p, faults := openSaved(dir, base, flow)
		findings = append(findings, faults...)
		if len(faults) == 0 {
			pages = append(pages, p)
		}
	}
	slices.SortFunc(pages, func(a, b SavedPage) int { return strings.Compare(a.Name, b.Name) })
	if found == 0 && len(findings) == 0 {
		return nil, nil, hint.New(hint.Say("There is no saved page in this folder."), hint.Say("`nonmerci selectors check SERVICE --save DIR` puts some there."))
	}
	return pages, findings, nil
}

func openSaved(dir, base string, flow func(string) (*Flow, error)) (SavedPage, []Finding) {
	p := SavedPage{}
	index := filepath.Join(dir, base+".json")
	raw, err := readSaved(index)
	var at int64
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		err = d.Decode(&p)
		at = d.InputOffset()
		if _, key, unknown := strings.Cut(fmt.Sprint(err), "unknown field "); unknown {
			at = int64(keyAt(raw, strings.Trim(key, `"`)))
		}
		if err == nil && len(bytes.TrimSpace(raw[at:])) > 0 {
			err = errors.New("more than one JSON value")
		}
	}
	p.Name = base
	if err != nil {
		return p, []Finding{savedFinding(index, raw, int(at), hint.Say("This is no index of a saved page."), saveAgain())}
	}
	f, fault := p.flow(index, raw, flow)
	if f == nil {
		return p, []Finding{fault}
	}
	findings := p.indexFindings(f, index, raw)
	page := filepath.Join(dir, base+".html")
	if p.HTML, err = readSaved(page); err != nil {
		return p, append(findings, savedFinding(page, nil, 0, hint.Say("The page cannot be read."), saveAgain()))
	}
	return p, sorted(append(findings, scanSaved(page, p.HTML, f)...))
}

// flow is the flow that a page is for, or the finding that there is none.
func (p SavedPage) flow(index string, raw []byte, flow func(string) (*Flow, error)) (*Flow, Finding) {
	if p.Schema != Format {
		return nil, savedFinding(index, raw, keyAt(raw, "schema"), hint.Say("This saved page is written in a format that nonmerci does not know."), hint.Say("Update nonmerci, or save the page again."))
	}
	f, err := flow(p.Service)
	if err != nil {
		return nil, savedFinding(index, raw, keyAt(raw, "service"), hint.Say("The flow of this page cannot be used."), hint.Say("`nonmerci selectors lint` says why."))
	}
	return f, Finding{}
}

// readSaved reads a file of a folder that may come from somebody else.
func readSaved(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSaved {
		return nil, fs.ErrInvalid
	}
	return os.ReadFile(path)
}

func saveAgain() hint.Text {
	return hint.Say("Take it out, or save the page again with `nonmerci selectors check SERVICE --save DIR`.")
}

// keyAt is where a key or a name stands in an index.
func keyAt(raw []byte, key string) int {
	return max(0, bytes.Index(raw, []byte(`"`+key+`"`)))
}

// savedFinding says where something is wrong, without a snippet: it could be what
// must not be shown.
func savedFinding(file string, data []byte, at int, what, next hint.Text) Finding {
	before := data[:min(max(at, 0), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
	return Finding{File: file, Line: line, Column: column, What: what, Next: next}
}
