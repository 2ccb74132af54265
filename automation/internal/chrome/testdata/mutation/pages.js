// The pages before anything is changed. data-truth names the right element of a
// target; no locator can read it. data-row is a label with its field, data-block
// what belongs to the task of the page, data-mix a list in any order.
'use strict';

const SITES = {
  facebook: {
    www: 'https://www.facebook.com', help: 'https://www.facebook.com', center: 'https://www.facebook.com',
    settings: '/settings/', centerPath: '/privacy/center/', topic: '/privacy/genai/', policy: '/privacy/policy/', login: '/login/', code: '/two_step_verification/two_factor/',
    form: '/help/contact/712876720715583', otherForm: '/help/contact/6359191084165019', wrong: '/help/contact/510058597920541', contact: '/help/contact/',
    twin: { 'settings-link': 'https://m.facebook.com/settings/', 'privacy-center-link': 'https://m.facebook.com/privacy/center/', 'policy-link': 'https://m.facebook.com/privacy/policy/' },
    neighbour: 'https://help.instagram.com/contact/767264225370182', country: 'Field330518_iso2_country_code',
  },
  instagram: {
    www: 'https://www.instagram.com', help: 'https://help.instagram.com', center: 'https://privacycenter.instagram.com',
    settings: '/accounts/edit/', centerPath: '/', topic: '/privacy/genai/', policy: '/policy/', login: '/accounts/login/', code: '/auth_platform/codeentry/',
    form: '/contact/767264225370182', otherForm: '/contact/233964459562201', wrong: '/contact/510058597920541', contact: '/contact/',
    twin: { 'settings-link': 'https://www.instagram.com/accounts/settings/', 'privacy-center-link': 'https://www.instagram.com/privacy/center/', 'policy-link': 'https://help.instagram.com/policies/privacy/' },
    neighbour: 'https://www.facebook.com/help/contact/712876720715583', country: 'Field330518_iso2_country_code',
  },
};
const addressOf = (s, id) => ({
  'settings-link': s.www + s.settings, 'privacy-center-link': s.center + s.centerPath, 'ai-topic-link': s.center + s.topic,
  'policy-link': s.center + s.policy, 'object-link': s.help + s.form,
})[id];

const linkTo = (s, id, words) => `<a class="x1i10hfl" href="${addressOf(s, id)}" data-truth="${id}"><span class="x193iq5w">${words}</span></a>`;
const other = (path, words) => `<li><a class="x1i10hfl" href="${path}">${words}</a></li>`;

// Every page has the frame of such sites: a search box, a menu, a foot.
const framed = (s, w, body, { menu = '', foot = '', bare = false } = {}) => `
<div id="mount_0_0" class="x9f619">
${bare ? '' : `<header role="banner"><a href="${s.www}/" aria-label="${w.home}">●</a>
<form role="search"><input type="search" name="q" id="q" aria-label="${w.search}" placeholder="${w.search}"></form>
<nav role="navigation"><ul data-mix>${other('/friends/', 'Alex Muster')}${other('/watch/', 'Reels')}${other('/messages/', 'Messenger')}${menu}</ul></nav></header>`}
<main role="main"><div data-mix class="x78zum5">${body}</div></main>
<footer role="contentinfo"><ul data-mix>${other('/about/', 'Meta')}${other('/help/', w.help)}${other('/careers/', 'Jobs')}${other('/policies/cookies/', 'Cookies')}${foot}</ul></footer>
</div>`;

const item = (html) => `<li>${html}</li>`;

const homePage = (s, w) => framed(s, w,
  `<section><h2>${w.home}</h2><article><h3>Sam</h3><p>A day at the lake.</p><div role="button" tabindex="0">♥ 12</div></article><article><h3>Kim</h3><p>New bike.</p></article></section>
  <div role="menu" data-block data-mix>${item(linkTo(s, 'settings-link', w.settings))}${item(`<a href="/help/support/">${w.help}</a>`)}${item('<div role="button" tabindex="0">Dark mode</div>')}</div>`,
  { foot: item(linkTo(s, 'privacy-center-link', w.center)) });

const settingsPage = (s, w) => framed(s, w,
  `<h1>${w.settings}</h1><aside data-block><ul data-mix>${other('/settings/notifications/', 'Notifications')}${other('/settings/language/', 'Deutsch, Français')}
  ${item(linkTo(s, 'privacy-center-link', w.center))}${other('/settings/ads/', 'Ads')}</ul></aside><section><h2>Profile</h2><div role="button" tabindex="0">Alex</div></section>`,
  { foot: item(linkTo(s, 'policy-link', w.policy)) });

const centerPage = (s, w) => framed(s, w,
  `<h1>${w.center}</h1><section data-block><h2>${w.topic}: 2025</h2><p>We use what you share.</p><p>…, ${linkTo(s, 'object-link', w.object)}, …</p></section>
  <section><h2>Topics</h2><ul data-mix>${item(linkTo(s, 'ai-topic-link', w.topic))}${other('/privacy/guide/security/', 'Security')}${other('/privacy/guide/location/', 'Location')}</ul></section>
  <section><h2>More</h2><ul data-mix>${item(linkTo(s, 'policy-link', w.policy))}${other('/privacy/policies/other/', 'Terms')}</ul></section>`);

const topicPage = (s, w) => framed(s, w,
  `<h1>${w.topic}</h1><section><p>How models learn.</p><p>${'Public posts, photos and captions. '.repeat(8)}</p></section>
  <section data-block><h2>Your rights</h2><p>…, ${linkTo(s, 'object-link', w.object)}.</p></section><section><h2>More</h2><a href="/privacy/guide/ads/">Ads</a></section>`);

const policyPage = (s, w) => framed(s, w,
  `<h1>${w.policy}</h1><section><h2>1.</h2><p>${'What we collect and why. '.repeat(20)}</p></section>
  <section data-block><h2>9.</h2><p>… ${linkTo(s, 'object-link', w.object)} …</p></section><section><h2>10.</h2><p>${'How to reach us. '.repeat(10)}</p></section>`);

const questionPage = (s, w) => framed(s, w,
  `<h1>${w.policy}</h1><section data-block><h2>${w.question}</h2><div data-mix><button type="button" class="x1n2onr6" data-truth="yes-answer">${w.yes}</button><button type="button">${w.no}</button></div></section><section><p>${'What we collect and why. '.repeat(12)}</p></section>`);

// The plain form is a form of the old kind; the script form has no form element,
// generated ids and elements that only play their roles.
const row = (html) => `<div class="x1n2onr6" data-row>${html}</div>`;
const plainForm = (s, w, long) => framed(s, w,
  `<h1>${w.title}</h1><p>${'We use public information for this. '.repeat(long ? 12 : 6)}</p>
  <form action="/ajax/help/contact/submit/page" method="post" data-block><input type="hidden" name="lsd" value="x"><input type="hidden" name="jazoest" value="2"><input type="hidden" name="support_form_id" value="1"><div data-mix>
  ${long ? row(`<label for="u_0_1">${w.country}</label><select id="u_0_1" name="${s.country}" data-truth="country"><option value="">–<option value="DE">Deutschland<option value="FR">France</select>`) : ''}
  ${row(`<label for="u_0_2">${w.email}</label><input id="u_0_2" type="email" name="email" autocomplete="email" value="alex@mail.example" data-truth="email">`)}
  ${row(`<label for="u_0_3">${w.explain}</label><textarea id="u_0_3" name="Field7183" rows="4" data-truth="explanation"></textarea>`)}</div>
  <div data-mix><button type="submit" class="_42ft" data-truth="send">${w.send}</button></div></form>`);

const scriptForm = (s, w, long) => framed(s, w,
  `<div role="heading" aria-level="1">${w.title}</div><p>${'We use public information for this. '.repeat(long ? 12 : 6)}</p>
  <div data-block><div data-mix>
  ${long ? row(`<span id="_r_1_">${w.country}</span><div role="combobox" tabindex="0" aria-haspopup="listbox" aria-expanded="false" aria-labelledby="_r_1_" data-truth="country">–</div>`) : ''}
  ${row(`<span id="_r_2_">${w.email}</span><input id="_r_6_" type="${long ? 'text' : 'email'}" ${long ? 'autocomplete="email" ' : ''}dir="ltr" aria-labelledby="_r_2_" data-truth="email">`)}
  ${row(`<span id="_r_3_">${w.explain}</span><textarea id="_r_7_" dir="auto" aria-labelledby="_r_3_" data-truth="explanation"></textarea>`)}</div>
  <div data-mix><div role="button" tabindex="0" class="x1i10hfl" aria-label="${w.send}" data-truth="send"><span><span>${w.send}</span></span></div></div></div>`);

const signInPage = (s, w) => framed(s, w,
  `<h1>${w.login}</h1><form action="/login/device-based/" method="post" data-block><div data-mix>${row(`<label for="_r_4_">${w.email}</label><input id="_r_4_" type="text" name="${s === SITES.facebook ? 'email' : 'username'}" autocomplete="username" data-truth="email">`)}
  ${row(`<label for="_r_5_">${w.password}</label><input id="_r_5_" type="password" name="pass" autocomplete="current-password" data-truth="password">`)}</div><button type="submit" name="login">${w.login}</button></form>`, { bare: true });

const codePage = (s, w) => framed(s, w,
  `<h1>${w.code}</h1><form method="post" data-block>${row(`<label for="_r_8_">${w.code}</label><input id="_r_8_" type="text" ${s === SITES.facebook ? 'name="approvals_code"' : 'inputmode="numeric"'} autocomplete="one-time-code" data-truth="code-field">`)}<div data-mix><div role="button" tabindex="0">${w.onward}</div><a href="/help/">${w.help}</a></div></form>`, { bare: true });

const cookieBox = (w) => `<h2>${w.cookies}</h2><p>Cookies.</p><div data-mix><button type="button" class="_42ft">${w.accept}</button><button type="button" class="_42ft" data-truth="cookies-decline">${w.decline}</button></div>`;
const cookiePage = (s, w) => homePage(s, w).replaceAll('data-block', '') + dialog(cookieBox(w));
const dialog = (html, attributes = 'role="dialog" aria-modal="true"') => `<div ${attributes} data-block style="position:fixed;inset:12% 20%;background:#fff;border:1px solid;z-index:9">${html}</div>`;

// Pages that are not what one could take them for.
const wrongForm = (s, w) => framed(s, w,
  `<h1>Data Subject Rights for Third Party Information Used for AI at Meta</h1><form method="post" data-block><div data-mix>${row(`<label for="a">${w.email}</label><input type="email" id="a" name="email">`)}
  ${row('<label for="b">Evidence</label><input type="file" id="b" name="file">')}${row(`<label for="c">${w.explain}</label><textarea id="c"></textarea>`)}</div><button type="submit">${w.send}</button></form>`);
const otherContact = (s, w) => framed(s, w,
  `<h1>${w.help}</h1><form method="post" data-block><div data-mix>${row(`<label for="a">${w.email}</label><input type="email" id="a" name="email">`)}${row('<label for="c">Which product is it about?</label><textarea id="c" name="Field1"></textarea>')}</div><button type="submit">${w.send}</button></form>
  <aside><h3>${w.center}</h3><a href="/help/215/">${w.title}</a></aside>`);
const newsletter = (s, w) => framed(s, w,
  `<h1>Newsroom</h1><form method="post" data-block>${row(`<label for="a">${w.email}</label><input type="email" id="a" name="email" autocomplete="email">`)}<button type="submit">${w.send}</button></form><section><h2>${w.topic}</h2><p>News about AI.</p></section>`);

// One entry a page: the address decides under which origin it is shown, place
// what the walk calls it ('' none), must what kinds beside pages it is.
const BASES = [];
for (const [service, s] of Object.entries(SITES)) {
  const add = (name, at, place, must, build) => BASES.push({ name: service + ' ' + name, service, at, place, must, build });
  add('home', s.www + '/', 'home', '', homePage);
  add('settings', s.www + s.settings, 'settings', '', settingsPage);
  add('center', s.center + s.centerPath, 'privacy-center', '', centerPage);
  add('topic', s.center + s.topic, 'ai-topic', '', topicPage);
  add('policy', s.center + s.policy, 'policy', '', policyPage);
  add('question', s.center + s.policy, 'question', '', questionPage);
  for (const long of [false, true]) {
    add('plain form, ' + (long ? 'long' : 'short'), s.help + (long ? s.otherForm : s.form), 'form', 'form', (s, w) => plainForm(s, w, long));
    add('script form, ' + (long ? 'long' : 'short'), s.help + s.form, 'form', 'form', (s, w) => scriptForm(s, w, long));
  }
  add('sign-in', s.www + s.login, 'sign-in', 'sign-in', signInPage);
  add('code', s.www + s.code, 'code', 'code', codePage);
  add('cookies', s.www + '/', 'cookies', 'cookies', cookiePage);
  add('wrong form by number', s.help + s.wrong, 'wrong-form', 'wrong-form', wrongForm);
  add('other contact form', s.help + s.contact + '171150426350', '', '', otherContact);
  if (service === 'facebook') add('wrong form by title', s.help + s.contact + '299381773', '', 'wrong-form', wrongForm);
  else add('newsletter', s.www + '/news/', '', '', newsletter);
}
