// Both buttons put the dialog away and are remembered; nothing is sent.
for (const id of ['cookies-allow', 'cookies-decline']) {
  const button = document.getElementById(page.ids[id]);
  const done = () => {
    document.cookie = page.crumb;
    document.getElementById(page.ids.cookies).remove();
  };
  button.addEventListener('click', done);
  button.addEventListener('keydown', (e) => {
    if (button.tagName === 'DIV' && (e.key === 'Enter' || e.key === ' ')) done();
  });
}
