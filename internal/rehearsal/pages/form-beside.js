// What the parts beside the scripted form can do.
const at = (name) => document.getElementById(page.ids[name]);
const press = (name, act) => {
  document.addEventListener('click', (e) => { if (at(name)?.contains(e.target)) act(); });
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' && e.key !== ' ' || !at(name)?.contains(e.target)) return;
    e.preventDefault();
    act();
  });
};
const send = (to, what) => fetch(to, {method: 'POST', body: new URLSearchParams(what)}).catch(() => {});

press('beside-find', () => location.assign('/search/?q=' + encodeURIComponent(at('beside-search').value)));
press('news-send', () => {
  if (!at('news-email').value.includes('@')) return;
  send(page.news, {newsletter_email: at('news-email').value});
  at('news-said').hidden = false;
});
press('hidden-send', () => send(page.feedback, {email: at('hidden-email').value, message: at('hidden-text').value}));
