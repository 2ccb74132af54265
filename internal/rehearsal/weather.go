package rehearsal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	slowness  = 3 * time.Second        // of the fault slow
	dripEvery = 100 * time.Millisecond // a byte of the fault drip: a page takes minutes

	// hopPath is over which the trait redirects leads; the query says which of
	// the two hops it is (n) and where to (u). Facebook's own redirector is
	// called so; how it works is made up.
	hopPath   = "/l.php"
	hopCookie = gateCookie + "hop"
)

// wait ends early when nobody waits any longer.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// slowly writes byte by byte.
type slowly struct {
	http.ResponseWriter
	ctx context.Context
}

func (s slowly) Write(data []byte) (int, error) {
	out := http.NewResponseController(s.ResponseWriter)
	for i := range data {
		if err := out.Flush(); err != nil {
			return i, err
		}
		wait(s.ctx, dripEvery)
		if err := s.ctx.Err(); err != nil {
			return i, err
		}
		if _, err := s.ResponseWriter.Write(data[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(data), out.Flush()
}

// leadsOver sends a page's request over two other addresses and then back,
// where the variant says so; a cookie of that one address tells that this is
// the way back. A frame of another site would not send that cookie.
func (s *Site) leadsOver(w http.ResponseWriter, r *http.Request, v visit) bool {
	if !s.variant.Is(Redirects) || v.on == "" || r.Method != http.MethodGet || s.embedded(r) {
		return false
	}
	cookie := &http.Cookie{Name: hopCookie, Path: r.URL.Path, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	here := syllable36(s.token + r.URL.Path)
	to := r.URL.RequestURI()
	hop := 1
	switch {
	case r.URL.Path == hopPath:
		to = r.URL.Query().Get("u")
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || strings.HasPrefix(to, hopPath) {
			to = "/"
		}
		if hop = 2; r.URL.Query().Get("n") == "2" {
			path, _, _ := strings.Cut(to, "?")
			cookie.Path, cookie.Value = path, syllable36(s.token+path)
			http.SetCookie(w, cookie)
			http.Redirect(w, r, to, http.StatusFound)
			return true
		}
	case s.holds(r, hopCookie, here):
		cookie.MaxAge = -1
		http.SetCookie(w, cookie)
		return false
	}
	http.Redirect(w, r, hopPath+"?n="+strconv.Itoa(hop)+"&u="+url.QueryEscape(to), http.StatusFound)
	return true
}

// weather are the traits that pages/weather.js knows; frames know the first
// three.
func weather() []Trait {
	return []Trait{Hydration, Rerender, Replace, Huge, SelfNavigate, BeforeUnload, AlertDialog, PrintDialog}
}

// Weather lists the weather of this page. Nothing troubles a foreign page, and
// what troubles a page as a whole does so outside of its frame.
func (p *page) Weather() []Trait {
	var out []Trait
	for i, t := range weather() {
		if p.Is(t) && p.On != "" && (t != SelfNavigate || p.Place == atHome) && (i < 3 || !p.Embedded()) {
			out = append(out, t)
		}
	}
	return out
}

// Late says whether the content comes after the page.
func (p *page) Late() bool { return p.On != "" && p.Is(Hydration) }

// Wandered is what the home page keeps in document.cookie when it has gone to
// the settings by itself.
func (p *page) Wandered() string { return p.Crumb(GateKind(SelfNavigate)) }

// named says whether ids and classes tell nothing, and where they come from.
func (p *page) named() (salt string, generated bool) {
	if p.Is(ChangingNames) {
		return p.salt, true
	}
	return p.s.token, p.Scripted()
}
