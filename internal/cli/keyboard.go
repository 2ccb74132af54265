package cli

import (
	"bufio"
	"context"
	"strings"
	"sync"

	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// keyboard reads what the person types into the terminal while a walk runs.
type keyboard struct {
	once  sync.Once
	lines chan string
}

// linger keeps the window after a submission, where a person can say when they
// are done with it.
func (a *app) linger(c config.Config) func(context.Context) {
	if !a.Terminal || c.Headless {
		return nil
	}
	return func(ctx context.Context) {
		a.say(hint.Say("Look at the page as long as you like. Press Enter here, and nonmerci closes the window."))
		ctx, cancel := context.WithTimeout(ctx, c.Wait)
		defer cancel()
		a.line(ctx)
	}
}

// consent asks the person, where there is one, and waits for a yes. A key that
// was pressed before the question is no answer, so the word has to be typed. A no
// ends the waiting.
func (a *app) consent(c config.Config) func(context.Context, hint.Text) bool {
	if !a.Terminal || c.Headless {
		return nil
	}
	return func(ctx context.Context, question hint.Text) bool {
		a.keys.forget()
		a.say(question)
		for {
			line, ok := a.line(ctx)
			if !ok {
				return false
			}
			switch strings.ToLower(strings.TrimSpace(line)) {
			case "yes", "oui":
				return true
			case "no", "non":
				return false
			}
		}
	}
}

// forget drops what was typed before there was a question.
func (k *keyboard) forget() {
	for {
		select {
		case _, ok := <-k.lines:
			if !ok {
				return
			}
		default:
			return
		}
	}
}

// line is the next line that the person types; false when there is none, or when
// ctx ends before.
func (a *app) line(ctx context.Context) (string, bool) {
	a.keys.once.Do(func() {
		a.keys.lines = make(chan string, 64)
		go func() { // reading cannot be interrupted: it goes on until the program ends
			defer close(a.keys.lines)
			for in := bufio.NewScanner(a.Stdin); in.Scan(); {
				a.keys.lines <- in.Text()
			}
		}()
	})
	select {
	case line, ok := <-a.keys.lines:
		return line, ok
	case <-ctx.Done():
		return "", false
	}
}
