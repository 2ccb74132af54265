package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/nonmerci/nonmerci/automation/internal/keyring"
)

// A browser that cannot decrypt its cookies deletes them when it starts, without
// a word: another brand's key, or a password store that is not there, is enough.
// So a profile that is kept carries a mark of how it was made, the store is named
// to the browser instead of left to its guess, and what does not fit the mark is
// not started.

// Profile is the mark of a user data dir that this program made.
type Profile struct {
	Schema  int      `json:"schema"`
	Browser string   `json:"browser"`        // the product with its channel, such as "Google Chrome beta"
	Store   string   `json:"store"`          // where the cookies' key is kept, as --password-store says it; empty: the system's only place
	Keys    []string `json:"keys,omitempty"` // of browsers, in the keyring that is the store; see [keyring.Keys]
	Made    string   `json:"made"`           // the day, as 2006-01-02
	Dir     string   `json:"dir"`            // where it was made; only there may it be removed
}

// InKeyring tells whether the key of the cookies is in the desktop's keyring.
func (p Profile) InKeyring() bool { return p.Store == inKeyring }

// Plain tells whether the key of the cookies is no secret.
func (p Profile) Plain() bool { return p.Store == inFile }

const (
	markName   = "nonmerci-profile.json"
	holdName   = "nonmerci.lock"
	markSchema = 1
	unfinished = ".nonmerci-" // begins the name of a mark that is being written

	inFile    = "basic" // the key is the same for everybody: who can read the file can read the cookies
	inKeyring = "gnome-libsecret"
)

// ReadProfile returns the mark of a user data dir; [fs.ErrNotExist]: it has none.
func ReadProfile(dir string) (Profile, error) {
	var p Profile
	raw, err := os.ReadFile(filepath.Join(dir, markName))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fmt.Errorf("read the mark of the browser profile: %w", err)
	}
	if p.Schema != markSchema {
		return p, fmt.Errorf("the mark of the browser profile has the schema %d, which this version does not know", p.Schema)
	}
	return p, nil
}

// Misfit is why a browser may not be started on a profile.
type Misfit int

// The misfits.
const (
	Everyday      Misfit = iota + 1 // where a browser keeps the person's everyday profiles
	NotOurs                         // made by other means, and used
	OtherBrowser                    // made with another browser
	OtherStore                      // made with another password store
	StoreUnknown                    // a password store that nobody can look for
	KeyringLocked                   // its password store is locked
	KeyringGone                     // its password store does not answer
	OtherKeyring                    // another one answers
)

// Unfit means that a start could have lost the profile's sign-ins, so there was
// none.
type Unfit struct {
	Why       Misfit
	Made, Now string // the browser or the store, then and now
}

func (u *Unfit) Error() string {
	return [...]string{Everyday: "it is the person's everyday browser profile", NotOurs: "the browser profile was not made by this program", OtherBrowser: "the browser profile belongs to another browser",
		OtherStore: "the browser profile belongs to another password store", StoreUnknown: "the password store is not known", KeyringLocked: "the keyring is locked", KeyringGone: "the keyring does not answer",
		OtherKeyring: "it is another keyring"}[u.Why]
}

// Holder is who has a profile in use.
type Holder int

// The holders.
const (
	HeldByUs      Holder = iota + 1 // another process of this program
	HeldByBrowser                   // a browser that somebody started
	HeldElsewhere                   // a browser on another computer
)

// Busy is the [ErrInUse] that tells by whom.
type Busy struct {
	By   Holder
	Host string // the other computer, where there is one
}

func (b *Busy) Error() string { return ErrInUse.Error() }

// Unwrap returns [ErrInUse].
func (b *Busy) Unwrap() error { return ErrInUse }

// lease is a profile that one browser may use.
type lease struct {
	dir   string
	store string // what the browser shall be told about its password store; empty: nothing
	hold  *flock.Flock
	fresh bool // the mark is new
}

// end gives the profile back, once the browser has ended.
func (l *lease) end() {
	if l.hold != nil {
		_ = l.hold.Unlock()
	}
}

// undo empties a folder that was empty before, after a browser that did not
// start, and gives it back. Where that has kept cookies all the same, all of it
// stays. Nobody else may have the folder before it is empty.
func (l *lease) undo() {
	defer l.end()
	if !l.fresh || used(l.dir) {
		return
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		_ = os.RemoveAll(filepath.Join(l.dir, e.Name()))
	}
}

// take makes the profile ready for one browser, or refuses.
func (o Options) take(ctx context.Context) (*lease, error) {
	l := &lease{dir: o.Profile}
	if o.Fleeting {
		if holder := occupied(o.Profile); holder != nil {
			return nil, holder
		}
		l.store = onLinux(inFile)
		return l, prepareProfile(o.Profile)
	}
	if err := o.ours(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Profile, 0o700); err != nil {
		return nil, fmt.Errorf("make the browser profile: %w", err)
	}
	l.hold = flock.New(filepath.Join(o.Profile, holdName), flock.SetPermissions(0o600))
	if got, err := l.hold.TryLock(); err == nil && !got { // an error: this disk knows no locks
		return nil, &Busy{By: HeldByUs}
	}
	if err := o.check(ctx, l); err != nil {
		l.end()
		return nil, err
	}
	return l, nil
}

// ours refuses a folder that is somebody else's, before anything is written
// there: only an empty one becomes a profile of this program's.
func (o Options) ours() error {
	if brand := everyday(o.Profile, o.lookup); brand != "" {
		return &Unfit{Why: Everyday, Made: brand}
	}
	if _, err := ReadProfile(o.Profile); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(o.Profile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != holdName && !strings.HasPrefix(e.Name(), unfinished) { // of another process that is at it
			return &Unfit{Why: NotOurs}
		}
	}
	return err
}

// check looks whether the profile is free and the right one for this browser,
// and marks a new one.
func (o Options) check(ctx context.Context, l *lease) error {
	if holder := occupied(o.Profile); holder != nil {
		return holder
	}
	mark, err := ReadProfile(o.Profile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.fresh = true
		mark, err = o.mark(ctx)
	case err == nil:
		err = o.fits(ctx, mark)
	}
	l.store = mark.Store
	if err != nil {
		return err
	}
	return prepareProfile(o.Profile)
}

// mark makes a new profile and writes down how.
func (o Options) mark(ctx context.Context) (Profile, error) {
	mark := Profile{Schema: markSchema, Browser: o.product(ctx), Made: time.Now().Format(time.DateOnly), Dir: real(o.Profile)}
	given, named := o.named("password-store")
	switch {
	case runtime.GOOS != "linux":
	case named && given != inFile && given != inKeyring:
		return mark, &Unfit{Why: StoreUnknown, Now: given}
	case named && given == inFile, confined(o.Path):
		mark.Store = inFile // a snap or flatpak reaches the keyring only while somebody lets it
	default:
		switch keyring.Ask(ctx, o.lookup) {
		case keyring.Locked:
			return mark, &Unfit{Why: KeyringLocked}
		case keyring.Open:
			mark.Store = inKeyring
		default:
			mark.Store = inFile
		}
		if named && mark.Store != given {
			return mark, &Unfit{Why: KeyringGone}
		}
	}
	return mark, mark.write(o.Profile)
}

func (p Profile) write(dir string) error {
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("write the mark of the browser profile: %w", err)
	}
	return replace(filepath.Join(dir, markName), append(raw, '\n'))
}

// used tells whether a browser has kept cookies there.
func used(profile string) bool {
	for _, jar := range []string{"Cookies", filepath.Join("Network", "Cookies")} {
		if _, err := os.Lstat(filepath.Join(profile, "Default", jar)); err == nil {
			return true
		}
	}
	return false
}

// fits refuses a browser that would not find the key of the profile's cookies.
func (o Options) fits(ctx context.Context, mark Profile) error {
	if now := o.product(ctx); !strings.EqualFold(now, mark.Browser) {
		return &Unfit{Why: OtherBrowser, Made: mark.Browser, Now: now}
	}
	if given, named := o.named("password-store"); named && given != mark.Store {
		return &Unfit{Why: OtherStore, Made: mark.Store, Now: given}
	}
	switch {
	case mark.Store != inKeyring:
		return nil
	case confined(o.Path):
		return &Unfit{Why: KeyringGone}
	}
	switch keyring.Ask(ctx, o.lookup) {
	case keyring.Locked:
		return &Unfit{Why: KeyringLocked}
	case keyring.Absent:
		return &Unfit{Why: KeyringGone}
	}
	if len(mark.Keys) == 0 {
		return nil
	}
	for _, key := range keyring.Keys(ctx, o.lookup) {
		if slices.Contains(mark.Keys, key) {
			return nil
		}
	}
	return &Unfit{Why: OtherKeyring}
}

// learn adds to the mark which keys the keyring holds, once the browser has put
// its own there: at its first start.
func (o Options) learn() {
	mark, err := ReadProfile(o.Profile)
	if err != nil || o.Fleeting || mark.Store != inKeyring || len(mark.Keys) > 0 {
		return
	}
	if mark.Keys = keyring.Keys(context.Background(), o.lookup); len(mark.Keys) > 0 {
		_ = mark.write(o.Profile) // best effort: the next end tries again
	}
}

// named is a switch of the caller's; the last one counts, as for Chromium.
func (o Options) named(name string) (value string, ok bool) {
	for _, arg := range o.Args {
		if n, v, _ := strings.Cut(arg, "="); n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// onLinux is a value that elsewhere is empty: the switch exists on Linux alone.
func onLinux(value string) string {
	if runtime.GOOS == "linux" {
		return value
	}
	return ""
}

// confined tells whether the browser is a snap or a flatpak.
func confined(path string) bool { return ProfileHome(path, "/") != "" }

// ProfileHome is the folder below which a browser can keep a profile: a snap or a
// flatpak writes below a folder of its own alone (snap: no hidden folder of the
// home; flatpak: its instance's). Empty: any will do. Not measured.
func ProfileHome(program, home string) string {
	c := here(nil)
	dir, name := path.Split(c.slashed(program))
	switch {
	case ofSnap(dir):
		return filepath.Join(home, "snap", name, "common")
	case c.forSnap(program):
		return filepath.Join(home, "snap", "chromium", "common") // of Ubuntu's chromium-browser
	case strings.HasSuffix(dir, "/flatpak/exports/bin/"):
		return filepath.Join(home, ".var", "app", name)
	}
	return ""
}

// real is a path without symbolic links.
func real(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Clean(path)
}

// replace writes a file whole or not at all.
func replace(file string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), unfinished+"*") // 0600
	if err != nil {
		return fmt.Errorf("write the mark of the browser profile: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the mark of the browser profile: %w", err)
	}
	return nil
}

// Forget removes a profile that this program made, with the sign-ins in it. One
// that is in use, or that is somebody else's, stays.
func Forget(dir string, lookup func(string) (string, bool)) error {
	mark, err := ReadProfile(dir)
	if err != nil {
		if _, missing := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) && missing == nil {
			return &Unfit{Why: NotOurs}
		}
		return err
	}
	// Who follows a link, or a mark that was copied, could remove anything.
	if dir = real(dir); mark.Dir != dir || everyday(dir, lookup) != "" {
		return &Unfit{Why: NotOurs}
	}
	hold := flock.New(filepath.Join(dir, holdName), flock.SetPermissions(0o600))
	if got, err := hold.TryLock(); err == nil && !got {
		return &Busy{By: HeldByUs}
	}
	defer func() { _ = hold.Unlock() }()
	if holder := occupied(dir); holder != nil {
		return holder
	}
	// Away first, so that half a profile never stands where a whole one is looked for.
	away, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".nonmerci-forgotten-*")
	if err != nil {
		return fmt.Errorf("remove the browser profile: %w", err)
	}
	if runtime.GOOS == "windows" {
		_ = hold.Unlock() // a folder with an open file cannot be moved there
	}
	if err := os.Rename(dir, filepath.Join(away, "profile")); err != nil {
		return errors.Join(fmt.Errorf("remove the browser profile: %w", err), os.Remove(away))
	}
	if err := os.RemoveAll(away); err != nil {
		return fmt.Errorf("remove the browser profile: %w", err)
	}
	return nil
}
