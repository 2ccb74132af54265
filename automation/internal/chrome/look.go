package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"github.com/nonmerci/nonmerci/selectors"
)

// Plan is a flow in the form in which the engine reads it: every phrase spread
// out, every rule as data.
//
// With all languages it is large, so that a document is given it once and named
// it afterwards.
type Plan struct {
	Targets map[string]planTarget `json:"targets"`
	Places  []planPlace           `json:"places"`

	once sync.Once
	raw  json.RawMessage
	key  string
}

// packed is the plan as it is sent, and its name.
func (p *Plan) packed() (raw json.RawMessage, key string, err error) {
	p.once.Do(func() {
		if p.raw, err = json.Marshal(p); err == nil {
			p.key = digest(string(p.raw))
		}
	})
	return p.raw, p.key, err
}

type planTarget struct {
	Is    []selectors.Role `json:"is"`
	In    selectors.Scope  `json:"in"`
	Near  string           `json:"near,omitempty"`
	Sends bool             `json:"sends,omitempty"` // the commit target
	Find  []planLocator    `json:"find"`
	Never []planLocator    `json:"never,omitempty"`
}

type planLocator struct {
	By     selectors.By `json:"by"`
	Values []string     `json:"values,omitempty"`
	Label  string       `json:"label"` // for people
	Weight int          `json:"weight"`
}

type planPlace struct {
	ID   string     `json:"id"`
	When []planRule `json:"when"`
}

type planRule struct {
	At   []string `json:"at,omitempty"`
	See  []string `json:"see,omitempty"`
	Any  []string `json:"any,omitempty"`
	None []string `json:"none,omitempty"`
}

// NewPlan turns a flow into what the engine evaluates.
func NewPlan(f *selectors.Flow) *Plan {
	p := &Plan{Targets: map[string]planTarget{}}
	for id, t := range f.Targets {
		one := planTarget{t.Is, t.In, t.Near, t.Commit, locators(f, t.Find), locators(f, t.Never)}
		for i, l := range one.Find {
			if t.Commit && l.By == selectors.ByOnly {
				// The one button of a form is Send, whatever it is called. That is
				// enough for pointing at it, which is all that can happen to it.
				one.Find[i].Weight = 2
			}
		}
		p.Targets[id] = one
	}
	for _, id := range slices.Sorted(maps.Keys(f.Places)) {
		one := planPlace{ID: id}
		for _, r := range f.Places[id].When {
			one.When = append(one.When, planRule{expressions(f, r.At), r.See, r.Any, r.None})
		}
		p.Places = append(p.Places, one)
	}
	return p
}

func locators(f *selectors.Flow, in []selectors.Locator) []planLocator {
	var out []planLocator
	for _, l := range in {
		one := planLocator{By: l.By, Values: l.Values, Label: l.String(), Weight: l.Weight}
		switch l.By {
		case selectors.ByHref:
			one.Values = expressions(f, l.Values)
		case selectors.ByAround: // the engine finds what may fit; who reads it looks closer
			one.By, one.Values = selectors.ByLabel, l.Pieces()
		}
		out = append(out, one)
	}
	return out
}

// expressions turns address patterns into regular expressions.
func expressions(f *selectors.Flow, patterns []string) []string {
	var out []string
	for _, p := range patterns {
		out = append(out, f.Regexp(p))
	}
	return out
}

// View is what the engine saw on a page.
type View struct {
	Document  string            `json:"doc"` // a new value for every document
	Address   string            `json:"url"` // without query and fragment
	FormID    string            `json:"form"`
	Language  string            `json:"lang"` // as the page says
	Title     string            `json:"title"`
	Ready     string            `json:"ready"`  // as document.readyState
	Places    []string          `json:"places"` // every place whose rules hold
	Targets   map[string]Target `json:"targets"`
	Signature string            `json:"signature"` // changes when what was recognised changes
	TimedOut  bool              `json:"timedOut"`  // nothing new was seen in time
	Cost      float64           `json:"cost"`      // ms of the last evaluation in the page
	Waited    float64           `json:"waited"`    // ms
	Status    int               `json:"status"`    // HTTP status of the document; 0: not known
	Asking    bool              `json:"asking"`    // there is a form with a button to send it, whatever it is for
	Covered   bool              `json:"covered"`   // the form is there, but a dialog lies over it
	Buttons   []string          `json:"buttons"`   // names of the first visible buttons, outside of menus and the like
	Frames    []string          `json:"frames"`    // addresses, with query, of large frames of other origins; private
}

// Target is what became of one target on a page.
type Target struct {
	Status     string            `json:"status"` // found, none, ambiguous, vetoed
	Votes      []Vote            `json:"votes"`
	Veto       string            `json:"veto"` // with vetoed: the locator that says it is something else
	Node       int64             `json:"node"`
	Tag        string            `json:"tag"`
	Role       string            `json:"role"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes"`
	Visible    bool              `json:"visible"`
	Enabled    bool              `json:"enabled"`
}

// Found tells whether exactly one element was accepted.
func (t Target) Found() bool { return t.Status == "found" }

// OtherForm tells that what looks like the target leads to another form.
func (t Target) OtherForm() bool {
	return t.Status == "vetoed" && strings.HasPrefix(t.Veto, string(selectors.ByForm)+"=")
}

// Vote is what one locator said.
type Vote struct {
	Locator string `json:"locator"`
	Hits    int    `json:"hits"`
	Voted   bool   `json:"voted"`
}

// Sees tells whether the target was found.
func (v View) Sees(target string) bool { return v.Targets[target].Found() }

// Until says what a look waits for.
type Until struct {
	Not      string        // a signature: wait for anything else that is recognised
	Within   time.Duration // when to give up; the view then has TimedOut set
	Patience time.Duration // how long a page may load on after it was recognised
}

// Look waits until the page in the current tab is recognised, twice in a row,
// and tells what is on it. It follows navigations and tabs that open.
func (b *Browser) Look(ctx context.Context, plan *Plan, until Until) (View, error) {
	return b.lookIn(ctx, b.current, plan, until)
}

func (b *Browser) lookIn(ctx context.Context, tab func(context.Context) (*session, error), plan *Plan, until Until) (View, error) {
	deadline := time.Now().Add(until.Within)
	ctx, cancel := context.WithDeadline(ctx, deadline.Add(5*time.Second))
	defer cancel()
	if until.Patience == 0 {
		until.Patience = 1500 * time.Millisecond
	}
	for again := time.Duration(0); ; again = min(again+10*time.Millisecond, 200*time.Millisecond) {
		s, err := tab(ctx)
		if err != nil {
			return View{}, err
		}
		left := max(time.Until(deadline), 0)
		v, err := s.look(ctx, tab, plan, until, left)
		switch {
		case err == nil:
			return v, nil
		case !moved(err) && !errors.Is(err, errOtherTab):
			return View{}, err
		}
		select {
		case <-time.After(again): // at once, and then less and less often
		case <-ctx.Done():
			return View{}, ctx.Err()
		}
	}
}

// look asks one session, and gives up early when another tab takes over.
func (s *session) look(ctx context.Context, tab func(context.Context) (*session, error), plan *Plan, until Until, left time.Duration) (View, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		v   View
		err error
	}
	got := make(chan answer, 1)
	go func() {
		v, err := s.see(ctx, plan, until, left)
		got <- answer{v, err}
	}()
	for {
		select {
		case a := <-got:
			return a.v, a.err
		case <-s.b.opened:
			if now, err := tab(ctx); err == nil && now != s {
				return View{}, errOtherTab
			}
		case <-s.b.net.alarm:
			return View{}, ErrAlarm
		case <-s.leave:
			return View{}, ErrHeld
		case <-s.closed:
			return View{}, errOtherTab
		case <-s.b.ctx.Done():
			return View{}, ErrGone
		case <-ctx.Done():
			return View{}, ctx.Err()
		}
	}
}

// see is one look.
func (s *session) see(ctx context.Context, plan *Plan, until Until, left time.Duration) (View, error) {
	return ask[View](ctx, s, "look", plan, map[string]any{"than": until.Not, "timeout": left.Milliseconds(), "patience": until.Patience.Milliseconds()})
}

// ask calls a function of the engine that needs the plan: in one round trip, or
// two where the document does not know the plan and answers null.
func ask[T any](ctx context.Context, s *session, name string, plan *Plan, arg map[string]any) (answer T, err error) {
	raw, key, err := plan.packed()
	if err != nil {
		return answer, fmt.Errorf("write the plan: %w", err)
	}
	arg["key"] = key
	world, err := s.engineWorld(ctx)
	if err != nil {
		return answer, err
	}
	s.mu.Lock()
	told := s.told == planned{world, key}
	s.told = planned{world, key}
	s.mu.Unlock()
	for range 2 {
		if !told {
			arg["plan"] = raw
		}
		var v *T
		if err := s.call(ctx, name, arg, &v); err != nil {
			return answer, err
		}
		if v != nil {
			return *v, nil
		}
		told = false
	}
	return answer, errEngine
}

// errOtherTab means that the tab was closed, or that another one took over.
var errOtherTab = errors.New("another tab")

// ErrAlarm means that the network lock stopped a request that would have left
// the allowed hosts or submitted something; see [Browser.Attempts].
var ErrAlarm = errors.New("the network lock stopped the page")

// ErrHeld means that the page asked not to be left. The message box was
// dismissed, so the page stays.
var ErrHeld = errors.New("the page asked not to be left")

// moved tells whether a call failed only because the page went elsewhere.
func moved(err error) bool {
	var e *cdp.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, sign := range []string{"context", "navigated or closed", "Session with given id not found", "world", "frame", "uniqueContextId", "destroyed"} {
		if strings.Contains(e.Message, sign) {
			return true
		}
	}
	return false
}

// call runs one function of the engine in the session's main frame.
func (s *session) call(ctx context.Context, name string, arg, out any) error {
	world, err := s.engineWorld(ctx)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(arg)
	if err != nil {
		return fmt.Errorf("write the argument of %s: %w", name, err)
	}
	value := &proto.RuntimeCallArgument{}
	if err := value.Value.UnmarshalJSON(raw); err != nil {
		return fmt.Errorf("write the argument of %s: %w", name, err)
	}
	res, err := proto.RuntimeCallFunctionOn{
		FunctionDeclaration: callPrefix + name + callSuffix, ExecutionContextID: world,
		Arguments: []*proto.RuntimeCallArgument{value}, ReturnByValue: true, AwaitPromise: true,
	}.Call(s.on(ctx))
	if err != nil {
		s.mu.Lock()
		if s.world == world {
			s.world = 0
		}
		s.mu.Unlock()
		return err
	}
	if res.ExceptionDetails != nil || res.Result == nil {
		return fmt.Errorf("%s in the page: %w", name, errEngine)
	}
	if out == nil {
		return nil
	}
	if raw, err = res.Result.Value.MarshalJSON(); err != nil {
		return fmt.Errorf("read the answer of %s: %w", name, err)
	}
	return json.Unmarshal(raw, out)
}

// errEngine carries no text of the page's: it could hold private values.
var errEngine = errors.New("the engine stumbled")

// engineWorld is the execution context of the engine in the main frame.
func (s *session) engineWorld(ctx context.Context) (proto.RuntimeExecutionContextID, error) {
	s.mu.Lock()
	world := s.world
	s.mu.Unlock()
	if world != 0 {
		return world, nil
	}
	res, err := proto.PageCreateIsolatedWorld{FrameID: proto.PageFrameID(s.target), WorldName: worldName}.Call(s.on(ctx))
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.world = res.ExecutionContextID
	s.mu.Unlock()
	return res.ExecutionContextID, nil
}
