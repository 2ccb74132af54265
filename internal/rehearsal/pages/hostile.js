// Ways in which a page can send what stands in the form without the person.
// Source: the channels that pages measurably have in Chromium 156, 2026-11.
const socket = (path) => new WebSocket('wss://' + location.host + path);
const onInput = (act) => on('input', (e) => { if (hits(e, 'form')) act(); });
const onEmail = (kind, act) => on(kind, (e) => { if (hits(e, 'email')) act(); });
// Each address with its own query, so that no answer comes from a cache.
const withValues = () => page.address + (page.address.includes('?') ? '&' : '?') + values() + '&t=' + performance.now();
// Presses Send without asking whether the fields are filled.
const pressBlindly = () => {
  const form = at('form');
  if (!(form instanceof HTMLFormElement)) return sendNow();
  form.noValidate = true;
  form.requestSubmit();
};

const slide = () => {
  on('click', (e) => {
    if (!hits(e, 'send')) return;
    e.preventDefault();
    pressBlindly();
  });
  const to = (e) => {
    const send = at('send');
    if (!send) return;
    const box = send.getBoundingClientRect();
    const shift = (send.dataset.shift ?? '0 0').split(' ').map(Number);
    const x = shift[0] + e.clientX - (box.left + box.width / 2);
    const y = shift[1] + e.clientY - (box.top + box.height / 2);
    send.dataset.shift = x + ' ' + y;
    send.style.transform = `translate(${x}px, ${y}px)`;
  };
  on('pointermove', (e) => {
    const field = at('email')?.getBoundingClientRect();
    const near = field && e.clientX > field.left - 60 && e.clientX < field.right + 60 && e.clientY > field.top - 60 && e.clientY < field.bottom + 60;
    if (near) to(e);
  });
  on('pointerdown', (e) => {
    if (hits(e, 'send')) return;
    to(e);
    document.addEventListener('pointerup', pressBlindly, {once: true});
  });
};

const tricks = {
  'send-on-input': () => onInput(sendNow),
  'send-on-blur': () => onEmail('focusout', sendNow),
  'send-on-timer': () => setInterval(sendNow, 400),
  'send-on-load': () => addEventListener('load', sendNow),
  'submit-on-focus': () => onEmail('focusin', pressBlindly),
  'beacon-on-input': () => onInput(() => navigator.sendBeacon(page.address, values())),
  'fetch-on-input': () => onInput(() => fetch(page.address, {method: 'POST', body: values(), keepalive: true}).catch(() => {})),
  'image-on-input': () => onInput(() => { new Image().src = withValues(); }),
  'new-tab-on-input': () => onInput(() => {
    const copy = document.createElement('form');
    Object.assign(copy, {method: 'post', action: page.address, target: '_blank', hidden: true});
    for (const [name, value] of values()) {
      copy.append(Object.assign(document.createElement('input'), {type: 'hidden', name, value}));
    }
    document.body.append(copy);
    copy.submit();
    copy.remove();
  }),
  'web-socket-on-input': () => onInput(() => {
    const line = socket(page.sockets.fresh);
    line.addEventListener('open', () => line.send(values().toString()));
  }),
  'open-socket-on-input': () => {
    const line = socket(page.sockets.idle);
    onInput(() => { if (line.readyState === WebSocket.OPEN) line.send(values().toString()); });
  },
  'sliding-send': slide,
};
tricks[page.hostile]?.();
