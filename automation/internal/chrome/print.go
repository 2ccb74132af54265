package chrome

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// reportAddress is where a report is shown to be printed: a host that nobody can
// have (RFC 6761).
const reportAddress = "https://report.nonmerci.invalid/"

// Limits of printing.
const (
	// printWait is how long a browser that runs may take to show a report and to
	// print it.
	printWait = 30 * time.Second
	// maxReport keeps report and PDF below the longest message of the pipe.
	maxReport = 32 << 20
)

// ErrTooLarge means that a report is too large to be printed.
var ErrTooLarge = errors.New("the report is too large to be printed")

// PrintReport prints one of the program's own reports (never a page of a site) in
// a throw-away browser without network and without scripts, and returns the PDF:
// A4, tagged, with an outline of its headings.
func PrintReport(ctx context.Context, o Options, html []byte) ([]byte, error) {
	if len(html) > maxReport {
		return nil, ErrTooLarge
	}
	page := &Saved{Address: reportAddress, HTML: html, report: true, loaded: make(chan struct{})}
	o.Args = append([]string{"blink-settings=scriptEnabled=false"}, o.Args...)
	b, err := startSaved(ctx, o, page)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(ctx, printWait)
	defer cancel()
	pdf, err := b.print(ctx, page)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("print the report: not done within %s: %w", printWait, err)
	}
	return pdf, err
}

// print shows the report of a browser that was started for it and prints it.
func (b *Browser) print(ctx context.Context, page *Saved) ([]byte, error) {
	if err := b.openSaved(ctx, page); err != nil {
		return nil, err
	}
	s, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	width, height := 8.27, 11.69 // A4 in inches, where the page does not say it
	res, err := proto.PagePrintToPDF{
		PrintBackground: true, PaperWidth: &width, PaperHeight: &height, PreferCSSPageSize: true,
		GenerateTaggedPDF: true, GenerateDocumentOutline: true,
	}.Call(s.on(ctx))
	if err != nil {
		return nil, fmt.Errorf("print the report: %w", err)
	}
	return res.Data, nil
}

// follow notes when a page is there with its pictures. It is called in the order
// of the browser's events: the empty tab's own load, or that of the page before, comes first.
func (p *Saved) follow(at string, loaded bool) {
	switch {
	case p == nil || p.loaded == nil:
	case !loaded:
		p.there = at == p.Address
	case p.there && !p.whole:
		p.whole = true
		close(p.loaded)
	}
}
