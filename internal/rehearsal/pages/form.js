// What the plain form's page can do. submit() raises no event: nobody who
// listens for one can stop it.
const form = document.getElementById(page.ids.form);
const email = document.getElementById(page.ids.email);
const send = document.getElementById(page.ids.send);
const values = () => new URLSearchParams(new FormData(form));
const sendNow = () => HTMLFormElement.prototype.submit.call(form);

for (const answer of ['yes', 'no']) {
  document.getElementById(page.ids[answer])?.addEventListener('change', () => {
    document.getElementById(page.ids.rest).hidden = answer === 'no';
    document.getElementById(page.ids.notAbout).hidden = answer === 'yes';
  });
}
