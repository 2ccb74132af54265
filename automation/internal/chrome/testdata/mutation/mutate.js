// mutate(seed, count) shows one page of BASES with so many changes, and tells
// what is right on it. The same seed gives the same page.
//
// Truth of a target, in `truth`:
//   one     exactly this element is right; to find nothing is to stop
//   twins   two that lead to the same address: each is right
//   none    there is no right answer any more: removed, hidden, or two that are
//           equal in every sign and do not lead to the same address
//   covered a dialog lies over it: to find it or to find nothing is right
// Targets that the page never had are not in `truth`; whether finding one there
// would matter is the test's to say.
'use strict';

const mulberry32 = (a) => () => {
  a = (a + 0x6d2b79f5) | 0;
  let t = Math.imul(a ^ (a >>> 15), 1 | a);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

// Chance is the only source of chance of a page.
class Chance {
  constructor(seed) { this.next = mulberry32(Math.imul(seed + 1, 0x9e3779b1)); for (let i = 0; i < 4; i++) this.next(); }
  below(n) { return Math.floor(this.next() * n); }
  maybe(p) { return this.next() < p; }
  of(list) { return list[this.below(list.length)]; }
  weighted(weights) {
    let at = this.next() * Object.values(weights).reduce((a, b) => a + b, 0);
    for (const [k, w] of Object.entries(weights)) if ((at -= w) < 0) return k;
    return Object.keys(weights)[0];
  }
  id() { return 'x' + this.below(2 ** 31).toString(36); }
  shuffle(list) {
    for (let i = list.length - 1; i > 0; i--) { const j = this.below(i + 1); [list[i], list[j]] = [list[j], list[i]]; }
    return list;
  }
}

const build = (html) => { const t = document.createElement('template'); t.innerHTML = html.trim(); return t.content.firstElementChild; };

// Page is one page while it is changed.
class Page {
  constructor(base, words, lang, r) {
    Object.assign(this, { base, words, lang, r, site: SITES[base.service], truth: {}, all: new Map(), notes: [] });
    for (const a of [...document.documentElement.attributes]) document.documentElement.removeAttribute(a.name);
    document.documentElement.lang = lang;
    document.head.innerHTML = '<meta charset="utf-8"><title>Meta</title>';
    document.body.replaceWith(document.createElement('body'));
    document.body.innerHTML = base.build(this.site, words);
    this.goTo(base.at);
    scrollTo(0, 0);
    for (const el of document.querySelectorAll('[data-truth]')) { this.all.set(el.dataset.truth, el); this.truth[el.dataset.truth] = 'one'; }
  }
  goTo(address) {
    this.address = new URL(address, location).href;
    if (location.href !== this.address) history.replaceState(null, '', address);
  }
  note(what) { this.notes.push(what); }
  // one is a true element that a change may still be about, or null.
  one(fits = () => true) {
    const list = [...this.all].filter(([id, el]) => this.truth[id] === 'one' && fits(el, id));
    return list.length ? this.r.of(list) : null;
  }
  become(id, el) { el.dataset.truth = id; this.all.set(id, el); }
  holds(box, el) { for (let e = el; e; e = e.parentNode || e.host) if (e === box) return true; return false; }
  row(el) { return el.closest('[data-row]') || el; }
}

const FIELD = 'input:not([type=submit]),textarea,select,[role=textbox],[role=combobox]';
const isField = (el) => el.matches(FIELD);
const labelsOf = (el) => {
  const root = el.getRootNode(), by = el.getAttribute('aria-labelledby');
  const out = by ? by.split(' ').map((id) => root.getElementById(id)) : [...(el.labels || [])];
  return out.filter(Boolean);
};
const say = (el, words) => {
  const labels = labelsOf(el);
  if (isField(el)) {
    for (const l of labels) l.textContent = words;
    if (el.placeholder) el.placeholder = words;
  } else {
    let deep = el;
    while (deep.children.length === 1) deep = deep.firstElementChild;
    if (el.localName === 'input') el.value = words;
    else if (labels.length) labels[0].textContent = words;
    else deep.textContent = words;
  }
  if (el.hasAttribute('aria-label')) el.setAttribute('aria-label', words);
};
const said = (el) => (el.localName === 'input' ? el.value : el.textContent).trim();
// retag makes another element of it, with the same attributes and content.
const retag = (el, name, attributes = {}, without = []) => {
  const now = document.createElement(name);
  for (const a of el.attributes) if (!without.includes(a.name)) now.setAttribute(a.name, a.value);
  for (const [k, v] of Object.entries(attributes)) now.setAttribute(k, v);
  if (name !== 'input') now.append(...el.childNodes);
  el.replaceWith(now);
  return now;
};

// Ways in which a thing is there and cannot be seen.
const HIDDEN = {
  'display:none': (el) => { el.style.display = 'none'; },
  'visibility:hidden': (el) => { el.style.visibility = 'hidden'; },
  'hidden parent': (el) => { box(el).hidden = true; },
  'aria-hidden': (el) => { box(el).setAttribute('aria-hidden', 'true'); },
  'inert': (el) => { box(el).inert = true; },
  'opacity:0': (el) => { box(el).style.opacity = '0'; },
  'no size': (el) => { box(el).style.cssText = 'width:0;height:0;overflow:hidden;position:absolute'; },
  'one pixel': (el) => { box(el).style.cssText = 'width:1px;height:1px;overflow:hidden;position:absolute'; },
  'off-screen': (el) => { box(el).style.cssText = 'position:absolute;left:-9999px;top:0'; },
  'clip': (el) => { el.style.cssText = 'position:absolute;clip:rect(0 0 0 0)'; },
  'clip-path': (el) => { el.style.cssText = 'position:absolute;clip-path:inset(50%)'; },
  'collapsed details': (el) => { const d = build('<details><summary>…</summary></details>'); el.replaceWith(d); d.append(el); },
  'folded': (el) => { const b = box(el); b.style.cssText = 'max-height:0;overflow:hidden'; },
};
const box = (el) => { const b = document.createElement('div'); el.replaceWith(b); b.append(el); return b; };
// hide may have to be told that a hidden label names its field all the same.
const hide = (page, el) => { const way = page.r.of(Object.keys(HIDDEN)); HIDDEN[way](el); page.note(way); };

const copyOf = (page, el) => {
  const copy = el.cloneNode(true);
  for (const e of [copy, ...copy.querySelectorAll('*')]) { delete e.dataset.truth; if (e.id) e.id = page.r.id(); }
  return copy;
};
const put = (page, near, el) => {
  if (page.r.maybe(0.5)) near.after(el); else near.before(el);
};

// Things that are nearly it, and that a reader would tell apart. (A link with the
// very word and an unknown address is not among them: it could just as well be
// the right one, moved.) Each is put where such things stand: beside the
// right one, or in another part of the page.
const NEAR = {
  'object-link': (p) => p.r.of([
    () => `<a href="/help/contact-us/">Learn more: ${p.words.object}</a>`,
    () => `<a href="/help/1028/">${p.words.help}: ${p.words.object}</a>`,
    () => `<b>${p.words.object}</b>`,
    () => `<h3>${p.words.object}</h3>`,
    () => `<a href="${p.site.neighbour}">${p.words.object}</a>`, // of the other service
    () => `<a href="${p.site.help}${p.site.wrong}">${p.words.object}</a>`, // about third parties
    () => `<a href="${p.site.help}${p.site.contact}5512">${p.words.help}</a>`, // another contact form
    () => `<button type="button">${p.words.object}</button>`,
    () => `<span role="button" tabindex="0">${p.words.object}…</span>`,
  ])(),
  'settings-link': (p) => p.r.of([`<a href="/ads/preferences/">${p.words.settings}: Ads</a>`, `<h3>${p.words.settings}</h3>`, `<a href="/help/settings/">${p.words.help}: ${p.words.settings}</a>`, `<span>${p.words.settings}</span>`]),
  'privacy-center-link': (p) => p.r.of([`<a href="/privacy/guide/teens/">${p.words.center}: Teens</a>`, `<h3>${p.words.center}</h3>`, `<a href="/privacy/checkup/">Privacy Checkup</a>`, `<span>${p.words.center}</span>`]),
  'ai-topic-link': (p) => p.r.of([`<a href="/privacy/dialog/ai-partners/">${p.words.topic}: partners</a>`, `<h3>${p.words.topic}</h3>`, `<a href="/ai/">Meta AI</a>`, `<p>${p.words.topic}</p>`]),
  'policy-link': (p) => p.r.of([`<a href="/policies/cookies/">Cookies Policy</a>`, `<h3>${p.words.policy}</h3>`, `<a href="/legal/ai-terms/">AI terms</a>`, `<a href="/help/77/">${p.words.help}: ${p.words.policy}</a>`]),
  'yes-answer': (p) => p.r.of([`<div><p>Was this page helpful?</p><button type="button">${p.words.yes}</button> <button type="button">${p.words.no}</button></div>`, `<p>${p.words.yes}</p>`, `<button type="button">${p.words.yes}, ${p.words.help}</button>`]),
  'email': (p) => p.r.of([
    `<aside><form method="post"><label>${p.words.email} <input type="email" name="email"></label><button type="submit">OK</button></form></aside>`,
    `<div role="search"><input type="search" placeholder="${p.words.search}"></div>`, `<label>${p.words.search} <input type="text" name="query"></label>`,
    `<label>Repeat: ${p.words.email} <input type="email" name="email_again"></label>`, `<label>Name <input type="text" name="name" autocomplete="name"></label>`,
    '<label>+49 <input type="tel" name="mobile_number"></label>', `<div role="button" tabindex="0" aria-label="${p.words.help}">?</div>`]),
  'explanation': (p) => p.r.of([
    '<aside><p>Feedback</p><textarea name="feedback" aria-label="Feedback"></textarea><button type="button">Send feedback</button></aside>',
    '<label>Anything else <textarea name="Field9911"></textarea></label>', `<p>${p.words.explain}</p>`, `<button type="button" aria-label="${p.words.help}">?</button>`]),
  'country': (p) => p.r.of(['<label>Language <select name="language"><option>Deutsch<option>Français</select></label>', '<label>Prefix <select name="phone_prefix"><option>+49<option>+33</select></label>', `<p>${p.words.country}</p>`]),
  'send': (p) => p.r.of([`<button type="button">${p.words.cancel}</button>`, `<div role="button" tabindex="0">${p.words.cancel}</div>`, `<button type="reset">${p.words.cancel}</button>`, `<a role="button" href="/help/">${p.words.help}</a>`, `<button type="submit" name="back">${p.words.cancel}</button>`, `<p>${p.words.send}</p>`]),
  'password': (p) => p.r.of(['<a href="/recover/">Forgotten?</a>', '<button type="button">Show</button>', `<p>${p.words.password}</p>`]),
  'code-field': (p) => p.r.of([`<label>${p.words.search} <input type="search"></label>`, '<label>Postal code <input name="postal_code" autocomplete="postal-code"></label>', `<p>${p.words.code}</p>`, '<label>Name this browser <input name="browser"></label>']),
  'cookies-decline': (p) => p.r.of([`<a href="/policies/cookies/">${p.words.decline}?</a>`, `<p>${p.words.decline}</p>`, '<button type="button">Manage cookies</button>', `<h3>${p.words.decline}</h3>`]),
};
// What may stand anywhere and sounds like more than it is.
const TALK = (p) => p.r.of([
  `<p>${p.words.title}</p>`, `<h3><a href="/help/4/">${p.words.title}</a></h3>`, `<h3>${p.words.title}</h3>`,
  `<p>${p.words.password}: never share it.</p>`, '<p>After you have sent it, we write to you: We will honour your objection.</p>',
  '<li>What happens if you have already objected?</li>', '<p>Is this content not available right now? Try again later.</p>',
  '<aside><h4>Something went wrong with your photos?</h4><a href="/help/9/">Read more</a></aside>',
  '<div role="dialog" aria-label="Chat" style="position:fixed;right:0;bottom:0;width:220px;height:160px;background:#eee"><p>Chat</p><textarea aria-label="Message"></textarea><button type="button">Send</button></div>',
]);

// CHANGES: how a page may differ from what was seen. `often` is how likely each
// is, relative to the others. It follows what changed between two versions of the
// same pages of 30 sites (arXiv 2505.16424: class 20 %, id 13 %, href 12 %, role
// 15 % but the kind of element 1 %, visible text 5 %, name 5 %, type 4 %); what is
// not in those figures is an assumption, and stands here for all to see. `stage`
// is the order in which they are made. `make` returns false if it has nothing to
// do on this page; another change is drawn then.
const CHANGES = {
  language: { often: 10, stage: 0, make: () => true }, // the page was built in it
  classes: {
    often: 20, stage: 3, make(p) {
      for (const el of document.querySelectorAll('[class]')) el.className = p.r.id() + ' ' + p.r.id();
      if (p.r.maybe(0.35)) return true; // ids stay more often than classes
      for (const el of document.querySelectorAll('[id]')) {
        const id = p.r.id();
        for (const l of document.querySelectorAll(`[for="${el.id}"]`)) l.setAttribute('for', id);
        for (const l of document.querySelectorAll(`[aria-labelledby="${el.id}"]`)) l.setAttribute('aria-labelledby', id);
        el.id = id;
      }
      return true;
    },
  },
  wrapped: {
    often: 10, stage: 4, make(p) {
      const got = p.one();
      if (!got) return false;
      for (let n = 1 + p.r.below(6); n > 0; n--) {
        const b = document.createElement(getComputedStyle(got[1]).display === 'inline' ? 'span' : 'div');
        got[1].replaceWith(b);
        b.append(got[1]);
      }
      return true;
    },
  },
  split: {
    often: 6, stage: 4, make(p) {
      const got = p.one();
      if (!got) return false;
      const el = isField(got[1]) ? labelsOf(got[1])[0] : got[1];
      if (!el || el.localName === 'input' || el.querySelector('input')) return false;
      const words = el.textContent.trim();
      const cut = 1 + p.r.below(Math.max(1, words.length - 1));
      const odd = (s) => [...s].map((c) => (c === ' ' ? p.r.of([' ', '\u00a0', '\u202f']) : p.r.maybe(0.1) ? c + p.r.of(['\u00ad', '\u200b']) : c)).join('');
      el.innerHTML = '<span></span><span><span></span></span>';
      el.firstChild.textContent = odd(words.slice(0, cut));
      el.lastChild.firstChild.textContent = odd(words.slice(cut));
      return true;
    },
  },
  address: {
    often: 12, stage: 2, make(p) {
      const got = p.one((el) => el.hasAttribute('href'));
      if (!got || p.r.maybe(0.2)) {
        const way = p.r.of(['?locale=xx_XX', '?entry_point=footer&ref=1', '#top', '?next=%2Fcontact%2F1']);
        p.goTo(location.pathname + way);
        p.note('page' + way);
        return true;
      }
      const el = got[1], url = new URL(el.href), ways = {
        query: () => { url.search = '?locale=fr_FR&ref=box'; el.href = url; },
        fragment: () => { url.hash = 'rights'; el.href = url; },
        slash: () => { url.pathname = url.pathname.endsWith('/') && url.pathname !== '/' ? url.pathname.slice(0, -1) : url.pathname + (url.pathname.endsWith('/') ? '' : '/'); el.href = url; },
        shim: () => { el.href = `https://l.${p.base.service}.com/l.php?u=${encodeURIComponent(url)}&h=AT1`; },
        locale: () => { if (url.hostname === 'www.facebook.com') url.hostname = 'fr-fr.facebook.com'; el.href = url; },
        moved: () => { p.moved = got[0]; el.href = got[0] === 'object-link' ? p.site.help + p.site.contact + '8' + p.r.below(1e9) : '/hub/' + p.r.id() + '/'; },
      };
      const way = p.r.weighted({ query: 30, fragment: 10, slash: 15, shim: 15, locale: 10, moved: 20 });
      ways[way]();
      p.note(`${got[0]} ${way}`);
      return true;
    },
  },
  attributes: {
    often: 9, stage: 2, make(p) {
      const has = (el) => ['href', 'name', 'type', 'autocomplete', 'inputmode', 'id', 'aria-label'].filter((a) => el.hasAttribute(a));
      const got = p.one((el, id) => has(el).length > 0 && id !== 'password');
      if (!got) return false;
      const [id, el] = got, list = p.r.shuffle(has(el));
      const gone = list.slice(0, p.r.weighted({ 1: 60, 2: 30, 9: 10 }));
      for (const a of gone) el.removeAttribute(a);
      if (gone.includes('href') && p.r.maybe(0.8)) { el.setAttribute('role', 'link'); el.tabIndex = 0; }
      p.note(`${id} without ${gone}`);
      return true;
    },
  },
  reworded: {
    often: 5, stage: 1, make(p) {
      const got = p.one();
      if (!got) return false;
      const words = p.r.of(SYNONYMS[got[0]]);
      say(got[1], words);
      p.note(`${got[0]}: ${words}`);
      return true;
    },
  },
  role: {
    often: 5, stage: 2, make(p) {
      const got = p.one((el, id) => id !== 'password');
      if (!got) return false;
      const [id, el] = got;
      const part = (name, attributes, without) => { p.become(id, retag(el, name, attributes, without)); p.note(`${id}: ${name} ${Object.values(attributes)}`); };
      const flat = ['href', 'type', 'name', 'value'];
      if (el.localName === 'input') {
        const way = id === 'email' ? p.r.of([{ autocomplete: 'email' }, { inputmode: 'email' }, {}]) : p.r.of([{ inputmode: 'numeric' }, { autocomplete: 'one-time-code' }, {}]);
        part('input', { type: 'text', ...way }, ['type', 'autocomplete', 'inputmode']);
      } else if (id === 'explanation') part('div', { contenteditable: 'true', role: 'textbox', 'aria-multiline': 'true', style: 'min-height:4em;border:1px solid', ...(labelsOf(el)[0] && { 'aria-label': labelsOf(el)[0].textContent }) }, ['name', 'rows']);
      else if (id === 'country') {
        const name = labelsOf(el)[0]?.textContent;
        if (el.localName === 'select') { const b = retag(el, 'div', { role: 'combobox', tabindex: '0', ...(name && { 'aria-label': name }) }, ['name']); b.textContent = '–'; p.become(id, b); p.note('country: combobox'); } else return false;
      } else if (el.localName === 'a') {
        const way = p.r.weighted({ 'div link': 35, 'span link': 20, 'div button': 15, 'a menuitem': 20, 'div menuitem': 10 }).split(' ');
        part(way[0], { role: way[1], tabindex: '0' }, way[0] === 'a' ? [] : flat);
      } else if (id === 'yes-answer' && p.r.maybe(0.5)) {
        if (p.r.maybe(0.5)) {
          const l = build('<label><input type="radio" name="about" value="1"> </label>');
          l.append(said(el)); el.replaceWith(l); p.become(id, l.firstElementChild); p.note('yes: radio');
        } else part('a', { href: p.site.help + p.site.form }, flat);
      } else if (el.localName === 'button' && p.r.maybe(0.3)) {
        const words = said(el), now = retag(el, 'input', { type: el.type === 'submit' ? 'submit' : 'button', value: words });
        p.become(id, now); p.note(`${id}: input ${now.type}`);
      } else part(p.r.of(['div', 'span', 'a']), { role: 'button', tabindex: '0' }, flat);
      return true;
    },
  },
  'hidden copies': {
    often: 8, stage: 6, make(p) {
      const got = p.one();
      if (!got) return false;
      const row = p.row(got[1]);
      for (let n = 1 + p.r.below(3); n > 0; n--) {
        const copy = copyOf(p, row);
        if (p.r.maybe(0.7)) put(p, row, copy); else document.body.prepend(copy);
        hide(p, copy);
      }
      return true;
    },
  },
  'near it': {
    often: 10, stage: 5, make(p) {
      const got = p.r.maybe(0.8) && p.one();
      const near = got ? p.row(got[1]) : document.querySelector('main h1, main [role=heading], main h2');
      const html = got ? NEAR[got[0]](p) : TALK(p);
      const el = build(html);
      // What is asked about the page stands beside its question, not among the answers.
      if (/^<div><p>/.test(html)) put(p, near.closest('[data-block]') || near, el);
      else if (p.r.maybe(0.6)) put(p, near, el);
      else if (p.r.maybe(0.5)) document.querySelector('footer').append(el);
      else (near.closest('[data-mix]') || near.parentElement).append(el);
      p.note(html.slice(0, 90));
      return true;
    },
  },
  twin: {
    often: 3, stage: 7, make(p) {
      const got = p.one();
      if (!got) return false;
      const [id, el] = got, row = p.row(el), copy = copyOf(p, row);
      const twin = copy.matches(FIELD + ',a,button,input,[role]') ? copy : copy.querySelector(FIELD);
      put(p, row, copy);
      p.truth[id] = 'none';
      const href = el.getAttribute('href');
      if (href && twin.matches('a')) {
        const elsewhere = id === 'object-link' ? p.site.help + p.site.otherForm : p.site.twin[id];
        if (!elsewhere || p.moved === id || p.r.maybe(0.6)) { twin.dataset.truth = id; p.truth[id] = 'twins'; } else twin.href = elsewhere;
      }
      p.note(`${id} ${p.truth[id]}`);
      return true;
    },
  },
  removed: {
    often: 3, stage: 8, make(p) {
      const got = p.one();
      if (!got) return false;
      const [id, el] = got;
      if (isField(el) && p.r.maybe(0.6)) p.row(el).remove();
      else if (!isField(el) && p.r.maybe(0.4)) el.replaceWith(said(el)); // the words stay
      else el.remove();
      p.truth[id] = 'none';
      p.note(id);
      return true;
    },
  },
  hidden: {
    often: 2, stage: 8, make(p) {
      const got = p.one();
      if (!got) return false;
      hide(p, got[1]);
      p.truth[got[0]] = 'none';
      p.note(got[0]);
      return true;
    },
  },
  shuffled: {
    often: 8, stage: 9, make(p) {
      for (const list of document.querySelectorAll('[data-mix]')) list.append(...p.r.shuffle([...list.children]));
      return true;
    },
  },
  filler: {
    often: 6, stage: 9, make(p) {
      let html = '';
      for (let i = 0; i < 90; i++) html += `<div class="${p.r.id()}"><div role="button" tabindex="0"><span>♥ ${i}</span></div><a href="/p/${i}/"><span>Post <b>${i}</b></span></a><p>A <i>day</i> at the lake.</p></div>`;
      document.querySelector('main').append(build(`<section>${html}</section>`));
      return true;
    },
  },
  shadow: {
    often: 2, stage: 10, make(p) {
      const got = p.one();
      if (!got) return false;
      const whole = p.r.maybe(0.4) && got[1].closest('[data-block]');
      const row = whole || p.row(got[1]), host = document.createElement('div');
      row.replaceWith(host);
      host.attachShadow({ mode: 'open' }).append(row);
      p.note(whole ? 'the whole block' : got[0]);
      return true;
    },
  },
  'in a dialog': {
    often: 2, stage: 11, make(p) {
      const block = document.querySelector('[data-block]');
      if (!block || block.style.position === 'fixed' || !/form|sign-in|code|center|topic|question/.test(p.base.name)) return false;
      const native = p.r.maybe(0.4);
      const d = build(native ? '<dialog></dialog>' : dialog('').replace('data-block', ''));
      for (const [id, el] of p.all) if (!p.holds(block, el) && p.truth[id] !== 'none') p.truth[id] = 'covered';
      d.append(block);
      document.body.append(d);
      if (native) d.showModal();
      return true;
    },
  },
  'dialog over it': {
    often: 4, stage: 12, make(p) {
      const kind = p.r.weighted({ cookies: 30, notice: 30, alert: 15, survey: 15, newsletter: 10 });
      const html = {
        cookies: cookieBox(p.words), notice: '<h2>Turn on notifications?</h2><button type="button">Not now</button><button type="button">Turn on</button>',
        alert: '<h2>Save your login?</h2><button type="button">OK</button>', survey: '<h2>Tell us about your visit</h2><textarea aria-label="Your visit"></textarea><button type="button">Send</button>',
        newsletter: '<h2>News</h2><label>Email <input type="email" name="email"></label><button type="button">OK</button>',
      }[kind];
      if (kind === 'cookies' && p.all.has('cookies-decline')) return false;
      for (const id of p.all.keys()) if (p.truth[id] === 'one' || p.truth[id] === 'twins') p.truth[id] = 'covered';
      const below = document.querySelector('dialog[open]'); // lies over everything that is no such dialog
      const d = build(below ? `<dialog>${html}</dialog>` : dialog(html, kind === 'alert' ? 'role="alertdialog" aria-modal="true"' : undefined));
      document.body.append(d);
      if (below) d.showModal();
      p.note(kind);
      p.over = kind;
      if (kind === 'cookies') {
        const el = document.querySelector('[data-truth=cookies-decline]');
        p.become('cookies-decline', el);
        p.truth['cookies-decline'] = 'one';
      }
      return true;
    },
  },
  disabled: {
    often: 2, stage: 13, make(p) {
      const got = p.one((el, id) => !/link/.test(id));
      if (!got) return false;
      if ('disabled' in got[1] && p.r.maybe(0.6)) got[1].disabled = true; else got[1].setAttribute('aria-disabled', 'true');
      p.note(got[0]);
      return true;
    },
  },
};

const mutate = (seed, count) => {
  const r = new Chance(seed), base = BASES[seed % BASES.length];
  // Drawn without putting back, then made in the order of their stages. One that
  // has nothing to do makes room for the next.
  const bag = Object.fromEntries(Object.entries(CHANGES).map(([k, c]) => [k, c.often])), order = [];
  while (Object.keys(bag).length) { const k = r.weighted(bag); delete bag[k]; order.push(k); }
  let tried = order.slice(0, count);
  for (let spare = count; ; spare++) {
    const again = new Chance(seed ^ 0x5bd1e995);
    const lang = tried.includes('language') ? again.weighted(LANGUAGES) : 'en';
    const page = new Page(base, WORDS[lang], lang, again);
    const idle = [];
    const made = tried.slice().sort((a, b) => CHANGES[a].stage - CHANGES[b].stage).map((k) => {
      page.notes = [];
      if (!CHANGES[k].make(page)) { idle.push(k); return null; }
      return k + (k === 'language' ? ` (${lang})` : page.notes.length ? ` (${page.notes.join('; ')})` : '');
    }).filter(Boolean);
    if (!idle.length || spare >= order.length) return report(page, seed, made, tried.filter((k) => !idle.includes(k)));
    tried = tried.filter((k) => k !== idle[0]).concat(order[spare]);
  }
};

const report = (page, seed, made, kinds) => {
  const odd = location.href === page.address ? [] : [location.href];
  for (const [id, el] of page.all) {
    if (page.truth[id] !== 'one') continue;
    const seen = el.isConnected && el.dataset.truth === id && el.getClientRects().length > 0 && el.checkVisibility({ visibilityProperty: true });
    if (!seen) odd.push(id);
  }
  return { seed, base: page.base.name, service: page.base.service, place: page.base.place, must: page.base.must, made, kinds, truth: page.truth, odd, over: page.over || '' };
};
