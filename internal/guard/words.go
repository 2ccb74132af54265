package guard

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// sendList holds what buttons that send, hand in or confirm are called, in the
// languages of the European Union and those of other places where the form is
// offered. One line a language; a comma ends a term. A term that is missing here
// is a smaller danger than it looks: whatever stands in one form or dialog with
// Send is refused whatever it is called.
const sendList = `
en: send, submit, resend, resubmit, transmit, dispatch, lodge, confirm
bg: изпращане, изпрати, изпратете, изпращам, подаване, подай, подайте, подавам, прати, потвърждаване, потвърди, потвърдете, потвърждавам
cs: odeslat, odešli, odešlete, odeslání, odesílám, poslat, pošli, pošlete, podat, podejte, zaslat, zašlete, předložit, potvrdit, potvrďte, potvrzuji
da: send, sende, indsend, indsende, afsend, afsende, fremsend, indgiv, indgive, bekræft, bekræfte
de: senden, sende, sendet, absenden, abschicken, schicken, schick, einreichen, einsenden, übermitteln, uebermitteln, versenden, übersenden, uebersenden, verschicken, abgeben, bestätigen, bestaetigen, bestätige
el: υποβολή, υποβάλετε, υποβάλλω, υποβάλλετε, αποστολή, αποστείλετε, στείλτε, στείλε, στείλετε, στέλνω, καταχώριση, επιβεβαίωση, επιβεβαιώστε, επιβεβαιώνω
es: enviar, envía, envíe, envíalo, envío, enviarlo, reenviar, mandar, manda, remitir, presentar, presente, tramitar, someter, confirmar, confirma, confirme, confirmo
et: saada, saatke, saadan, saatmine, esita, esitage, esitan, esitamine, edasta, kinnita, kinnitage, kinnitan
fi: lähetä, lähettää, lähetän, lähettäkää, lähetys, toimita, vahvista, vahvistan
fr: envoyer, envoyez, envoie, envoi, renvoyer, soumettre, soumettez, soumets, soumission, transmettre, transmettez, expédier, expédiez, déposer, déposez, valider, validez, valide, confirmer, confirmez, confirme
ga: seol, seolaim, seoladh, cuir isteach, cuir faoi bhráid, tíolaic, deimhnigh
hr: pošalji, pošaljite, poslati, šalji, slanje, podnesi, podnesite, podnijeti, predaj, predajte, potvrdi, potvrdite, potvrđujem
hu: küldés, küldése, küld, küldd, küldje, küldöm, elküldés, elküldése, elküldöm, elküld, beküldés, beküldése, beküldöm, beküld, benyújtás, benyújtása, benyújtom, benyújt, megerősítés, megerősítem, jóváhagyás, jóváhagyom
it: invia, inviare, invialo, inviala, invio, inoltra, inoltrare, spedisci, spedire, trasmetti, trasmettere, manda, mandare, presenta, presentare, sottometti, conferma, confermare, confermo, convalida
lt: siųsti, siųskite, siųskit, siunčiu, siuntimas, išsiųsti, nusiųsti, pateikti, pateikite, pateikiu, pateikimas, patvirtinti, patvirtinkite, patvirtinu
lv: sūtīt, sūtiet, sūti, nosūtīt, nosūtiet, nosūti, nosūtīšana, iesniegt, iesniedziet, iesniedz, iesniegšana, apstiprināt, apstipriniet, apstiprinu
mt: ibgħat, ibagħtu, ibgħatha, ibgħatu, issottometti, ressaq, ippreżenta, ikkonferma
nl: verzenden, verzend, verstuur, versturen, zend, zenden, stuur, sturen, opsturen, insturen, inzenden, indienen, dien in, inleveren, doorsturen, bevestigen, bevestig
pl: wyślij, wyślijcie, wysyłam, wysyłanie, wysłać, prześlij, przesłać, przesyłam, poślij, złóż, składam, złożyć, przekaż, zatwierdź, zatwierdzam, potwierdź, potwierdzam
pt: enviar, envie, envia, envio, reenviar, submeter, submeta, submete, mandar, mande, remeter, apresentar, apresente, confirmar, confirme, confirma, confirmo
ro: trimite, trimiteți, trimitere, trimit, expediază, expediați, depune, depuneți, transmite, transmiteți, înaintează, confirmă, confirmați, confirm
sk: odoslať, odošli, odošlite, odoslanie, odosielam, poslať, pošli, pošlite, podať, podajte, zaslať, zašlite, predložiť, potvrdiť, potvrďte, potvrdzujem
sl: pošlji, pošljite, poslati, pošiljanje, pošiljam, oddaj, oddajte, oddaja, predloži, predložite, vloži, vložite, potrdi, potrdite, potrjujem
sv: skicka, skicka in, skickar, sänd, sända, insänd, lämna in, inlämna, inskicka, bekräfta, bekräftar
no: send, sende, innsend, send inn, avsend, lever inn, bekreft, bekrefte
is: senda, sendu, senda inn, sendið, leggja fram, skila inn, staðfesta, staðfestu
uk: надіслати, надішліть, надсилаю, надсилання, відправити, відправте, відправлення, відіслати, подати, подайте, подання, підтвердити, підтвердьте, підтверджую
ru: отправить, отправьте, отправка, послать, отослать, подать, подайте, подтвердить, подтвердите, подтверждаю
sr: пошаљи, пошаљите, слање, поднеси, поднесите, потврди, потврдите
tr: gönder, gönderin, göndermek, gönderme, gönderiyorum, ilet, iletin, teslim et, onayla, onaylayın, onaylıyorum, doğrula, doğrulayın
ca: envia, enviar, enviï, envieu, tramet, confirma
sq: dërgo, dërgoni, paraqit, konfirmo
ar: إرسال, أرسل, إرسل, ارسال الطلب, تقديم, قدم, تأكيد, أكد
he: שלח, שלחי, שלחו, שליחה, לשלוח, הגש, הגישו, הגשה, להגיש, אישור, אשר, אישור ושליחה
ja: 送信, 送る, 提出, 確認する
ko: 보내기, 제출, 전송, 발송
zh: 提交, 发送, 發送, 送出, 提出申请, 确认, 確認
`

// briefName is the length, in folded letters, up to which a name counts as the
// label of a button: a send word anywhere in it is enough ("Anfrage senden",
// "Jetzt Formular absenden"). In longer names, such as the text of a whole card,
// only its first and last words decide.
const briefName = 40

// Sends tells whether a button of this name looks as if it sends something, in
// one of the listed languages.
func Sends(name string) bool { return newSendWords(nil).reads(name) }

// sendWords is the compiled-in terms and those that a flow adds, folded.
type sendWords struct {
	extra   map[string]bool
	longest int // bytes of the longest term
}

func newSendWords(extra []string) sendWords {
	s := sendWords{extra: foldTerms(extra)}
	s.longest = max(longestIn(), longest(s.extra))
	return s
}

// longestIn is the longest of the compiled-in terms, for which a whole flow asks
// thousands of times.
var longestIn = sync.OnceValue(func() int { return longest(compiledIn()) })

func longest(terms map[string]bool) (bytes int) {
	for term := range terms {
		bytes = max(bytes, len(term))
	}
	return bytes
}

// compiledIn holds the terms of sendList.
var compiledIn = sync.OnceValue(func() map[string]bool {
	var terms []string
	for line := range strings.Lines(sendList) {
		if _, list, ok := strings.Cut(line, ":"); ok {
			terms = append(terms, strings.Split(list, ",")...)
		}
	}
	return foldTerms(terms)
})

func foldTerms(terms []string) map[string]bool {
	set := make(map[string]bool, len(terms))
	for _, term := range terms {
		if words, _ := fold(term); len(words) > 0 {
			set[strings.Join(words, "")] = true
		}
	}
	return set
}

func (s sendWords) has(term string) bool { return compiledIn()[term] || s.extra[term] }

// is reports whether the name is a send word and nothing else.
func (s sendWords) is(words []string) bool { return s.has(strings.Join(words, "")) }

// reads reports whether a name reads like Send.
func (s sendWords) reads(name string) bool {
	words, _ := fold(name)
	return len(words) > 0 && s.leads(words)
}

// leads reports whether a send word stands at the beginning or the end of the
// name, or anywhere in a brief one. Neighbouring words are also read as one, so
// that "S e n d" and "Sub mit" are found.
func (s sendWords) leads(words []string) bool {
	brief := utf8.RuneCountInString(strings.Join(words, "")) <= briefName
	for from := range words {
		if !brief && from > 0 && from < len(words)-s.longest {
			continue // neither the first words nor the last
		}
		var term strings.Builder
		for to := from; to < len(words) && term.Len() <= s.longest; to++ {
			term.WriteString(words[to])
			if (brief || from == 0 || to == len(words)-1) && s.has(term.String()) {
				return true
			}
		}
	}
	return false
}
