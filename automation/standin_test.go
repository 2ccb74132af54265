//go:build linux

package automation_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The stand-in is a browser of the tests' own: this test binary, started once
// more as the browser. It speaks as much DevTools over file descriptors 3 and 4
// as the program uses, plays one walk, and does one thing wrong. It shares no
// code with the product; [TestStandInSpeaksLikeChromium] keeps it honest.

// TestMain lets the test binary be the stand-in, the walker of a case that is
// killed, or a listener between the program and a real browser.
func TestMain(m *testing.M) {
	for _, arg := range os.Args[1:] {
		name, dir, _ := strings.Cut(arg, "=")
		switch name {
		case "--standin":
			os.Exit(standIn(dir))
		case "--eavesdrop":
			os.Exit(eavesdrop(dir))
		case "--walker":
			os.Exit(walker(dir))
		}
	}
	os.Exit(m.Run())
}

// script is what one stand-in does. It lies as script.json in the stand-in's
// folder, beside the trace that the stand-in writes there.
type script struct {
	Fault
	Sends bool   // the person presses Send when they may
	Sly   bool   // the page tries to submit by itself while it is filled in
	Wild  bool   // nothing holds a request back: the control
	Hook  string // who is called, and waited for, by the kinds "interrupt"
}

// Fault is one thing that goes wrong.
type Fault struct {
	Kind string // empty: none
	On   string // the call it happens to, such as "Page.navigate" or "Runtime.callFunctionOn look"; empty: any
	At   int    // which one of these calls, from one; 0: every one
}

// call is one message of the program's.
type call struct {
	ID        int             `json:"id"`
	SessionID string          `json:"sessionId"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	name      string          // the method, and the engine's function
}

// named gives a call its name.
func named(frame []byte) (c call, err error) {
	if err := json.Unmarshal(frame, &c); err != nil {
		return c, err
	}
	c.name = c.Method
	if c.Method == "Runtime.callFunctionOn" {
		var p struct{ FunctionDeclaration string }
		_ = json.Unmarshal(c.Params, &p)
		f, _, _ := strings.Cut(strings.TrimPrefix(p.FunctionDeclaration, "function(a){return globalThis.nonmerci."), "(")
		c.name += " " + f
	}
	return c, nil
}

// standin is the stand-in at work.
type standin struct {
	script
	dir    string
	in     *os.File
	out    *os.File
	trace  *os.File
	parent int

	writing sync.Mutex
	mu      sync.Mutex
	moved   *sync.Cond // something on the page changed
	total   int
	count   map[string]int
	site
}

func standIn(dir string) int {
	roomAgain()
	s := &standin{dir: dir, in: os.NewFile(3, "in"), out: os.NewFile(4, "out"), parent: os.Getppid(), count: map[string]int{}}
	raw, err := os.ReadFile(filepath.Join(dir, "script.json"))
	if err != nil || json.Unmarshal(raw, &s.script) != nil {
		return 3
	}
	if s.trace, err = os.OpenFile(filepath.Join(dir, "trace"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return 3
	}
	s.moved = sync.NewCond(&s.mu)
	s.begin()
	s.note("pid %d", os.Getpid())
	r := bufio.NewReaderSize(s.in, 1<<16)
	for {
		frame, err := r.ReadBytes(0)
		if err != nil {
			return 0 // a browser ends with its pipe
		}
		c, err := named(bytes.TrimSuffix(frame, []byte{0}))
		if err != nil {
			s.note("unreadable %q", frame)
			return 4
		}
		f := s.hits(c)
		s.note("call %s", c.name)
		go s.serve(c, f)
	}
}

// note adds a line to the trace.
func (s *standin) note(format string, args ...any) {
	fmt.Fprintf(s.trace, format+"\n", args...)
}

// hits tells which fault the call meets, and counts it.
func (s *standin) hits(c call) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	s.count[c.name]++
	n := s.total
	if s.On != "" {
		n = s.count[c.name]
	}
	if s.On != "" && s.On != c.name || s.At != 0 && s.At != n {
		return ""
	}
	return s.Kind
}

// serve answers one call, with what goes wrong.
func (s *standin) serve(c call, fault string) {
	if fault != "" {
		s.note("fault %s", fault)
	}
	switch fault {
	case "error":
		s.refuse(c, -32000, "Internal error")
		return
	case "moved":
		s.refuse(c, -32000, "Cannot find context with specified id")
		return
	case "deaf":
		return
	case "closes":
		os.Exit(0)
	case "hangs up":
		s.in.Close()
		s.out.Close()
		return
	case "killed":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "frozen":
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "tab closed":
		s.closeTab()
	case "tab crashed":
		s.crashTab(false)
	case "tab crashed and gone":
		s.crashTab(true)
	case "interrupt":
		s.callHook()
	case "kills the program":
		s.signal(syscall.SIGKILL)
	case "asleep":
		s.signal(syscall.SIGSTOP)
		<-time.After(asleep)
		s.signal(syscall.SIGCONT)
	case "Ctrl-C":
		s.signal(syscall.SIGINT)
	case "Ctrl-C twice":
		s.signal(syscall.SIGINT)
		time.AfterFunc(20*time.Millisecond, func() { s.signal(syscall.SIGINT) })
	}
	if event, shape, ok := strings.Cut(strings.TrimPrefix(fault, "event "), " as "); ok {
		s.write(fmt.Appendf(nil, `{"sessionId":"S1","method":%q%s}`, event, map[string]string{
			"nothing": "", "null": `,"params":null`, "empty": `,"params":{}`, "a list": `,"params":[1]`, "words": `,"params":"x"`,
			"numbers": `,"params":{"requestId":1,"request":2,"targetInfo":3,"frame":4,"response":5,"sessionId":6,"name":7,"type":8,"redirectResponse":9}`,
			"hollow":  `,"params":{"request":{},"targetInfo":{},"frame":{},"response":{},"name":"nonmerciSaw","payload":"{","redirectResponse":{}}`,
		}[shape]))
	}
	result, failure := s.carryOut(c)
	if failure != nil {
		s.refuse(c, failure.code, failure.text)
		return
	}
	if result == nil {
		return // such a call is never answered
	}
	frame := s.frame(c, result)
	switch fault {
	case "mute":
	case "not JSON":
		s.write([]byte("<html>"))
	case "half":
		s.write(frame[:len(frame)/2])
	case "shape":
		s.write(fmt.Appendf(nil, `{"id":%d,"sessionId":%q,"result":[1,"x",{"result":7}]}`, c.ID, c.SessionID))
	case "empty":
		s.write(fmt.Appendf(nil, `{"id":%d,"sessionId":%q,"result":{}}`, c.ID, c.SessionID))
	case "wrong values":
		s.write(s.frame(c, map[string]any{"result": map[string]any{"type": "object", "value": []any{[]any{1}, "x"}}, "data": "eA==",
			"executionContextId": "x", "targetId": 1, "product": 1, "frameId": 1}))
	case "huge":
		huge := append([]byte(`{"id":1,"result":{"x":"`), bytes.Repeat([]byte("x"), 65<<20)...)
		s.write(append(huge, `"}}`...))
	case "wrong id":
		c.ID += 1000
		s.write(s.frame(c, result))
	case "twice":
		s.write(frame)
		s.write(frame)
	case "late":
		time.AfterFunc(s.tooLate(c), func() { s.write(frame) })
	default:
		s.write(frame)
	}
}

// asleep is how long the program stands still, longer than the person's time.
const asleep = 7 * time.Second

// tooLate is longer than the program waits for the answer to a call.
func (s *standin) tooLate(c call) time.Duration {
	switch c.name {
	case "Page.navigate":
		return 21 * time.Second
	case "Runtime.callFunctionOn look":
		var l lookArgument
		s.argument(c, &l)
		return time.Duration(l.Timeout)*time.Millisecond + 6*time.Second
	case "Page.captureScreenshot":
		return 11 * time.Second
	}
	return 21 * time.Second
}

func (s *standin) frame(c call, result any) []byte {
	m := map[string]any{"id": c.ID, "result": result}
	if c.SessionID != "" {
		m["sessionId"] = c.SessionID
	}
	raw, err := json.Marshal(m)
	if err != nil {
		s.note("unwritable %v", err)
	}
	return raw
}

func (s *standin) refuse(c call, code int, text string) {
	raw, _ := json.Marshal(map[string]any{"id": c.ID, "sessionId": c.SessionID, "error": map[string]any{"code": code, "message": text}})
	s.write(raw)
}

// event tells the program something.
func (s *standin) event(session, method string, params any) {
	m := map[string]any{"method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	raw, _ := json.Marshal(m)
	s.write(raw)
}

func (s *standin) write(frame []byte) {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, _ = s.out.Write(append(frame, 0))
}

// signal reaches the program, and nobody else where it is gone.
func (s *standin) signal(sig syscall.Signal) {
	if pid := os.Getppid(); pid == s.parent && pid > 1 {
		_ = syscall.Kill(pid, sig)
	}
}

// callHook waits until the test has done what it wants to do at this call.
func (s *standin) callHook() {
	c, err := net.Dial("tcp", s.Hook)
	if err != nil {
		s.note("hook %v", err)
		return
	}
	_, _ = io.ReadAll(c)
	c.Close()
}

// eavesdrop hands a real browser's pipe through and notes the calls. dir holds
// the browser's path in a file of that name.
func eavesdrop(dir string) int {
	path, err := os.ReadFile(filepath.Join(dir, "browser"))
	if err != nil {
		return 3
	}
	trace, err := os.OpenFile(filepath.Join(dir, "trace"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 3
	}
	theirIn, ours, err := os.Pipe()
	if err != nil {
		return 3
	}
	p, err := os.StartProcess(string(path), os.Args, &os.ProcAttr{Files: []*os.File{nil, nil, os.Stderr, theirIn, os.NewFile(4, "out")}})
	if err != nil {
		return 3
	}
	theirIn.Close()
	r := bufio.NewReaderSize(os.NewFile(3, "in"), 1<<16)
	for {
		frame, err := r.ReadBytes(0)
		if err != nil {
			break
		}
		if c, err := named(bytes.TrimSuffix(frame, []byte{0})); err == nil {
			fmt.Fprintf(trace, "call %s\n", c.name)
		}
		if _, err := ours.Write(frame); err != nil {
			break
		}
	}
	ours.Close()
	_, _ = p.Wait()
	return 0
}
