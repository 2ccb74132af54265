// What the pages say, written for this test alone: how a site of this kind is
// likely to put things, not what the phrase file knows. A page speaks one
// language throughout, except for the synonyms.
'use strict';

// The order of the words in each line of the table.
const WORD_KEYS = ['settings', 'center', 'topic', 'policy', 'object', 'email', 'explain', 'country', 'send', 'cancel',
  'password', 'login', 'code', 'onward', 'cookies', 'accept', 'decline', 'question', 'yes', 'no', 'search', 'home', 'help', 'title'];

const WORD_TABLE = {
  en: ['Settings & privacy', 'Privacy Center', 'AI at Meta', 'Privacy Policy', 'object', 'Email address', 'Please tell us how this processing impacts you', 'Country of residence', 'Submit', 'Cancel',
    'Password', 'Log in', 'Security code', 'Continue', 'Allow the use of cookies on this browser?', 'Allow all cookies', 'Decline optional cookies', 'Is your request about AI at Meta?', 'Yes', 'No', 'Search', 'Home', 'Help Center', 'Object to your information being used for AI at Meta'],
  fr: ['Paramètres et confidentialité', 'Centre de confidentialité', 'L’IA chez Meta', 'Politique de confidentialité', 'vous opposer', 'Adresse e-mail', 'Expliquez-nous en quoi ce traitement vous affecte', 'Pays de résidence', 'Envoyer', 'Annuler',
    'Mot de passe', 'Se connecter', 'Code de sécurité', 'Continuer', 'Autoriser l’utilisation des cookies dans ce navigateur ?', 'Autoriser tous les cookies', 'Refuser les cookies optionnels', 'Votre demande concerne-t-elle l’IA chez Meta ?', 'Oui', 'Non', 'Rechercher', 'Accueil', 'Pages d’aide', 'S’opposer à l’utilisation de vos informations pour l’IA chez Meta'],
  de: ['Einstellungen und Privatsphäre', 'Privacy Center', 'KI bei Meta', 'Datenschutzrichtlinie', 'widersprechen', 'E-Mail-Adresse', 'Bitte erkläre, wie sich diese Verarbeitung auf dich auswirkt', 'Land des Wohnsitzes', 'Senden', 'Abbrechen',
    'Passwort', 'Anmelden', 'Sicherheitscode', 'Weiter', 'Die Verwendung von Cookies in diesem Browser erlauben?', 'Alle Cookies erlauben', 'Optionale Cookies ablehnen', 'Bezieht sich deine Anfrage auf KI bei Meta?', 'Ja', 'Nein', 'Suchen', 'Startseite', 'Hilfebereich', 'Einspruch gegen die Verwendung deiner Informationen für KI bei Meta'],
  es: ['Configuración y privacidad', 'Centro de privacidad', 'La IA en Meta', 'Política de privacidad', 'oponerte', 'Correo electrónico', 'Explícanos cómo te afecta este tratamiento', 'País de residencia', 'Enviar', 'Cancelar',
    'Contraseña', 'Iniciar sesión', 'Código de seguridad', 'Continuar', '¿Permitir el uso de cookies en este navegador?', 'Permitir todas las cookies', 'Rechazar cookies opcionales', '¿Tu solicitud está relacionada con la IA en Meta?', 'Sí', 'No', 'Buscar', 'Inicio', 'Servicio de ayuda', 'Oponerte al uso de tu información para la IA en Meta'],
  it: ['Impostazioni e privacy', 'Centro sulla privacy', 'L’IA di Meta', 'Informativa sulla privacy', 'opporti', 'Indirizzo e-mail', 'Spiegaci in che modo questo trattamento ti riguarda', 'Paese di residenza', 'Invia', 'Annulla',
    'Password', 'Accedi', 'Codice di sicurezza', 'Continua', 'Consentire l’uso dei cookie in questo browser?', 'Consenti tutti i cookie', 'Rifiuta cookie facoltativi', 'La tua richiesta riguarda l’IA di Meta?', 'Sì', 'No', 'Cerca', 'Home', 'Centro assistenza', 'Opponiti all’uso delle tue informazioni per l’IA di Meta'],
  nl: ['Instellingen en privacy', 'Privacycentrum', 'AI bij Meta', 'Privacybeleid', 'bezwaar maken', 'E-mailadres', 'Leg uit welke gevolgen deze verwerking voor je heeft', 'Land waar je woont', 'Verzenden', 'Annuleren',
    'Wachtwoord', 'Aanmelden', 'Beveiligingscode', 'Doorgaan', 'Het gebruik van cookies in deze browser toestaan?', 'Alle cookies toestaan', 'Optionele cookies afwijzen', 'Gaat je verzoek over AI bij Meta?', 'Ja', 'Nee', 'Zoeken', 'Startpagina', 'Helpcentrum', 'Bezwaar maken tegen het gebruik van je gegevens voor AI bij Meta'],
  pl: ['Ustawienia i prywatność', 'Centrum ochrony prywatności', 'AI w Meta', 'Zasady ochrony prywatności', 'wnieść sprzeciw', 'Adres e-mail', 'Wyjaśnij, jak to przetwarzanie na Ciebie wpływa', 'Kraj zamieszkania', 'Wyślij', 'Anuluj',
    'Hasło', 'Zaloguj się', 'Kod zabezpieczający', 'Kontynuuj', 'Zezwolić na używanie plików cookie w tej przeglądarce?', 'Zezwól na wszystkie pliki cookie', 'Odrzuć opcjonalne pliki cookie', 'Czy Twoje zgłoszenie dotyczy AI w Meta?', 'Tak', 'Nie', 'Szukaj', 'Strona główna', 'Centrum pomocy', 'Sprzeciw wobec wykorzystania Twoich informacji przez AI w Meta'],
  pt: ['Definições e privacidade', 'Centro de Privacidade', 'IA na Meta', 'Política de Privacidade', 'opor-te', 'Endereço de e-mail', 'Explica-nos como este tratamento te afeta', 'País de residência', 'Enviar', 'Cancelar',
    'Palavra-passe', 'Iniciar sessão', 'Código de segurança', 'Continuar', 'Permitir a utilização de cookies neste navegador?', 'Permitir todos os cookies', 'Recusar cookies opcionais', 'O teu pedido está relacionado com a IA na Meta?', 'Sim', 'Não', 'Pesquisar', 'Página inicial', 'Centro de Ajuda', 'Opõe-te à utilização das tuas informações pela IA na Meta'],
  ro: ['Setări și confidențialitate', 'Centrul de confidențialitate', 'AI la Meta', 'Politica de confidențialitate', 'te opui', 'Adresă de e-mail', 'Explică-ne cum te afectează această prelucrare', 'Țara de reședință', 'Trimite', 'Anulează',
    'Parolă', 'Conectează-te', 'Cod de securitate', 'Continuă', 'Permiți utilizarea modulelor cookie în acest browser?', 'Permite toate modulele cookie', 'Refuză modulele cookie opționale', 'Solicitarea ta are legătură cu AI la Meta?', 'Da', 'Nu', 'Caută', 'Acasă', 'Centru de ajutor', 'Opune-te folosirii informațiilor tale pentru AI la Meta'],
  sv: ['Inställningar och integritet', 'Integritetscenter', 'AI på Meta', 'Integritetspolicy', 'invända', 'E-postadress', 'Berätta hur behandlingen påverkar dig', 'Land där du bor', 'Skicka', 'Avbryt',
    'Lösenord', 'Logga in', 'Säkerhetskod', 'Fortsätt', 'Vill du tillåta cookies i den här webbläsaren?', 'Tillåt alla cookies', 'Avböj valfria cookies', 'Gäller din begäran AI på Meta?', 'Ja', 'Nej', 'Sök', 'Startsida', 'Hjälpcenter', 'Invänd mot att din information används för AI på Meta'],
  el: ['Ρυθμίσεις και απόρρητο', 'Κέντρο απορρήτου', 'AI στη Meta', 'Πολιτική απορρήτου', 'υποβάλετε ένσταση', 'Διεύθυνση email', 'Εξηγήστε μας πώς σας επηρεάζει αυτή η επεξεργασία', 'Χώρα διαμονής', 'Υποβολή', 'Άκυρο',
    'Κωδικός πρόσβασης', 'Σύνδεση', 'Κωδικός ασφαλείας', 'Συνέχεια', 'Να επιτρέπεται η χρήση cookies σε αυτό το πρόγραμμα περιήγησης;', 'Να επιτρέπονται όλα τα cookies', 'Απόρριψη προαιρετικών cookies', 'Το αίτημά σας αφορά την AI στη Meta;', 'Ναι', 'Όχι', 'Αναζήτηση', 'Αρχική', 'Κέντρο βοήθειας', 'Ένσταση για τη χρήση των πληροφοριών σας για την AI στη Meta'],
  cs: ['Nastavení a soukromí', 'Centrum soukromí', 'AI v Metě', 'Zásady ochrany soukromí', 'vznést námitku', 'E-mailová adresa', 'Vysvětlete, jak se vás toto zpracování dotýká', 'Země bydliště', 'Odeslat', 'Zrušit',
    'Heslo', 'Přihlásit se', 'Bezpečnostní kód', 'Pokračovat', 'Povolit používání souborů cookie v tomto prohlížeči?', 'Povolit všechny soubory cookie', 'Odmítnout volitelné soubory cookie', 'Týká se vaše žádost AI v Metě?', 'Ano', 'Ne', 'Hledat', 'Domů', 'Centrum nápovědy', 'Námitka proti použití vašich informací pro AI v Metě'],
  hu: ['Beállítások és adatvédelem', 'Adatvédelmi központ', 'MI a Metánál', 'Adatvédelmi szabályzat', 'tiltakozni', 'E-mail-cím', 'Írd le, hogyan érint téged ez az adatkezelés', 'Lakóhely szerinti ország', 'Küldés', 'Mégse',
    'Jelszó', 'Bejelentkezés', 'Biztonsági kód', 'Folytatás', 'Engedélyezed a cookie-k használatát ebben a böngészőben?', 'Az összes cookie engedélyezése', 'Nem kötelező cookie-k elutasítása', 'A kérésed a Meta MI-jével kapcsolatos?', 'Igen', 'Nem', 'Keresés', 'Kezdőlap', 'Súgóközpont', 'Tiltakozás az adataid MI-hez való felhasználása ellen'],
  da: ['Indstillinger og privatliv', 'Center for privatindstillinger', 'AI hos Meta', 'Privatlivspolitik', 'gøre indsigelse', 'Mailadresse', 'Fortæl os, hvordan behandlingen påvirker dig', 'Bopælsland', 'Send', 'Annuller',
    'Adgangskode', 'Log på', 'Sikkerhedskode', 'Fortsæt', 'Vil du tillade brugen af cookies i denne browser?', 'Tillad alle cookies', 'Afvis valgfrie cookies', 'Handler din anmodning om AI hos Meta?', 'Ja', 'Nej', 'Søg', 'Startside', 'Hjælp', 'Gør indsigelse mod, at dine oplysninger bliver brugt til AI hos Meta'],
  fi: ['Asetukset ja yksityisyys', 'Tietosuojakeskus', 'Tekoäly Metassa', 'Tietosuojakäytäntö', 'vastustaa', 'Sähköpostiosoite', 'Kerro, miten tämä käsittely vaikuttaa sinuun', 'Asuinmaa', 'Lähetä', 'Peruuta',
    'Salasana', 'Kirjaudu sisään', 'Suojauskoodi', 'Jatka', 'Sallitaanko evästeiden käyttö tässä selaimessa?', 'Salli kaikki evästeet', 'Hylkää valinnaiset evästeet', 'Koskeeko pyyntösi Metan tekoälyä?', 'Kyllä', 'Ei', 'Hae', 'Etusivu', 'Ohjekeskus', 'Vastusta tietojesi käyttöä Metan tekoälyyn'],
};
const WORDS = {};
for (const [lang, row] of Object.entries(WORD_TABLE)) WORDS[lang] = Object.fromEntries(WORD_KEYS.map((k, i) => [k, row[i]]));

// How often a page speaks another language: roughly the people in the countries
// where the form is offered.
const LANGUAGES = { fr: 17, de: 19, it: 13, es: 11, pl: 9, nl: 7, pt: 6, ro: 5, sv: 4, el: 3, cs: 3, hu: 2, da: 2, fi: 2 };

// What nobody has foreseen: other words for the same thing.
const SYNONYMS = {
  'settings-link': ['Preferences', 'Account controls', 'Manage your account', 'Options'],
  'privacy-center-link': ['Privacy hub', 'Your privacy', 'Data and privacy home', 'Privacy'],
  'ai-topic-link': ['How we use AI', 'AI and your data', 'Training our models', 'Generative AI'],
  'policy-link': ['How we use your data', 'Data policy', 'Privacy notice', 'Legal'],
  'object-link': ['opt out', 'say no', 'file an objection', 'use this form', 'here'],
  'yes-answer': ['That is right', 'It is', 'Yes, it does', 'About AI'],
  'email': ['Where can we write to you?', 'Contact address', 'Your mail', 'Reply to'],
  'explanation': ['Anything to add?', 'Your reasons', 'In your own words', 'Details'],
  'country': ['Where do you live?', 'Region', 'Location', 'Place'],
  'send': ['Done', 'Confirm', 'File my objection', 'Finish'],
  'password': ['Secret', 'Passphrase', 'Your secret word'],
  'code-field': ['Six digits', 'The number we sent you', 'PIN'],
  'cookies-decline': ['No, thanks', 'Necessary only', 'Reject all', 'Continue without'],
};
