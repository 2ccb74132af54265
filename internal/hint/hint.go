// Package hint is how nonmerci talks: sentences for the person, in English and
// French from one catalogue, and errors that carry the next step.
//
// # The voice
//
// The reader has never opened a terminal before and is a little worried. So:
//
//   - Whole sentences: a capital letter first, a full stop last. Short ones.
//   - "You", never "the user". Calm: no exclamation marks, no blame, no
//     apology, no jargon. "The page", not "the DOM"; "the browser did not
//     answer", not "timeout".
//   - What says what happened and, where it matters, what was left untouched:
//     "The form has two e-mail fields, so nothing was filled in."
//   - Next says one thing that the person can do now: "Fill in the address
//     yourself, then press Send." Commands, flags and file names are written as
//     they are typed.
//   - A fragment is said only as an argument of a sentence, which says it in its
//     own language.
//   - Never more than was seen. Nothing private: a sentence names the setting,
//     not its value.
//
// # The catalogue
//
// The English sentence is the key; the French twins stand in french.go. A test
// walks the source of the whole module for calls of [Say] and fails when a
// sentence is not a constant, has no twin, or has a twin with other verbs.
package hint

import (
	"errors"
	"fmt"
	"strings"
)

// Text is one sentence, or a few, for the person. The zero value says nothing.
type Text struct {
	Format string // English, in the manner of fmt; also the key of the catalogue
	Args   []any  // a Text among them is said in the language of the whole
}

// Say makes a sentence. The format must be a string literal, or literals joined
// with +, so that its French twin can be found.
func Say(format string, args ...any) Text { return Text{format, args} }

// String says the sentence in English.
func (t Text) String() string { return t.In("en") }

// In says the sentence in the language of a BCP 47 tag ("fr", "fr-CA"; the
// spelling of locales, "fr_CA.UTF-8", will do). Every language but French, and
// a sentence without a twin, comes out in English.
func (t Text) In(lang string) string {
	format := t.Format
	if isFrench(lang) {
		if twin, ok := french()[t.Format]; ok {
			format = twin
		}
	}
	if len(t.Args) == 0 {
		return strings.ReplaceAll(format, "%%", "%")
	}
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		if nested, ok := arg.(Text); ok {
			arg = nested.In(lang)
		}
		args[i] = arg
	}
	return fmt.Sprintf(format, args...)
}

// Problem is an error that tells what happened and what to do next.
type Problem struct {
	What Text  // what happened and what was left untouched
	Next Text  // what to do next
	Err  error // the cause, or nil
}

// New returns a [*Problem] without a cause.
func New(what, next Text) error { return &Problem{What: what, Next: next} }

// Wrap returns a [*Problem] whose cause is err. Whatever err says ends up in
// [Problem.Error], so it must not hold private values.
func Wrap(err error, what, next Text) error { return &Problem{What: what, Next: next, Err: err} }

// Of finds the outermost [*Problem] in the chain of err.
func Of(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

// Error says in one English line what happened, and the cause where it adds
// something. It leaves out the next step, which is for people, not for logs.
func (p *Problem) Error() string {
	what := strings.TrimSuffix(oneLine(p.What.String()), ".")
	if p.Err == nil {
		return what
	}
	cause := strings.TrimSuffix(oneLine(p.Err.Error()), ".")
	switch {
	case what == "":
		return cause
	case strings.Contains(what, cause):
		return what
	}
	return what + ": " + cause
}

// Unwrap returns the cause, or nil.
func (p *Problem) Unwrap() error { return p.Err }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
