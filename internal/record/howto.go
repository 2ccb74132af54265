package record

import (
	"fmt"
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// howToVerify is VERIFY.txt: how a stranger checks the package with what their
// system has, and what that does not show.
func (e *exporter) howToVerify() []byte {
	var b strings.Builder
	say := func(texts ...hint.Text) {
		for _, t := range texts {
			fmt.Fprintln(&b, t.In(e.lang))
		}
		b.WriteString("\n")
	}
	list := func(texts ...hint.Text) {
		for _, t := range texts {
			fmt.Fprintln(&b, "- "+t.In(e.lang))
		}
		b.WriteString("\n")
	}
	command := func(on, line string) { fmt.Fprintf(&b, "  %s\n    %s\n\n", on, line) }

	say(hint.Say("Copy of the record %s, made with nonmerci", e.name()))
	if e.share.Rehearsal {
		say(hint.Say("REHEARSAL – not Meta"), hint.Say("These are pages of the program’s own, made for practice. Nothing was sent to Meta, and no account was involved."))
	}
	if e.share.Verdict == Incomplete {
		say(hint.Say("ATTENTION: this record is incomplete."))
	}
	if len(e.share.Notes) > 0 {
		list(e.share.Notes...)
	}
	say(hint.Say("Begin with %s.", e.share.Report))
	say(hint.Say("Left out, or covered by black boxes: %s.", kindsIn(e.share.Kinds, e.lang)),
		hint.Say("The original pictures and what is left out stay with the person; redactions.json names the digests of the originals."))

	say(hint.Say("HOW TO CHECK IT"))
	say(hint.Say("Unpack the zip file into a folder of its own, and open a terminal there. Each file must be reported as unchanged (OK, or True):"))
	command("Linux", "sha256sum -c "+manifestFile)
	command("macOS", "shasum -a 256 -c "+manifestFile)
	command("Windows (PowerShell)", `Get-Content `+manifestFile+` | ForEach-Object { $h, $f = $_ -split '  ', 2; "$f $((Get-FileHash $f).Hash -eq $h)" }`)
	if e.sealed {
		say(hint.Say("%s is the seal of the record itself. It names the same digests of journal.jsonl and provenance.json, and those of the files that stay with the person. Do not run the check with it: most of its files are not here.", originalFile))
	}
	if e.s.Stamp != nil {
		say(hint.Say("A time stamp says that this seal existed at %s, on the word of %s. Is that an authority that you trust? Its root certificate is %s (SHA-256 %s); compare that with what the authority publishes. OpenSSL checks the stamp itself:",
			e.s.Stamp.when(), e.s.Stamp.Authority, e.s.Stamp.Root, e.s.Stamp.RootSHA256))
		command("OpenSSL 1.1 or newer", fmt.Sprintf("openssl ts -verify -data %s -in %s -CAfile %s -attime %d", originalFile, stampAnswer, stampChain, e.s.Stamp.Time.Unix()))
	}
	say(hint.Say("nonmerci also checks the chain of the journal, what it claims, and the boxes. It checks the zip file without unpacking it:"))
	command("nonmerci", "nonmerci records verify FILE.zip")

	say(hint.Say("WHAT IT DOES NOT PROVE"))
	list(writer{Summary: e.s, lang: e.lang}.provesNotTexts()...)
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
