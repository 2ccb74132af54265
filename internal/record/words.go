package record

import (
	"strings"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// words are the fixed words of the report.
func words(lang string) map[string]string {
	texts := map[string]hint.Text{
		"kind":         hint.Say("Record of one run of nonmerci"),
		"skip":         hint.Say("Skip to what was seen"),
		"intro":        hint.Say("nonmerci is a program on the person’s own computer. It walks to Meta’s form in their browser and fills it in; it has no way to send it. This page says what it saw, and nothing else."),
		"rehearsal":    hint.Say("REHEARSAL – not Meta"),
		"rehearsalWhy": hint.Say("These are pages of the program’s own, made for practice. Nothing was sent to Meta, and no account was involved."),
		"state":        hint.Say("How far it came:"),
		"gap":          hint.Say("Why that is not known:"),
		"told":         hint.Say("What the program told the person:"),
		"facts":        hint.Say("What this is about"),
		"steps":        hint.Say("Step by step, as far as it was seen"),
		"seen":         hint.Say("seen"),
		"proves":       hint.Say("What this record shows"),
		"not":          hint.Say("What it does not prove"),
		"private":      hint.Say("This report is private: it holds what the form held, and pictures of the person’s pages."),
		"shots":        hint.Say("Pictures"),
		"noShots":      hint.Say("No picture was taken."),
		"full":         hint.Say("There is none of pages on which the person signs in, of the home page and of the settings. Where something else is asked, or the page is not known, the fields are painted over; otherwise nothing is. What lay over a page is left out. The files are in the folder “shots” beside this report."),
		"values":       hint.Say("What the form held"),
		"noValues":     hint.Say("The form was not read back."),
		"readAt":       hint.Say("Read back from the page:"),
		"label":        hint.Say("Field"),
		"value":        hint.Say("Value"),
		"how":          hint.Say("Where it came from"),
		"empty":        hint.Say("(empty)"),
		"with":         hint.Say("What drove what"),
		"args":         hint.Say("Switches of the browser"),
		"argsWhy":      hint.Say("Values that could hold a name or a folder are left out (…)."),
		"journal":      hint.Say("Journal"),
		"journalWhy":   hint.Say("Every line was written as it happened and holds the digest of the line before."),
		"number":       hint.Say("No."),
		"time":         hint.Say("Time"),
		"what":         hint.Say("What happened"),
		"basis":        hint.Say("How that is known"),
		"check":        hint.Say("How to check this"),
		"checkWhy":     hint.Say("This report alone cannot be checked; the folder that it comes from can, offline. Open a terminal in that folder and give the line for your system:"),
		"checkOwn":     hint.Say("With nonmerci, which also checks the chain of the journal and what it claims"),
		"checkWin":     hint.Say("Windows (PowerShell); every line must end with True"),
		"unsealed":     hint.Say("Where the file manifest-sha256.txt is missing, the record has no seal: it was never made, or it was taken away."),
		"head":         hint.Say("Digest of the last line of the journal, which fixes all lines before it:"),
	}
	said := make(map[string]string, len(texts))
	for key, t := range texts {
		said[key] = t.In(lang)
	}
	return said
}

// PlaceWords says what a place is. A place that is not known keeps the name
// that the flow gives it.
func PlaceWords(place string) hint.Text {
	switch strings.ReplaceAll(place, "-", "_") {
	case "":
		return hint.Say("a page")
	case "sign_in":
		return hint.Say("the sign-in page")
	case "checkpoint":
		return hint.Say("a security check")
	case "cookies":
		return hint.Say("the cookie notice")
	case "home":
		return hint.Say("the home page")
	case "settings":
		return hint.Say("the settings")
	case "privacy_center":
		return hint.Say("the Privacy Center")
	case "policy":
		return hint.Say("the Privacy Policy")
	case "form":
		return hint.Say("the objection form")
	case "already":
		return hint.Say("the notice that an objection stands")
	case "unavailable":
		return hint.Say("the notice that the form is not offered")
	case "wrong_form":
		return hint.Say("another form")
	case "thanks":
		return hint.Say("the confirmation")
	case "fields":
		return hint.Say("the form’s fields")
	case "filled":
		return hint.Say("the form, filled in and ready for review")
	case "after":
		return hint.Say("the page after Send")
	case "stopped":
		return hint.Say("the page on which nonmerci stopped")
	case "still_asking":
		return hint.Say("the page that still asks")
	case "ai_topic":
		return hint.Say("the page about AI at Meta")
	case "question":
		return hint.Say("a question before the form")
	case "code":
		return hint.Say("a page that asks for a code")
	case "choose_account":
		return hint.Say("the choice of an account")
	case "cookie_choice":
		return hint.Say("a question about cookies")
	case "suspended":
		return hint.Say("the notice that the account is suspended")
	case "automated":
		return hint.Say("the notice that a program is suspected")
	case "age":
		return hint.Say("a question about the person’s age")
	case "prompt", "prompt_close", "save_login":
		return hint.Say("a question that can wait")
	case "trouble":
		return hint.Say("an error of the site’s")
	default:
		return hint.Say("the page “%s”", place)
	}
}

func yesNo(yes bool) hint.Text {
	if yes {
		return hint.Say("yes")
	}
	return hint.Say("no")
}
