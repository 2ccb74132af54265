// Package keyring tells whether the password store is there in which a browser
// on Linux keeps the key of its cookies: the Secret Service of the desktop, on
// the session bus (specifications.freedesktop.org/secret-service). A browser that
// does not reach the store that it used before deletes its cookies without a
// word, so the question comes before the start.
//
// Another store that answers is as bad as none: what tells one from another is
// when the browsers' keys in it were made.
//
// It asks for nothing but that, opens no prompt and reads no secret.
package keyring

// State is how the store stands.
type State int

// The states.
const (
	Absent State = iota // none answers, or it holds no default collection
	Locked              // it answers, and would have to ask for its password first
	Open
)
