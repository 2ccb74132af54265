// What the scripted form's page can do: it has no form element, keeps its state
// in variables, sends by fetch and swaps its content in place.
const byID = (name) => document.getElementById(page.ids[name]);
const form = byID('form');
const email = byID('email');
const explain = byID('explain');
const send = byID('send');
let country = '';
let about = '';

const onPress = (element, act) => {
  element.addEventListener('click', act);
  element.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' && e.key !== ' ') return;
    e.preventDefault();
    act();
  });
};

const body = (input) => new URLSearchParams({
  lsd: 'AVrRehearsal',
  fb_api_req_friendly_name: 'ContactFormSubmitMutation',
  doc_id: '1',
  variables: JSON.stringify({input: {support_form_id: page.form, ...input}}),
});

const values = () => {
  const input = {[page.names.email]: email.value, [page.names.explain]: explain.value};
  if (country) input[page.names.country] = country;
  if (about) input[page.names.about] = about;
  return body(input);
};

const say = (name, into) => into.replaceChildren(byID(name).content.cloneNode(true));

const post = async (button, what) => {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  byID('alerts')?.replaceChildren();
  let outcome = 'error';
  try {
    const answer = await fetch(page.address, {method: 'POST', body: what});
    if (answer.ok) outcome = (await answer.json()).outcome;
  } catch { /* no connection: the error stays */ }
  button.removeAttribute('aria-disabled');
  if (outcome === 'thanks') {
    say('said-thanks', form);
  } else if (outcome === 'mailed-code') {
    say('said-code', form);
    onPress(byID('confirm'), () => post(byID('confirm'), body({code: byID('code').value})));
  } else {
    const alerts = byID('alerts') ?? form.insertBefore(document.createElement('div'), form.firstChild);
    alerts.id = page.ids.alerts;
    say('said-error', alerts);
    window.scrollTo(0, 0);
  }
};

const sendNow = () => post(send, values());
const pressSend = () => {
  if (!email.value.includes('@') || page.long && (!country || !explain.value.trim())) {
    say('said-missing', byID('alerts'));
    window.scrollTo(0, 0);
    return;
  }
  sendNow();
};
onPress(send, pressSend);

for (const answer of ['yes', 'no']) {
  const choice = byID(answer);
  if (!choice) continue;
  onPress(choice, () => {
    about = answer;
    for (const each of ['yes', 'no']) byID(each).setAttribute('aria-checked', String(each === answer));
    byID('rest').hidden = answer === 'no';
    byID('not-about').hidden = answer === 'yes';
  });
}

if (page.long) {
  const box = byID('country');
  const list = byID('countries');
  const open = (yes) => {
    list.hidden = !yes;
    box.setAttribute('aria-expanded', String(yes));
  };
  onPress(box, () => open(list.hidden));
  for (const option of list.children) {
    onPress(option, () => {
      for (const each of list.children) each.setAttribute('aria-selected', String(each === option));
      country = option.dataset.value;
      box.textContent = option.textContent;
      open(false);
    });
  }
}
