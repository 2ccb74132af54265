package cli

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/spf13/pflag"

	"github.com/nonmerci/nonmerci/internal/hint"
)

// lockFlags say for whom an export is encrypted.
type lockFlags struct {
	recipients []string
	passphrase bool
	file       string
}

func (f *lockFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.recipients, "recipient", nil, "encrypt it for this `KEY` of age (age1…); may be repeated")
	flags.BoolVar(&f.passphrase, "passphrase", false, "encrypt it with a passphrase, which you are asked for")
	flags.StringVar(&f.file, "passphrase-file", "", "encrypt it with the passphrase in the first line of this `FILE`")
}

// fewest is the least that a passphrase must have, characters: whoever gets the
// file can try as many as they like.
const fewest = 10

// encryption gives what encrypts, or nothing where nobody asked for it. A
// passphrase comes from the terminal or a file, never from the command line or
// the environment, where other programs could read it.
func (a *app) encryption(f lockFlags) (func([]byte) ([]byte, error), error) {
	ways := 0
	for _, asked := range []bool{len(f.recipients) > 0, f.passphrase, f.file != ""} {
		if asked {
			ways++
		}
	}
	switch {
	case ways == 0:
		return nil, nil
	case ways > 1:
		return nil, hint.New(hint.Say("An export is encrypted in one way only. Nothing was written."), hint.Say("Use --recipient, --passphrase or --passphrase-file, not two of them."))
	case len(f.recipients) > 0:
		return encryptFor(f.recipients)
	}
	secret, err := a.passphrase(f)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(secret) < fewest {
		return nil, hint.New(hint.Say("The passphrase is too short. Nothing was written."), hint.Say("Take %d characters or more: a few words that have nothing to do with one another are good.", fewest))
	}
	r, err := age.NewScryptRecipient(secret)
	if err != nil {
		return nil, err
	}
	return seal(r), nil
}

func encryptFor(keys []string) (func([]byte) ([]byte, error), error) {
	var all []age.Recipient
	for _, key := range keys {
		key = strings.TrimSpace(key)
		if strings.HasPrefix(strings.ToUpper(key), "AGE-SECRET-KEY-") {
			return nil, hint.New(hint.Say("What --recipient names is a secret key. Nothing was written."), hint.Say("Use the public key, which begins with age1; and since the secret one now stands in the history of your shell, make a new pair."))
		}
		found, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil || len(found) != 1 { // its error would quote what was typed
			return nil, hint.New(hint.Say("What --recipient names is no key of age. Nothing was written."), hint.Say("A key begins with age1 and is copied as a whole; who is to get the file makes one with `age-keygen`."))
		}
		all = append(all, found...)
	}
	return seal(all...), nil
}

func seal(to ...age.Recipient) func([]byte) ([]byte, error) {
	return func(plain []byte) ([]byte, error) {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, to...)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(plain); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
}

func (a *app) passphrase(f lockFlags) (string, error) {
	if f.file != "" {
		b, err := os.ReadFile(f.file)
		if err != nil {
			return "", hint.Wrap(err, hint.Say("The file of the passphrase could not be read. Nothing was written."), hint.Say("Check the name after --passphrase-file."))
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if !a.Terminal || a.Password == nil {
		return "", hint.New(hint.Say("Nobody is there to type a passphrase. Nothing was written."), hint.Say("Put it into a file that only you can read, and name that with --passphrase-file."))
	}
	first, err := a.typed(hint.Say("Type a passphrase for the export; it is not shown. Without it nobody can open the file, not even you."))
	if err != nil {
		return "", err
	}
	second, err := a.typed(hint.Say("Type it again."))
	if err != nil {
		return "", err
	}
	if first != second {
		return "", hint.New(hint.Say("The two passphrases are not the same. Nothing was written."), hint.Say("Run the command again."))
	}
	return first, nil
}

// typed asks for a line that the terminal does not show.
func (a *app) typed(question hint.Text) (string, error) {
	a.say(question)
	b, err := a.Password()
	if err != nil {
		return "", hint.Wrap(errors.New("no answer"), hint.Say("The passphrase could not be read from the terminal. Nothing was written."), hint.Say("Put it into a file that only you can read, and name that with --passphrase-file."))
	}
	return string(b), nil
}
