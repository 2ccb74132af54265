package automation

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nonmerci/nonmerci/automation/internal/chrome"
	"github.com/nonmerci/nonmerci/internal/hint"
	"github.com/nonmerci/nonmerci/internal/record"
	"github.com/nonmerci/nonmerci/selectors"
)

// The person's turn, when something was not found: what they are offered, and
// what they may want.

// Mending is how a person helps with what was not found on a page. It needs
// somebody at a terminal.
type Mending struct {
	// Wish waits for what the person wants to do about the things that are lost. When
	// they went on by hand, ctx ends, and it returns the zero Wish.
	Wish func(ctx context.Context, lost []Lost) Wish
	// Waiting is there while a click is awaited in the window; it returns when the
	// person wants to end it all, or when ctx ends.
	Waiting func(ctx context.Context)
	// Agree is given what was learned, in the words of the flow, and asks the person
	// whether to go on with it. It returns the flow with it; nil: they do not want it.
	// Nothing is written yet. An error is for the person.
	Agree func(ctx context.Context, target string, learned selectors.Target) (*selectors.Flow, error)
	// Keep writes what was agreed to last, once it is seen to be right. An error is
	// for the person.
	Keep func(target string) error
}

// Lost is a thing that was looked for and not found.
type Lost struct {
	Target string
	Words  hint.Text // such as "the link to the objection form"
	Where  hint.Text // where it is looked for first, such as "the Privacy Center (https://…)"; zero: not known
}

// Wish is what the person wants to do.
type Wish struct {
	Do     Doing
	Number int // with Show: of the thing, with Take: of what is marked; from 0

	target string        // which of the things it is about
	near   *chrome.Shown // with Take: what was taken
}

// Doing is one of the things that a person can want to do.
type Doing int

// What there is to do.
const (
	GoOn  Doing = iota // by hand, in the window
	Show               // one of the lost things, by a click in the window
	Take               // one of those that are marked
	Again              // walk every route once more
	Leave              // end here
)

// window is where the person and the program show each other something.
type window interface {
	Show(ctx context.Context, ready func()) (chrome.Shown, error)
	Nearest(ctx context.Context, plan *chrome.Plan, target string) ([]chrome.Near, error)
	Highlight(ctx context.Context, things []chrome.Near) error
}

// things are what the person may show on the page at hand: what was missing here,
// or else on the way.
func (w *walker) things() (list []Lost) {
	add := func(id string) {
		if !slices.Contains(w.used, id) && !slices.ContainsFunc(list, func(l Lost) bool { return l.Target == id }) {
			list = append(list, w.thing(id))
		}
	}
	if w.unlike { // the form's own page, which is not recognised
		for _, place := range slices.Sorted(maps.Keys(w.req.Flow.Places)) {
			p := w.req.Flow.Places[place]
			if p.Kind != selectors.FormKind || !w.req.Flow.MayBe(place, w.view.Address) {
				continue
			}
			for _, rule := range p.When {
				for _, id := range rule.See {
					if !w.view.Sees(id) {
						add(id)
					}
				}
			}
		}
		return list
	}
	if m, ok := w.foremost(); ok {
		add(m.target)
	}
	for _, m := range slices.Backward(w.lacking) {
		add(m.target)
	}
	return list
}

// thing is one of them, with the first page that has an address and a way on which
// it is pressed.
func (w *walker) thing(id string) Lost {
	l := Lost{Target: id, Words: targetWords(id)}
	for _, m := range w.lacking {
		if address := w.req.Flow.Address[m.place]; m.target == id && address != "" {
			l.Where = hint.Say("%s (%s)", record.PlaceWords(m.place), address)
			break
		}
	}
	return l
}

// turn gives the person the window until they are where done says, or until they
// wish something else than to go on by hand.
func (w *walker) turn(ctx context.Context, ask question, things []Lost, done func() bool) (Wish, error) {
	if w.req.Mending == nil || w.window == nil || len(things) == 0 {
		return Wish{}, w.wait(ctx, ask, done)
	}
	turn, cancel := context.WithCancel(ctx)
	defer cancel()
	m := &marks{w: w, things: things, page: w.whichPage()}
	w.looked = m.look
	defer func() { w.looked = nil }()
	var wish Wish
	var both sync.WaitGroup
	both.Go(func() { m.last(turn) })
	both.Go(func() {
		if wish = m.wish(turn); wish.Do != GoOn {
			cancel()
		}
	})
	err := w.wait(turn, ask, done)
	cancel()
	both.Wait()
	m.put(context.WithoutCancel(ctx), nil)
	if wish.Do != GoOn && ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return wish, nil
	}
	return Wish{}, err
}

// marks are the things on a page that come nearest to what was lost. They are
// shown to the person, and none is ever pressed for it.
type marks struct {
	w      *walker
	things []Lost
	page   string // the page that was looked at last
	told   string // the names that the person was told

	mu   sync.Mutex // also keeps a mark from being put back while it is taken away
	near []candidate
}

type candidate struct {
	chrome.Near
	target string
}

const markAgain = time.Second // the first move of the mouse takes the marks away

// look looks for what comes near. On a page that is new it waits for the next
// time: a picture of the page is taken without marks.
func (m *marks) look(ctx context.Context) {
	if page := m.w.whichPage(); page != m.page {
		m.page = page
		m.put(ctx, nil)
		return
	}
	var all []candidate
	for _, t := range m.things { // of the first for which there is something: more would confuse
		near, err := m.w.window.Nearest(ctx, m.w.plan, t.Target)
		if err != nil {
			return // the page went elsewhere: the next look tells
		}
		for _, n := range near {
			all = append(all, candidate{n, t.Target})
		}
		if len(all) > 0 {
			break
		}
	}
	m.put(ctx, all)
	m.tell(all)
}

// tell names what is marked, once for each list.
func (m *marks) tell(all []candidate) {
	var names []string
	for _, c := range all {
		names = append(names, c.target+" "+cmp.Or(c.Name, c.Text))
	}
	told := strings.Join(names, "\n")
	if told == m.told {
		return
	}
	m.told = told
	if len(all) == 0 {
		return
	}
	sought := targetWords(all[0].target)
	m.w.req.Tell(hint.Say("Marked on this page, because it comes near to %s; nonmerci does not press it on its own:", sought))
	for i, c := range all {
		m.w.req.Tell(hint.Say("  %s  “%s”", string(rune('a'+i)), cmp.Or(c.Name, c.Text)))
	}
	m.w.req.Tell(hint.Say("If one of these is %s, type its letter and press Enter. If none is, leave them.", sought))
}

// put marks these in the place of those before.
func (m *marks) put(ctx context.Context, all []candidate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(all) > 0 || len(m.near) > 0 {
		m.highlight(ctx, all)
	}
	m.near = all
}

func (m *marks) highlight(ctx context.Context, all []candidate) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var near []chrome.Near
	for _, c := range all {
		near = append(near, c.Near)
	}
	_ = m.w.window.Highlight(ctx, near) // the names stand in the terminal as well
}

// last repeats the marks for as long as ctx lasts.
func (m *marks) last(ctx context.Context) {
	for again := time.NewTicker(markAgain); ; {
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return
		}
		m.mu.Lock()
		if len(m.near) > 0 {
			m.highlight(ctx, m.near)
		}
		m.mu.Unlock()
	}
}

// wish asks until the person wishes something that there is.
func (m *marks) wish(ctx context.Context) Wish {
	for {
		wish := m.w.req.Mending.Wish(ctx, m.things)
		switch wish.Do {
		case Show:
			if wish.Number < 0 || wish.Number >= len(m.things) {
				return Wish{}
			}
			wish.target = m.things[wish.Number].Target
		case Take:
			m.mu.Lock()
			if wish.Number >= 0 && wish.Number < len(m.near) {
				taken := m.near[wish.Number]
				wish.target, wish.near = taken.target, &taken.Shown
			}
			m.mu.Unlock()
			if wish.near == nil {
				m.w.req.Tell(hint.Say("Nothing on this page is marked with that letter."))
				continue
			}
		}
		return wish
	}
}

// whichPage changes when the person has gone elsewhere.
func (w *walker) whichPage() string { return w.view.Document + w.view.Address + w.place }
