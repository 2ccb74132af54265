package selectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// Finding is one thing in a file that is wrong or could be better. It is an
// error, and wraps the [hint.Problem] that people read.
type Finding struct {
	File    string
	Line    int  // from 1
	Column  int  // from 1, in characters
	Warning bool // the file can be used all the same
	What    hint.Text
	Next    hint.Text
	Snippet string // the line of the file and, below it, a ^ under the place
}

// Error says FILE:LINE:COLUMN: what, in one English line.
func (f Finding) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.What)
}

// Unwrap returns the finding as a problem with its snippet and next step.
func (f Finding) Unwrap() error {
	where := fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	return hint.New(hint.Say("%s: %s\n%s", where, f.What, f.Snippet), f.Next)
}

// maxFindings is more than anybody reads at once. Which ones are left out does
// not matter: a file with one fault is not used.
const maxFindings = 100

func (b *builder) fault(n *node, what, next hint.Text) {
	if len(b.findings) < maxFindings {
		b.findings = append(b.findings, n.finding(what, next))
	}
}

// lack reports what is missing. It may be missing because of a fault: a target
// has no "find" where it has a "fnid". So it counts only where there is none.
func (b *builder) lack(n *node, what, next hint.Text) {
	if len(b.lacking) < maxFindings {
		b.lacking = append(b.lacking, n.finding(what, next))
	}
}

func (b *builder) warn(n *node, what, next hint.Text) {
	f := n.finding(what, next)
	f.Warning = true
	b.advice = append(b.advice, f)
}

func (n *node) finding(what, next hint.Text) Finding {
	return Finding{
		File: n.src.name, Line: n.line, Column: n.column,
		What: what, Next: next, Snippet: n.snippet(),
	}
}

// faults returns, in the order of the file, the findings that keep it from being
// used.
func (b *builder) faults() []Finding {
	if len(b.findings) == 0 {
		return sorted(b.lacking)
	}
	return sorted(b.findings)
}

// sorted brings findings into the order of the file, each place and sentence
// once. What is shown in a built-in file comes last: what caused it stands in the
// person's.
func sorted(findings []Finding) []Finding {
	builtIn := func(f Finding) int {
		if strings.HasPrefix(f.File, BuiltIn+"/") {
			return 1
		}
		return 0
	}
	order := func(x, y Finding) int {
		return cmp.Or(cmp.Compare(builtIn(x), builtIn(y)), strings.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line),
			cmp.Compare(x.Column, y.Column), strings.Compare(x.What.String(), y.What.String()))
	}
	findings = slices.SortedStableFunc(slices.Values(findings), order)
	return slices.CompactFunc(findings, func(x, y Finding) bool { return order(x, y) == 0 })
}

// maxSnippet keeps one endless line from filling the terminal.
const maxSnippet = 160

func (n *node) snippet() string {
	if n.line > len(n.src.lines) {
		return ""
	}
	line := []rune(visible(n.src.lines[n.line-1]))
	column, cut := min(n.column-1, len(line)), 0
	if column > maxSnippet*3/4 {
		cut = column - maxSnippet/2
	}
	shown := line[cut:min(len(line), cut+maxSnippet)]
	prefix := fmt.Sprintf("%5d | ", n.line)
	return prefix + string(shown) + "\n" + strings.Repeat(" ", len(prefix)-2) + "| " +
		strings.Repeat(" ", column-cut) + "^"
}

// visible replaces what a terminal would obey or hide by one visible character
// each, so that the ^ stays under its place.
func visible(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case hidden(r) || r == utf8.RuneError:
			return '·'
		}
		return r
	}, line)
}

// hidden recognises control characters and the marks that turn the direction of
// what follows, with which a file can be made to look like something else.
func hidden(r rune) bool {
	return r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 ||
		0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// nearest returns the candidate that word was probably meant to be, or "".
func nearest(word string, candidates []string) string {
	word = strings.ReplaceAll(strings.ToLower(word), "_", "-")
	best, distance := "", 1+max(1, min(3, len(word)/3))
	for _, c := range candidates {
		if d := edits(word, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits is the number of letters to add, drop, change or swap with a neighbour.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return len(a) + len(b)
	}
	var last, prev []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last, prev, row = prev, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(prev[j+1]+1, row[j]+1, prev[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], last[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// meant is the next step after a word that is not known here.
func meant(word string, candidates []string) hint.Text {
	if near := nearest(word, candidates); near != "" {
		return hint.Say("Did you mean %q?", near)
	}
	if len(candidates) == 0 {
		return hint.Say("Nothing of this kind is defined yet.")
	}
	sorted := slices.Sorted(slices.Values(candidates))
	return hint.Say("Known here: %s.", strings.Join(slices.Compact(sorted), ", "))
}
