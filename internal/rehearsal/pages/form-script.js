// What the scripted form's page can do: it has no form element, sends by fetch
// and swaps its content in place.
const press = (name, act) => {
  on('click', (e) => { if (hits(e, name)) act(); });
  on('keydown', (e) => {
    if (!isPress(e) || !hits(e, name)) return;
    e.preventDefault();
    act();
  });
};

const body = (input) => new URLSearchParams({
  lsd: 'AVrRehearsalLsd',
  fb_api_req_friendly_name: 'ContactFormSubmitMutation',
  doc_id: '1',
  variables: JSON.stringify({input: {support_form_id: page.form, ...input}}),
});

const values = () => {
  const input = {[page.names.email]: at('email').value, [page.names.explain]: at('explain').value};
  if (at('country')) input[page.names.country] = at('country-code').value;
  if (about()) input[page.names.about] = about();
  return body(input);
};

const copy = (name) => at(name).content.cloneNode(true);
const say = (name, into) => into.replaceChildren(copy(name));
const alertWith = (name) => {
  if (!at('alerts')) {
    at('form').prepend(document.createElement('div'));
    at('form').firstChild.id = page.ids.alerts;
  }
  say(name, at('alerts'));
  scrollTo(0, 0);
};

const thank = () => {
  if (!page.is.below && !page.is.dialog) return say('said-thanks', at('form'));
  if (page.is.below) {
    for (const name of ['country-code', 'country', 'email', 'explain', 'code']) if (at(name)) at(name).value = '';
    if (at('country')?.dataset.choose) at('country').textContent = at('country').dataset.choose;
    say('said-below', at('below'));
  }
  if (page.is.dialog) {
    at('below').append(copy('said-dialog'));
    at('thanks-close').focus();
  }
};

let sending = false;
const post = async (buttons, what) => {
  if (sending) return;
  sending = true;
  const busy = (yes) => buttons.map(at).forEach((button) => button && disable(button, yes));
  busy(true);
  at('alerts')?.replaceChildren();
  let outcome = 'error';
  try {
    const answer = await fetch(page.address, {method: 'POST', body: what});
    if (answer.ok) outcome = (await answer.json()).outcome;
  } catch { /* no connection: the error stays */ }
  busy(false);
  sending = false;
  if (outcome === 'thanks') thank();
  else if (outcome === 'mailed-code') say('said-code', at('form'));
  else alertWith('said-error');
  refresh();
};

const sendNow = () => post(['send', 'twin'], values());
const pressSend = () => {
  if (page.is.disabled && !valid()) return;
  if (page.is.validation ? !checkAll() : !valid()) {
    if (!page.is.validation) alertWith('said-missing');
    return;
  }
  sendNow();
};
press('send', pressSend);
press('twin', pressSend);
press('confirm', () => post(['confirm'], body({code: at('code').value})));

if (page.is.noSend) {
  on('keydown', (e) => {
    if (e.key === 'Enter' && !e.repeat && !e.defaultPrevented && e.target instanceof HTMLInputElement && hits(e, 'rest')) pressSend();
  });
}

for (const answer of ['yes', 'no']) {
  press(answer, () => {
    for (const each of ['yes', 'no']) at(each).setAttribute('aria-checked', String(each === answer));
    refresh();
  });
}
refresh();
