//go:build linux

package automation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the engine in a page would answer, played by the stand-in.

// argument is what a function of the engine was given.
func (s *standin) argument(c call, out any) {
	var p struct {
		Arguments []struct{ Value json.RawMessage }
	}
	if json.Unmarshal(c.Params, &p) == nil && len(p.Arguments) == 1 {
		_ = json.Unmarshal(p.Arguments[0].Value, out)
	}
}

type lookArgument struct {
	Plan    json.RawMessage
	Key     string
	Than    string
	Timeout int
}

func reply(v any) (any, *failure) {
	return dict{"result": dict{"type": "object", "value": v}}, nil
}

// function does what one function of the engine does.
func (s *standin) function(c call) (any, *failure) {
	var p struct{ ExecutionContextID int }
	_ = json.Unmarshal(c.Params, &p)
	if p.ExecutionContextID != s.world || s.world == 0 {
		return nil, noContext
	}
	if s.dialog {
		s.await(func() bool { return !s.dialog })
	}
	go s.ping()
	_, name, _ := strings.Cut(c.name, " ")
	var node int
	switch name {
	case "look":
		return s.look(c)
	case "facts", "steady":
		s.argument(c, &node)
		return reply(s.facts(node))
	case "values":
		var nodes []int
		s.argument(c, &nodes)
		return reply(s.values(nodes))
	case "blanks":
		return reply([]string{})
	case "scene":
		return reply(s.scene(c))
	case "pose":
		var a struct{ At float64 }
		s.argument(c, &a)
		s.rolled = min(max(a.At, 0), rest)
		return reply(true)
	case "rest":
		s.rolled = 0
		return reply(true)
	case "further":
		moved := !s.scrolled
		s.scrolled = true
		s.moved.Broadcast()
		return reply(moved)
	case "select":
		s.argument(c, &node)
		s.focus = node
		return reply(s.element(node) != nil)
	case "choose":
		var a struct {
			Node   int
			Wanted []string
		}
		s.argument(c, &a)
		fits := slices.Contains(a.Wanted, "France")
		if e := s.element(a.Node); e != nil && fits {
			e.value, e.shown = "FR", "France"
		}
		return reply(fits)
	case "setBelt":
		var a struct {
			Mode string
			Node int
		}
		s.argument(c, &a)
		was := s.landed
		s.belt, s.pressed, s.landed = a.Mode, a.Node, false
		if a.Node != 0 {
			return reply(s.facts(a.Node))
		}
		return reply(was)
	case "release":
		s.belt = "open"
		return reply(true)
	case "mark":
		s.argument(c, &node)
		return reply(s.element(node) != nil)
	case "watch":
		var a struct{ Node int }
		s.argument(c, &a)
		return reply(s.element(a.Node) != nil)
	}
	return nil, noMethod
}

// rest is how much of what a picture is to show is out of view.
const rest = shotSide / 2

// scene is a page that is half as high again as its window.
func (s *standin) scene(c call) any {
	var a struct{ Kinds map[string][]int }
	s.argument(c, &a)
	areas, lost := []dict{}, false
	for kind, nodes := range a.Kinds {
		for _, n := range nodes {
			lost = lost || s.element(n) == nil
			areas = append(areas, dict{"kind": kind, "x": 1, "y": 1, "w": 4, "h": 4})
		}
	}
	return dict{"doc": fmt.Sprint("d", s.document), "content": 1, "scale": 1, "scrollX": 0, "scrollY": s.rolled,
		"span": dict{"x": 0, "y": -s.rolled, "w": shotSide, "h": shotSide + rest}, "clip": dict{"x": 0, "y": 0, "w": shotSide, "h": shotSide},
		"covers": []any{}, "areas": areas, "typed": []dict{{"x": 1, "y": 1, "w": 4, "h": 4}}, "texts": []int{}, "line": 0, "lost": lost}
}

func (s *standin) facts(node int) any {
	e := s.element(node)
	if e == nil {
		return nil
	}
	x, y := e.at()
	return dict{"node": node, "x": x, "y": y, "w": 80, "h": 16, "matches": 1, "address": addresses[s.page], "tag": e.tag, "type": e.kind, "role": e.role,
		"names": []string{e.name}, "href": e.href, "inForm": e.inForm, "nearSend": e.inForm, "submits": e.kind == "submit", "onTop": true, "visible": true,
		"enabled": true, "multiline": e.tag == "textarea"}
}

func (s *standin) values(nodes []int) []any {
	out := []any{}
	for _, n := range nodes {
		if e := s.element(n); e != nil {
			out = append(out, dict{"value": e.value, "shown": e.shown, "name": e.name})
		} else {
			out = append(out, nil)
		}
	}
	return out
}

func (s *standin) places() []string {
	switch s.page {
	case "blank":
		return []string{}
	case "home":
		if !s.settled {
			return []string{"cookies", "home"}
		}
	}
	return []string{s.page}
}

// look waits for what is not known yet, as the engine does.
func (s *standin) look(c call) (any, *failure) {
	var a lookArgument
	s.argument(c, &a)
	if a.Plan != nil {
		s.plans[a.Key] = true
	}
	if !s.plans[a.Key] {
		return reply(nil)
	}
	over, document := false, s.document
	timer := time.AfterFunc(time.Duration(a.Timeout)*time.Millisecond, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		over = true
		s.moved.Broadcast()
	})
	defer timer.Stop()
	s.await(func() bool {
		return over || document != s.document || len(s.places()) > 0 && s.signature() != a.Than
	})
	switch {
	case s.gone:
		return nil, noSession
	case s.dead:
		return nil, &failure{-32000, "Target crashed"}
	case document != s.document:
		return nil, &failure{-32000, "Inspected target navigated or closed"}
	}
	targets := dict{}
	for _, e := range s.elements() {
		targets[e.target] = dict{"status": "found", "votes": []any{}, "node": e.node, "tag": e.tag, "role": e.role, "name": e.name,
			"attributes": dict{"type": e.kind}, "visible": true, "enabled": true}
	}
	number := ""
	if strings.HasPrefix(addresses[s.page], form) {
		number = "767264225370182"
	}
	return reply(dict{"doc": fmt.Sprint("d", s.document), "url": addresses[s.page], "form": number, "lang": "en", "title": s.page, "places": s.places(),
		"targets": targets, "signature": s.signature(), "timedOut": over, "cost": 1, "waited": 1, "status": 200, "asking": s.page == "form",
		"covered": false, "frames": []string{}})
}

func (s *standin) signature() string {
	out := fmt.Sprint(s.document, s.places())
	for _, e := range s.elements() {
		out += "," + e.target
	}
	return out
}
