// Every button puts its dialog away and is remembered; nothing is sent. Then the
// next dialog is seen.
const putAway = (button) => {
  const i = page.dialogs.findIndex(({box}) => document.getElementById(box)?.contains(button));
  if (i < 0) return;
  document.cookie = page.dialogs[i].crumb;
  document.getElementById(page.dialogs[i].box).remove();
  const next = page.dialogs.map(({box}) => document.getElementById(box)).find((box) => box);
  if (next) next.hidden = false;
};
document.addEventListener('click', (e) => {
  const button = e.target.closest?.('[data-away]');
  if (button) putAway(button);
});
document.addEventListener('keydown', (e) => {
  const button = e.target.closest?.('div[data-away]');
  if (button && (e.key === 'Enter' || e.key === ' ')) putAway(button);
});
