// What both markups of the form have in common. Elements are looked up when they
// are needed, events are heard at the root, and no state is kept outside the
// elements: a form that comes late or is rendered anew works like any other.
let root = page.is.shadow ? null : document;
const heard = [];
const on = (kind, act) => {
  heard.push([kind, act]);
  root?.addEventListener(kind, act);
};
const at = (name) => root?.getElementById(page.ids[name]) ?? null;
const hits = (e, name) => at(name)?.contains(e.target) ?? false;
const isPress = (e) => e.key === 'Enter' || e.key === ' ';

const about = () => ['yes', 'no'].find((a) => at(a)?.checked || at(a)?.getAttribute('aria-checked') === 'true') ?? '';
const filled = {
  about: () => !at('yes') || about() === 'yes',
  country: () => !at('country') || at('country-code').value !== '',
  email: () => /^\S+@\S+$/.test(at('email').value.trim()),
  explain: () => !page.explains || at('explain').value.trim() !== '',
};
const valid = () => Object.values(filled).every((is) => is());

const disable = (button, yes) => {
  if (button instanceof HTMLButtonElement) button.disabled = yes;
  else if (yes) button.setAttribute('aria-disabled', 'true');
  else button.removeAttribute('aria-disabled');
};

// refresh makes the page show what follows from the fields.
const refresh = () => {
  if (!at('email')) return; // not there yet, or no longer
  if (at('yes')) {
    at('rest').hidden = about() !== 'yes';
    at('not-about').hidden = about() !== 'no';
  }
  if (page.is.steps) {
    let open = true;
    for (const step of ['country', 'email', 'explain', 'send', 'twin']) {
      const section = at(step + '-field');
      if (!section) continue;
      section.hidden = !open;
      if (filled[step]) open &&= filled[step]();
    }
  }
  if (page.is.disabled) {
    for (const name of ['send', 'twin']) if (at(name)) disable(at(name), !valid());
  }
  if (at('countries')) at('country').setCustomValidity?.(filled.country() ? '' : at('country-wrong').textContent);
};

// The page's own check says beside each field what is wrong with it.
const fields = ['country', 'email', 'explain'];
const check = (name) => {
  const right = filled[name]();
  at(name + '-wrong').hidden = right;
  const field = at(name);
  if (right) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  } else {
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', page.ids[name + '-wrong']);
  }
  return right;
};
const checkAll = () => {
  const wrong = fields.filter((name) => at(name) && !check(name));
  if (wrong.length) at(wrong[0]).focus();
  return wrong.length === 0;
};
on('focusout', (e) => {
  const name = fields.find((one) => at(one) === e.target);
  if (page.is.validation && name) check(name);
});
on('input', (e) => {
  if (at('country') === e.target && at('countries')) {
    at('country-code').value = '';
    show(e.target.value);
  }
  refresh();
  const name = fields.find((one) => at(one) === e.target);
  if (name && e.target.hasAttribute('aria-invalid')) check(name);
});

// The list of countries: typing filters it, a click or Enter picks.
const bare = (text) => text.normalize('NFD').replace(/[\u0300-\u036f\u00ad\u200e\u200f]/g, '').replace(/\s+/g, ' ').trim().toLowerCase();
const entries = () => [...at('countries').querySelectorAll('[data-value]')];
const shown = () => entries().filter((entry) => !(entry.closest('li') ?? entry).hidden);
const expand = (yes) => {
  at('countries').hidden = !yes;
  if (at('country').role === 'combobox') at('country').setAttribute('aria-expanded', String(yes));
  if (!yes) mark(null);
};
const show = (typed) => {
  for (const entry of entries()) (entry.closest('li') ?? entry).hidden = !bare(entry.textContent).includes(bare(typed));
  expand(true);
};
const mark = (entry) => {
  for (const each of entries()) each.toggleAttribute('data-active', each === entry);
  if (entry?.id) at('country').setAttribute('aria-activedescendant', entry.id);
  else at('country').removeAttribute('aria-activedescendant');
  entry?.scrollIntoView({block: 'nearest'});
};
const pick = (entry) => {
  const box = at('country');
  for (const each of entries()) if (each.role === 'option') each.setAttribute('aria-selected', String(each === entry));
  at('country-code').value = entry.dataset.value;
  if (box instanceof HTMLInputElement) box.value = entry.textContent.trim();
  else box.textContent = entry.textContent.trim();
  expand(false);
  if (box.hasAttribute('aria-invalid')) check('country');
  refresh();
};
on('mousedown', (e) => { if (hits(e, 'countries')) e.preventDefault(); }); // the field keeps the focus
on('click', (e) => {
  if (!at('countries')) return;
  const entry = e.target.closest('[data-value]');
  if (entry && hits(e, 'countries')) {
    e.preventDefault();
    pick(entry);
  } else if (hits(e, 'country')) {
    if (at('country') instanceof HTMLInputElement || at('countries').hidden) show('');
    else expand(false);
  } else {
    expand(false);
  }
});
on('focusout', (e) => {
  if (at('countries') && hits(e, 'country') && !at('countries').contains(e.relatedTarget)) expand(false);
});
on('keydown', (e) => {
  if (!at('countries') || !hits(e, 'country') && !hits(e, 'countries')) return;
  const typed = at('country') instanceof HTMLInputElement;
  const open = !at('countries').hidden;
  const now = shown().find((entry) => entry.hasAttribute('data-active') || entry === e.target);
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault();
    if (!open) return show('');
    const step = e.key === 'ArrowDown' ? 1 : -1;
    mark(shown().at((shown().indexOf(now) + step + (now || step > 0 ? 0 : 1)) % shown().length) ?? null);
  } else if (e.key === 'Escape' && open) {
    e.preventDefault();
    expand(false);
  } else if (e.key === 'Enter' && (open || !typed) || e.key === ' ' && !typed) {
    e.preventDefault();
    const first = typed && at('country').value ? shown()[0] : undefined;
    if (open && (now ?? first)) pick(now ?? first);
    else if (!typed) open ? expand(false) : show('');
  }
});

on('click', (e) => { if (hits(e, 'thanks-close')) at('thanks-dialog').remove(); });

if (page.is.shadow) {
  customElements.define('contact-form', class extends HTMLElement {
    connectedCallback() {
      if (!this.shadowRoot || root === this.shadowRoot) return;
      root = this.shadowRoot;
      for (const [kind, act] of heard) root.addEventListener(kind, act);
      refresh();
    }
  });
}
new MutationObserver(refresh).observe(document, {childList: true, subtree: true});
addEventListener('pageshow', refresh); // fields that the browser has put back
