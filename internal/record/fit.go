package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// maxShare is the size of a package, bytes: the Bavarian authority, the strictest
// that is known, takes about 1.5 MB in all.
const maxShare = 1_400_000

// plan is one way to make the package fit: so many pictures, so large.
type plan struct {
	n int
	scale
}

// plans go from all pictures as they are to none. First all get smaller, down to
// half; then the less telling ones go; then the last two get smaller still: the
// form and the confirmation.
func plans(all int) []plan {
	list := []plan{}
	for _, s := range scales()[:3] {
		list = append(list, plan{all, s})
	}
	for n := all - 1; n > 2; n-- {
		list = append(list, plan{n, scale{1, 2}})
	}
	for n := min(2, all); n > 0; n-- {
		for _, s := range scales() {
			list = append(list, plan{n, s})
		}
	}
	return append(list, plan{0, scale{1, 1}})
}

// rank puts the pictures that tell most first: what was about to be sent, what
// came back, the form, and then the later before the earlier.
func rank(pictures []*private) {
	slices.Reverse(pictures)
	groups := [][]string{{"filled"}, {"thanks", "after", "already", "still_asking"}, {"fields", "form"}}
	for at, places := range groups[:2] {
		i := slices.IndexFunc(pictures, func(p *private) bool { return p.shows(places) })
		if i > at {
			first := pictures[i]
			copy(pictures[at+1:i+1], pictures[at:i])
			pictures[at] = first
		}
	}
	if len(pictures) > 2 {
		slices.SortStableFunc(pictures[2:], func(a, b *private) int { return a.group(groups) - b.group(groups) })
	}
}

func (p *private) shows(places []string) bool {
	return slices.Contains(places, strings.ReplaceAll(p.line.text("place"), "-", "_"))
}

func (p *private) group(groups [][]string) int {
	if i := slices.IndexFunc(groups, p.shows); i >= 0 {
		return i
	}
	return len(groups)
}

// fit makes the first package that is small enough.
func (e *exporter) fit() (map[string][]byte, error) {
	for _, p := range plans(len(e.pictures)) {
		files, err := e.try(p)
		if err != nil {
			return nil, err
		}
		if files != nil && packedSize(files) <= maxShare {
			return files, nil
		}
	}
	return nil, hint.Wrap(ErrUnwanted, hint.Say("Even without pictures the export would be larger than 1.4 MB, which is more than some authorities take. Nothing was written."),
		hint.Say("Leave out --mail, or give the mail out by itself."))
}

// packedSize is that of the zip file: nothing is compressed.
func packedSize(files map[string][]byte) int {
	size := 22
	for name, b := range files {
		size += 76 + 2*len(name) + len(b)
	}
	return size
}

// try makes the package of a plan, or nothing where it is seen beforehand that it
// would be too large: printing takes seconds.
func (e *exporter) try(p plan) (map[string][]byte, error) {
	files, shown := maps.Clone(e.fixed), map[string][]byte{}
	doc := redactionsDoc{
		Schema: schema, Record: e.name(), Verdict: e.share.Verdict.String(), Rehearsal: e.share.Rehearsal, Stamped: e.s.Stamp != nil, Kinds: e.share.Kinds, Fill: fillName,
		Pictures: []sharedPicture{}, Left: append([]leftPicture{}, e.left...),
	}
	inReport := 0
	for _, o := range e.pictures[:p.n] {
		c, err := o.at(p.scale, e.share.Kinds)
		if err != nil {
			return nil, err
		}
		files[o.line.File], shown[o.line.File] = c.bytes, c.bytes
		doc.Pictures = append(doc.Pictures, c.doc)
		inReport += len(c.bytes)
		if float64(packedSize(files))+e.weight*float64(inReport) > maxShare {
			return nil, nil
		}
	}
	for _, o := range e.pictures[p.n:] {
		doc.Left = append(doc.Left, leftPicture{o.line.File, o.line.SHA256, whySize})
	}
	slices.SortFunc(doc.Pictures, func(a, b sharedPicture) int { return strings.Compare(a.File, b.File) })
	slices.SortFunc(doc.Left, func(a, b leftPicture) int { return strings.Compare(a.File, b.File) })
	report, html, err := e.report(shown)
	if err != nil {
		return nil, err
	}
	doc.Report, files[e.share.Report] = e.share.Report, report
	if packedSize(files) > maxShare && inReport > 0 && !e.noPDF && e.o.PDF != nil {
		e.weight = max(e.weight, float64(len(report))/float64(inReport))
	}
	return files, e.finish(files, doc, p, html)
}

// report gives the report as it goes into the package, and its text for the scan.
func (e *exporter) report(shown map[string][]byte) (report, html []byte, err error) {
	if e.o.PDF != nil && !e.noPDF {
		html, err := e.s.ReportFor(e.lang, ReportLeft{e.share.Kinds, shown})
		if err != nil {
			return nil, nil, unwanted(err)
		}
		// Nothing that must not leave is printed either.
		if err := e.scan(reportFile, html); err != nil {
			return nil, nil, err
		}
		pdf, err := e.o.PDF(html)
		if err == nil && strings.HasPrefix(string(pdf), "%PDF-") {
			e.share.Report = pdfFile
			return pdf, html, nil
		}
		if errors.Is(err, context.Canceled) { // the person does not want it any more
			return nil, nil, notWritten(err)
		}
		e.noPDF, e.weight = true, 0
	}
	html, err = e.s.ReportFor(e.lang, ReportLeft{Kinds: e.share.Kinds})
	if err != nil {
		return nil, nil, unwanted(err)
	}
	e.share.Report = reportFile
	return html, html, nil
}

// finish adds what tells of the package itself, looks through all texts, and seals.
func (e *exporter) finish(files map[string][]byte, doc redactionsDoc, p plan, html []byte) error {
	e.share.Pictures, e.share.Left = []string{}, []string{}
	for _, shown := range doc.Pictures {
		e.share.Pictures = append(e.share.Pictures, shown.File)
	}
	for _, left := range doc.Left {
		e.share.Left = append(e.share.Left, left.File)
	}
	e.share.Notes = e.notes(doc, p)
	b, err := encodeDoc(doc)
	if err != nil {
		return unwanted(err)
	}
	files[redactionsFile], files[verifyFile] = b, e.howToVerify()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := e.scan(name, files[name]); err != nil {
			return err
		}
	}
	if err := e.scan(reportFile, html); err != nil {
		return err
	}
	var manifest strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&manifest, "%s  %s\n", digest(files[name]), name)
	}
	files[manifestFile] = []byte(manifest.String())
	return nil
}

// notes tell what is not as the person might expect.
func (e *exporter) notes(doc redactionsDoc, p plan) (notes []hint.Text) {
	if e.share.Verdict == Incomplete {
		notes = append(notes, hint.Say("The record has no seal: the run did not come to its end, or the seal was taken away. What can be checked fits together, but nothing shows that it is all."))
	}
	if e.share.Report == reportFile {
		notes = append(notes, hint.Say("No PDF could be made, so the report is a page for the browser (report.html), without the pictures."))
	}
	if p.n > 0 && p.num != p.den {
		notes = append(notes, hint.Say("The pictures were made smaller (to %d/%d of their width and height), so that the package stays below 1.4 MB.", p.num, p.den))
	}
	if e.o.Mail && len(e.mails) == 0 {
		notes = append(notes, hint.Say("No mail was filed under this record, so there is none in the copy."))
	}
	if e.unfit > 0 {
		notes = append(notes, hint.Say("Files of the mail folder that were left out, because they are no mails with a plain name: %d.", e.unfit))
	}
	if names := e.without(doc, whySize); names != "" {
		notes = append(notes, hint.Say("These pictures were left out, so that the package stays below 1.4 MB: %s.", names))
	}
	if names := e.without(doc, whyUnknown); names != "" {
		notes = append(notes, hint.Say("These pictures were left out, because nobody noted what they show: %s.", names))
	}
	return notes
}

// without names the pictures that are left out for one reason.
func (e *exporter) without(doc redactionsDoc, why string) string {
	names := []string{}
	for _, l := range doc.Left {
		if l.Why == why {
			names = append(names, l.File)
		}
	}
	return strings.Join(names, ", ")
}

// scan refuses a text that must not leave: one with what looks like a token, or
// with a value that the person leaves out.
func (e *exporter) scan(name string, b []byte) error {
	text := !slices.Contains([]string{".png", ".pdf", ".tsr", ".pem"}, path.Ext(name))
	if text && hasSecret(b) {
		return hint.Wrap(fmt.Errorf("%w: a token in %s", ErrUnwanted, name), hint.Say("The file %s of the export would hold something that looks like a cookie or a token, so nothing was written.", name),
			hint.Say("Do not give the record to anybody. Please report what happened, without the record."))
	}
	for _, value := range e.values {
		if holds(b, value, text) {
			return hint.Wrap(fmt.Errorf("%w: a private value in %s", ErrUnwanted, name), hint.Say("The file %s of the export would hold a value that you want to leave out, so nothing was written.", name),
				hint.Say("If the value stands in another field, leave that out as well: --redact email,name,explanation,country,field."))
		}
	}
	return nil
}
