package cli

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/selectors"
)

// importFlags are those of `selectors import`.
type importFlags struct {
	yes     bool
	service string
	as      []string // STEP=TARGET
}

// importRecording takes over what a recording of Chrome's Recorder calls things.
func (a *app) importRecording(ctx context.Context, file string, data []byte, f importFlags) error {
	r, err := selectors.ReadRecording(file, data)
	if err != nil {
		return err
	}
	service, err := a.servedBy(r, f.service)
	if err != nil {
		return err
	}
	own, err := a.ownFile(service)
	if err != nil {
		return err
	}
	flow, err := a.flow(service)
	if err != nil {
		return err
	}
	a.tellRecording(flow, r)
	meant, err := a.meantBy(ctx, flow, r, f.as)
	if err != nil {
		return err
	}
	next, learned := own, 0
	for _, s := range r.Steps {
		id := meant[s.Number]
		if id == "" {
			continue
		}
		shown := s.Shown()
		if shown.Weight() < selectors.Enough {
			a.say(hint.Say("Step %s says too little to find %s again: two signs are needed, such as a name and a visible text. It was left out.", strconv.Itoa(s.Number), id))
			continue
		}
		target := flow.Targets[id].Learn(shown, selectors.Learned{Date: time.Now().Format(time.DateOnly), Language: "und", Browser: "Chrome Recorder"})
		if next, err = next.Mend(id, target); err != nil {
			return err
		}
		flow.Targets[id] = target // a second step may show more of it
		learned++
	}
	if learned == 0 {
		return hint.New(hint.Say("Nothing was taken over, and nothing was written."), hint.Say("Say which target a step was done on: --as STEP=TARGET, for example --as 3=object-link."))
	}
	return a.keepOwn(ctx, own, next, f.yes)
}

// servedBy is the service that a recording was made on.
func (a *app) servedBy(r *selectors.Recording, named string) (string, error) {
	fit := slices.DeleteFunc(selectors.Services(), func(service string) bool {
		flow, _, err := selectors.Load(a.flowDir(), service)
		if named != "" {
			return service != named
		}
		return err != nil || slices.ContainsFunc(r.Steps, func(s selectors.Recorded) bool {
			u, err := url.Parse(s.Address)
			return err == nil && s.Address != "" && !slices.Contains(flow.Hosts, u.Hostname())
		})
	})
	if len(fit) != 1 {
		return "", hint.New(hint.Say("The recording does not tell which service it is about. Nothing was taken over."), hint.Say("Name it with --service: %s.", strings.Join(selectors.Services(), ", ")))
	}
	return fit[0], nil
}

// tellRecording shows what was understood, step by step. It is no result: people's
// names may stand in addresses and words, and standard output is often kept.
func (a *app) tellRecording(flow *selectors.Flow, r *selectors.Recording) {
	a.say(hint.Say("What the recording says of the pages of %s (nothing that was typed is read):", flow.Title))
	fmt.Fprint(a.Stderr, harmless(table(func(row func(...string)) {
		row(hint.Say("STEP").In(a.lang), hint.Say("DOES").In(a.lang), hint.Say("CALLED").In(a.lang), hint.Say("ON THE PAGE").In(a.lang), hint.Say("TARGET").In(a.lang))
		for _, s := range r.Steps {
			target, could := flow.Could(s)
			if target == "" {
				target = "? " + strings.Join(could, ", ")
			}
			row(strconv.Itoa(s.Number), string(s.Verb), some(append(slices.Clone(s.Names), s.Texts...)), strings.TrimPrefix(s.Address, "https://"), target)
		}
	})))
	if n := len(r.Left); n > 0 {
		var left []string
		for _, kind := range sorted(r.Left) {
			left = append(left, kind+" "+strconv.Itoa(r.Left[kind]))
		}
		a.say(hint.Say("Left out, because it says nothing about the pages: %s.", strings.Join(left, ", ")))
	}
}

// some are the first of many words, each once.
func some(words []string) string {
	const most = 3
	var out []string
	for _, w := range words {
		switch {
		case slices.Contains(out, w):
		case len(out) == most:
			return strings.Join(out, " / ") + " / …"
		default:
			out = append(out, w)
		}
	}
	return strings.Join(out, " / ")
}

// meantBy tells which step was done on which target: as the flags say, else as
// the person says. One that the flow finds already needs nothing.
func (a *app) meantBy(ctx context.Context, flow *selectors.Flow, r *selectors.Recording, as []string) (map[int]string, error) {
	meant := map[int]string{}
	for _, pair := range as {
		number, id, _ := strings.Cut(pair, "=")
		n, err := strconv.Atoi(number)
		at := slices.IndexFunc(r.Steps, func(s selectors.Recorded) bool { return s.Number == n })
		if err != nil || at < 0 {
			return nil, hint.New(hint.Say("--as names a step that the recording does not have: %s. Nothing was taken over.", number), hint.Say("The table shows the steps; write --as STEP=TARGET."))
		}
		if _, could := flow.Could(selectors.Recorded{Verb: r.Steps[at].Verb}); !slices.Contains(could, id) {
			return nil, hint.New(hint.Say("%q is no target that this can be done to. Nothing was taken over.", id), hint.Say("Known here: %s.", strings.Join(could, ", ")))
		}
		meant[n] = id
	}
	if len(as) > 0 || !a.Terminal {
		return meant, nil
	}
	for _, s := range r.Steps {
		known, could := flow.Could(s)
		if known != "" || len(could) == 0 {
			continue
		}
		a.keys.forget()
		a.say(hint.Say("Step %s: which target is it? Type its name and press Enter, or press Enter alone to leave it out. It could be: %s.", strconv.Itoa(s.Number), strings.Join(could, ", ")))
		for {
			line, more := a.line(ctx)
			line = strings.TrimSpace(line)
			if !more || line == "" || slices.Contains(could, line) {
				meant[s.Number] = line
				break
			}
			a.say(hint.Say("%q is not known here.", line))
		}
	}
	return meant, nil
}
