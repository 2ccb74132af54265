// What stands between a person and a link on the way. Everything listens at the
// document, so that it holds for what is built or rendered later.
const onPress = (selector, act, keys) => {
  document.addEventListener('click', (e) => {
    const hit = e.target.closest?.(selector);
    if (hit) act(hit);
  });
  document.addEventListener('keydown', (e) => {
    const hit = e.target.closest?.(selector);
    if (!hit || !keys.includes(e.key)) return;
    e.preventDefault();
    act(hit);
  });
};

onPress('[data-way]', (link) => {
  const way = page.ways[link.dataset.way];
  if (way.tab) window.open(way.to, '_blank', 'noopener');
  else location.assign(way.to);
}, ['Enter']);

onPress('[data-more]', (button) => {
  document.getElementById(button.dataset.more).hidden = false;
  button.remove();
}, ['Enter', ' ']);

const afterScroll = () => {
  if (window.scrollY < 80) return;
  for (const later of document.querySelectorAll('template[data-after]')) later.replaceWith(later.content);
};
if (page.longer) {
  document.body.style.minHeight = '180vh';
  document.addEventListener('scroll', afterScroll);
}

const lists = new IntersectionObserver((entries) => {
  for (const {target, isIntersecting} of entries) {
    if (!isIntersecting) continue;
    lists.unobserve(target);
    target.replaceWith(target.querySelector('template').content);
  }
  afterScroll();
});
for (const list of document.querySelectorAll('[data-lazy]')) lists.observe(list);

if (page.asks) {
  const uncover = () => {
    const question = document.getElementById(page.asks['about-ai']);
    if (!location.hash || !question) return;
    question.hidden = false;
    question.scrollIntoView({block: 'center'});
  };
  addEventListener('hashchange', uncover);
  uncover();
  const answer = (choice) => {
    const yes = choice.id === page.asks['about-yes'];
    for (const each of ['about-yes', 'about-no']) {
      const radio = document.getElementById(page.asks[each]);
      if (radio.tagName === 'DIV') radio.setAttribute('aria-checked', String(each === 'about-yes' ? yes : !yes));
    }
    document.getElementById(page.asks['not-about']).hidden = yes;
    if (yes) location.assign(page.form);
  };
  const ids = ['about-yes', 'about-no'].map((name) => '#' + page.asks[name]);
  onPress(ids.map((id) => 'div' + id).join(), answer, ['Enter', ' ']);
  document.addEventListener('change', (e) => {
    if (e.target.matches(ids.join())) answer(e.target);
  });
}
