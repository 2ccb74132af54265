// What the plain form's page can do. submit() raises no event: nobody who
// listens for one can stop it.
const values = () => new URLSearchParams(new FormData(at('form')));
const sendNow = () => HTMLFormElement.prototype.submit.call(at('form'));

on('click', (e) => {
  const pressed = hits(e, 'send') || hits(e, 'twin');
  if (pressed && page.is.validation && !checkAll()) e.preventDefault();
  if (at('yes')) refresh();
});

// Without a button, the browser sends on Enter only from a form with one field.
if (page.is.noSend) {
  on('keydown', (e) => {
    if (e.key !== 'Enter' || e.repeat || e.defaultPrevented || !(e.target instanceof HTMLInputElement) || !hits(e, 'form')) return;
    e.preventDefault();
    if (page.is.disabled && !valid() || page.is.validation && !checkAll()) return;
    at('form').requestSubmit();
  });
}
refresh();
