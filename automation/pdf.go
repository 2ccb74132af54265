package automation

import (
	"context"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
)

// PDF prints the report of a record as PDF (A4, tagged), in a throw-away browser
// without window, network and scripts. It is for the program's own HTML, never
// for a page of a site. b.Profile is the folder of a profile that is thrown away.
func PDF(ctx context.Context, b Browser, html []byte) ([]byte, error) {
	o := chrome.Options{Path: b.Path, Profile: b.Profile, Args: b.Args, Sandbox: b.Sandbox, Lookup: b.Lookup}
	return chrome.PrintReport(ctx, o, html)
}
