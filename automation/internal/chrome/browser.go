package chrome

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// ErrGone means that the browser ended, or that the connection to it did.
var ErrGone = errors.New("the browser has ended")

// Browser is a Chromium that this program started, or one that ran before.
type Browser struct {
	proc    *process // nil: it ran before, and is the person's
	guest   *guest   // what is the program's in it then; nil: all of it
	conn    connection
	rod     *rod.Browser
	gate    *gate
	net     *netlock
	off     locks
	saved   atomic.Pointer[Saved] // the page from a file that is shown; nil: the network is on the other end
	version string

	ctx    context.Context // ends with the browser
	cancel context.CancelFunc
	wg     sync.WaitGroup // the dispatcher and what it starts

	mu       sync.Mutex
	sessions map[proto.TargetSessionID]*session
	tabs     []*session // pages, in the order in which they opened
	deserted bool       // there were tabs, and all are closed
	opened   chan struct{}
	notes    chan Note
}

// session is one DevTools session: a tab, a frame of another site, a worker.
type session struct {
	b      *Browser
	id     proto.TargetSessionID
	target proto.TargetTargetID
	kind   string
	parent proto.TargetSessionID
	ready  chan struct{} // closed once the locks are on
	closed chan struct{} // closed when the tab, frame or worker is gone
	mu     sync.Mutex
	world  proto.RuntimeExecutionContextID // of the main frame's engine; 0: not known
	told   planned                         // the plan that was sent last, and to which world
	held   bool                            // the page asked not to be left, and was not
	leave  chan struct{}                   // the same, for who is looking
	shown  chan proto.DOMBackendNodeID     // what the person has pointed at
}

// planned names a plan that the engine of one world knows.
type planned struct {
	world proto.RuntimeExecutionContextID
	key   string
}

// Note is something that happened in the browser and belongs in the journal.
type Note struct {
	What   string // "dialog", "tab", "crash"
	Detail string
}

// connect puts gate and dispatcher onto a started browser and opens one empty
// tab with every lock on.
func connect(ctx context.Context, proc *process, o Options) (*Browser, error) {
	b := newBrowser(proc.pipe, newNetlock(o.off, proc.outlet), o.off)
	b.proc = proc
	b.saved.Store(o.saved)
	if b.gate.saved = o.saved != nil; b.gate.saved {
		b.gate.report = o.saved.report
		b.net.shut() // a saved page has no network
	}
	return b.begin(ctx)
}

// newBrowser puts a gate onto a connection.
func newBrowser(c connection, n *netlock, off locks) *Browser {
	life, cancel := context.WithCancel(context.Background())
	b := &Browser{
		conn: c, net: n, off: off, ctx: life, cancel: cancel,
		sessions: map[proto.TargetSessionID]*session{},
		opened:   make(chan struct{}, 16),
		notes:    make(chan Note, 64),
	}
	b.gate = &gate{client: cdp.New().Start(c), off: off}
	b.rod = rod.New().Context(life).Client(b.gate).NoDefaultDevice()
	return b
}

func (b *Browser) begin(ctx context.Context) (*Browser, error) {
	if err := b.setUp(ctx); err != nil {
		if b.guest == nil {
			b.conn.Close() // the browser ends with it, and what is none would not answer
		}
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Browser) setUp(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- b.rod.Connect() }()
	var done chan struct{}
	if b.proc != nil {
		done = b.proc.done
	}
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("connect to the browser: %w", err)
		}
	case <-done:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
	b.wg.Add(1)
	go b.dispatch(b.rod.Event())
	root := b.on(ctx, "")
	v, err := proto.BrowserGetVersion{}.Call(root)
	if err != nil {
		return fmt.Errorf("ask for the browser's version: %w", err)
	}
	b.version = v.Product
	if n := major(b.version); n > 0 && n < OldestUsable {
		return fmt.Errorf("%w: %s", ErrTooOld, b.version)
	}
	if b.guest != nil {
		return b.moveIn(root)
	}
	// Before any tab: a gate that comes later does not see what loaders that
	// exist already ask for.
	if err := root.askAll(); err != nil {
		return err
	}
	if err := autoAttach(root); err != nil {
		return err
	}
	if err := b.newTab(root, true); err != nil {
		return err
	}
	_, err = b.current(ctx)
	return err
}

func autoAttach(c proto.Client) error {
	err := proto.TargetSetAutoAttach{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: true}.Call(c)
	if err != nil {
		return fmt.Errorf("attach to tabs: %w", err)
	}
	return nil
}

// caller binds a context and a session to rod's protocol calls.
type caller struct {
	b   *Browser
	ctx context.Context
	id  proto.TargetSessionID
}

func (b *Browser) on(ctx context.Context, id proto.TargetSessionID) caller {
	return caller{b, ctx, id}
}

func (s *session) on(ctx context.Context) caller { return caller{s.b, ctx, s.id} }

// GetContext and GetSessionID are what rod's protocol calls ask for.
func (c caller) GetContext() context.Context { return c.ctx }

// GetSessionID names the DevTools session.
func (c caller) GetSessionID() proto.TargetSessionID { return c.id }

// Call makes one DevTools call and turns the end of the browser into [ErrGone].
func (c caller) Call(ctx context.Context, id, method string, params interface{}) ([]byte, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	defer context.AfterFunc(c.b.ctx, cancel)()
	res, err := c.b.rod.Call(ctx, id, method, params)
	if err != nil && c.b.ctx.Err() != nil {
		return nil, ErrGone
	}
	if err != nil && c.b.isDeserted() {
		return nil, ErrClosed
	}
	return res, err
}

// isDeserted tells whether all of the program's tabs are closed in a browser that
// lives on. One of the program's own ends with its last tab.
func (b *Browser) isDeserted() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.deserted
}

// Empty tells whether all tabs are closed. A browser without a window lives on
// without them.
func (b *Browser) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.tabs) == 0
}

// patient bounds a call for which nobody has set a deadline.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, bounded := ctx.Deadline(); bounded {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, callWait)
}

// callWait is how long a browser may take to answer, where nothing else is said.
const callWait = 20 * time.Second

// current waits for the tab that the walk works in: the newest one that is
// still open.
func (b *Browser) current(ctx context.Context) (*session, error) {
	return b.currentAfter(ctx, nil)
}

// currentAfter waits for a tab that is newer than another one.
func (b *Browser) currentAfter(ctx context.Context, before *session) (*session, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	for {
		b.mu.Lock()
		var s *session
		if n := len(b.tabs); n > 0 {
			if s = b.tabs[n-1]; s == before {
				s = nil
			}
		}
		b.mu.Unlock()
		if b.isDeserted() {
			return nil, ErrClosed
		}
		if s != nil {
			select {
			case <-s.ready:
				return s, nil
			case <-b.ctx.Done():
				return nil, ErrGone
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		select {
		case <-b.opened:
		case <-b.ctx.Done():
			return nil, ErrGone
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Outlet tells whether the browser reaches a host by the program's own way,
// which is shut with the form. Where the system's settings are a script, or a
// policy or an extension leads past it, it does not, and that lock is missing.
func (b *Browser) Outlet(host string) bool {
	return b.proc != nil && b.proc.outlet != nil && b.proc.outlet.Asked(host)
}

// Version is what the browser calls itself, such as "Chrome/156.0.8078.79".
func (b *Browser) Version() string { return b.version }

// Args are the switches that the browser was started with, without the path of
// the profile; of one that ran before they are not known.
func (b *Browser) Args() []string {
	if b.proc == nil {
		return nil
	}
	return b.proc.shown
}

// Notes tells what happened beside the walk. It is never closed.
func (b *Browser) Notes() <-chan Note { return b.notes }

// Gone is closed when the browser has ended.
func (b *Browser) Gone() <-chan struct{} { return b.ctx.Done() }

// Close asks the browser to end, and makes it end. The network lock answers
// until the last moment, so that nothing leaves while pages unload. Of a browser
// that ran before it closes the program's own tabs alone.
func (b *Browser) Close() error {
	if b.guest != nil {
		return b.moveOut(true)
	}
	b.net.shut()
	if b.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		_ = proto.BrowserClose{}.Call(b.on(ctx, ""))
		cancel()
	}
	err := b.proc.end(closeGrace)
	b.cancel()
	b.wg.Wait()
	return err
}

// Leave lets go of a browser that ran before, with the program's tab still open
// for the person. Any other browser it closes.
func (b *Browser) Leave() error {
	if b.guest != nil {
		return b.moveOut(false)
	}
	return b.Close()
}

// closeGrace is how long a browser may take to write its profile and end.
const closeGrace = 5 * time.Second
