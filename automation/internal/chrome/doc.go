// Package chrome drives the person's own Chromium: it finds and starts the
// browser, or attaches to one that ran before, locates, reads, presses, fills and pictures what is on a page, and
// holds the locks that keep a submission from leaving. It is the only room that
// knows rod and the DevTools protocol.
//
// The way of every message:
//
//	Tab, Watch ──> rod.Browser ──> gate (wire.go) ──> pipe or socket ──> Chromium
//
// Invariants:
//
//   - Every DevTools call passes the gate, which knows a closed list of
//     methods, their parameters and the digests of all scripts (powers.go).
//   - Nothing types a key. Text goes in by Input.insertText, a press is one
//     mouse click; both need a single-use permit from package guard.
//   - No cookie, storage, or request body of the person's is ever read.
//   - Every request of the browser passes the network lock (netlock.go) before
//     it leaves. From the form's recognition on nothing passes, until the
//     person's own action on Send.
//   - Hand-over is one way: afterwards the gate passes only what looks.
//   - A browser that the program started ends when the program dies, because
//     the pipe closes. One that ran before lives on: there the program has its
//     own tabs and nothing else (guest.go), and closes them where it can.
package chrome
