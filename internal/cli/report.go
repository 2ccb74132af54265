package cli

import (
	"bytes"
	"encoding/json"

	"github.com/nonmerci/nonmerci/automation"
	"github.com/nonmerci/nonmerci/config"
	"github.com/nonmerci/nonmerci/internal/hint"
)

// result is the JSON object of --json. Private values are masked.
type result struct {
	Outcome   string      `json:"outcome"`
	Service   string      `json:"service"`
	Rehearsal bool        `json:"rehearsal"`
	Route     []string    `json:"route"`
	Form      string      `json:"form"`
	Language  string      `json:"language"`
	Email     emailResult `json:"email"`
	Account   string      `json:"account"`
	Record    string      `json:"record"`
	TookMS    int64       `json:"took_ms"`
	Message   string      `json:"message"`
	Next      string      `json:"next,omitempty"`
}

type emailResult struct {
	Prefilled bool   `json:"prefilled"`
	Changed   bool   `json:"changed"`
	Masked    string `json:"masked"`
}

// exitCode is the contract's.
func exitCode(o automation.Outcome) exit {
	switch o {
	case automation.Ready, automation.Sent, automation.AlreadyObjected:
		return exitOK
	case automation.NeedsUser:
		return 3
	case automation.NotFound:
		return 4
	case automation.NotAvailable:
		return 5
	case automation.Refused:
		return 6
	case automation.NotSent, automation.SentUnconfirmed, automation.Unknown:
		return 8
	case automation.Interrupted:
		return 130
	}
	return exitFailed
}

// report tells how a run ended: in words on standard error, and as a result on
// standard output. The error carries the exit code.
func (a *app) report(c config.Config, res automation.Result) error {
	a.say(res.Message)
	a.next(res.Next)
	return a.end(c, res)
}

func (a *app) end(c config.Config, res automation.Result) error {
	if err := a.result(c, res); err != nil {
		return err
	}
	if code := exitCode(res.Outcome); code != exitOK {
		return code
	}
	return nil
}

func (a *app) result(c config.Config, res automation.Result) error {
	if c.JSON {
		return a.json(result{
			Outcome: res.Outcome.String(), Service: res.Service, Rehearsal: res.Rehearsal, Route: append([]string{}, res.Route...), Form: res.Form,
			Language: res.Language, Email: emailResult(res.Email), Account: res.Account, Record: res.Record, TookMS: res.Took.Milliseconds(),
			Message: res.Message.In(a.lang), Next: res.Next.In(a.lang),
		})
	}
	if err := a.print(res.Outcome.String() + "\n"); err != nil || res.Record == "" {
		return err
	}
	a.say(hint.Say("The record of this run:"))
	return a.print(res.Record + "\n")
}

// json prints one object on a line of its own.
func (a *app) json(v any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return a.print(line.String())
}

// failed reports a run that could not begin, for a reason that lies in the world
// and not on the command line: it has an outcome as every run has.
func (a *app) failed(c config.Config, service string, rehearsing bool, err error) error {
	p, ok := hint.Of(err)
	if !ok {
		return err
	}
	a.problem(err)
	return a.end(c, automation.Result{Outcome: automation.Failed, Service: service, Rehearsal: rehearsing, Message: p.What, Next: p.Next})
}
