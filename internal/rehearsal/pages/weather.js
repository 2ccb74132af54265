// Runs before anything else on the page, so that it knows what the page's own
// scripts listen to. Those need nothing special, as long as they compare ids
// and not elements: an element that was replaced passes on to the one that took
// its place whatever is asked of it.
const is = (name) => weather.includes(name);
const onceLoaded = (act) => addEventListener('load', act, {once: true});

// The copies of one element share a cell that knows the one on the page.
const cells = new WeakMap();
const live = (x) => cells.get(x)?.now ?? x;
const listeners = new WeakMap();
const observers = new Set();

const passOn = (old, cell) => Object.setPrototypeOf(old, new Proxy(Object.getPrototypeOf(old), {
  get: (_, name) => {
    const value = cell.now[name];
    return typeof value === 'function' ? (...args) => value.apply(cell.now, args.map(live)) : value;
  },
  set: (_, name, value) => {
    cell.now[name] = value;
    return true;
  },
}));

const take = () => {
  const proto = EventTarget.prototype;
  const {addEventListener: add, removeEventListener: remove} = proto;
  proto.addEventListener = function (type, act, options) {
    const at = live(this);
    if (at instanceof Node && at !== document) {
      const list = listeners.get(at) ?? [];
      listeners.set(at, list);
      if (!list.some((l) => l[0] === type && l[1] === act)) list.push([type, act, options]);
      if (options?.once) add.call(at, type, () => list.splice(list.findIndex((l) => l[1] === act), 1), options);
    }
    return add.call(at ?? window, type, act, options);
  };
  proto.removeEventListener = function (type, act, options) {
    const at = live(this);
    const list = listeners.get(at) ?? [];
    const i = list.findIndex((l) => l[0] === type && l[1] === act);
    if (i >= 0) list.splice(i, 1);
    return remove.call(at ?? window, type, act, options);
  };
  const again = (old, fresh) => {
    const list = listeners.get(old);
    if (!list) return;
    listeners.set(fresh, list);
    for (const l of list) add.call(fresh, ...l);
  };

  // What takes an element from the inside, past its properties.
  const {submit, requestSubmit} = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () { submit.call(live(this)); };
  HTMLFormElement.prototype.requestSubmit = function (by) { requestSubmit.call(live(this), ...(by ? [live(by)] : [])); };
  window.FormData = class extends FormData {
    constructor(...args) { super(...args.map(live)); }
  };
  for (const kind of ['IntersectionObserver', 'ResizeObserver', 'MutationObserver']) {
    window[kind] = class extends window[kind] {
      observe(at, ...how) {
        super.observe(live(at), ...how);
        observers.add(this);
        (this.watched ??= new Map()).set(live(at), how);
      }
      unobserve(at) {
        this.watched?.delete(live(at));
        super.unobserve?.(live(at));
      }
      disconnect() {
        this.watched?.clear();
        super.disconnect();
      }
    };
  }
  return again;
};
const again = is('rerender') || is('replace') ? take() : null;

// Nobody hears that the focus left and came back.
let renewing = false;
if (again) {
  for (const type of ['focus', 'blur', 'focusin', 'focusout']) {
    window.addEventListener(type, (e) => { if (renewing) e.stopImmediatePropagation(); }, true);
  }
}

const elementsOf = (root) => [...(root.nodeType === Node.ELEMENT_NODE ? [root] : []), ...root.querySelectorAll('*')];

// What a clone does not take along.
const carry = (old, fresh) => {
  again(old, fresh);
  if (old instanceof HTMLSelectElement) {
    [...old.options].forEach((option, i) => { fresh.options[i].selected = option.selected; });
  } else if (old instanceof HTMLInputElement && old.type === 'file') {
    fresh.files = old.files;
  } else if (old instanceof HTMLInputElement || old instanceof HTMLTextAreaElement) {
    if (fresh.value !== old.value) fresh.value = old.value;
    fresh.checked = old.checked;
  }
  if (old.validity?.customError) fresh.setCustomValidity(old.validationMessage);
  if (old.shadowRoot) {
    if (!fresh.shadowRoot) {
      fresh.attachShadow({mode: 'open'});
      for (const child of old.shadowRoot.childNodes) fresh.shadowRoot.append(child.cloneNode(true));
    }
    fresh.shadowRoot.adoptedStyleSheets = old.shadowRoot.adoptedStyleSheets;
    carryAll(old.shadowRoot, fresh.shadowRoot);
  }
  for (const observer of observers) {
    const how = observer.watched.get(old);
    if (!how) continue;
    observer.unobserve?.(old);
    observer.watched.delete(old);
    observer.observe(fresh, ...how);
  }
  const cell = cells.get(old) ?? {};
  cell.now = fresh;
  cells.set(old, cell);
  cells.set(fresh, cell);
};
const pairs = (old, fresh) => {
  const right = elementsOf(fresh);
  const left = elementsOf(old);
  const out = left.map((element, i) => [element, right[i]]);
  if (old instanceof ShadowRoot) out.push([old, fresh]);
  return out;
};
const carryAll = (old, fresh) => pairs(old, fresh).forEach(([a, b]) => carry(a, b));

const deepFocus = () => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
};

// renew puts a fresh copy in the place of an element.
const renew = (old) => {
  const focus = deepFocus();
  const range = focus?.selectionStart !== undefined && focus.selectionStart !== null ?
    [focus.selectionStart, focus.selectionEnd, focus.selectionDirection] : null;
  const marked = String(getSelection()); // all that an e-mail field tells of its selection
  const scrolled = elementsOf(old).filter((e) => e.scrollTop || e.scrollLeft).map((e) => [e, e.scrollTop, e.scrollLeft]);
  const modal = elementsOf(old).filter((e) => e instanceof HTMLDialogElement && e.matches(':modal'));
  const fresh = old.cloneNode(true);
  renewing = true;
  carryAll(old, fresh);
  old.replaceWith(fresh);
  for (const dialog of modal) {
    live(dialog).removeAttribute('open');
    live(dialog).showModal();
  }
  for (const [e, top, left] of scrolled) live(e).scrollTo({top, left, behavior: 'instant'});
  const now = live(focus);
  if (now !== focus) {
    now.focus({preventScroll: true});
    if (range) now.setSelectionRange(...range);
    else if (marked && marked === now.value) now.select();
    else getSelection().modify('move', 'forward', 'lineboundary');
  }
  const passers = pairs(old, fresh);
  for (const [a] of passers) {
    if (a.shadowRoot) for (const [b] of pairs(a.shadowRoot, live(a).shadowRoot)) passOn(b, cells.get(b));
  }
  for (const [a] of passers) passOn(a, cells.get(a));
  renewing = false;
  return fresh;
};

// A frame would load anew and an open list would close: these stay, and what is
// around them.
const stays = 'iframe, select:focus, script, style, template, [role=note]';
const rerender = (element) => {
  if (element.matches(stays) || element.dataset.feed) return;
  if (!element.querySelector('iframe, select:focus, script')) renew(element);
  else for (const child of [...element.children]) rerender(child);
};

// Not between pressing a button of the mouse and letting it go: the click would
// be lost, for a person as well.
if (is('rerender')) {
  let held = false;
  for (const type of ['pointerdown', 'compositionstart']) window.addEventListener(type, () => { held = true; }, true);
  for (const type of ['pointerup', 'pointercancel', 'compositionend', 'dragend', 'blur']) {
    window.addEventListener(type, (e) => { if (type !== 'blur' || e.target === window) setTimeout(() => { held = false; }); }, true);
  }
  setInterval(() => {
    if (!held && document.body) [...document.body.children].forEach(rerender);
  }, 250);
}

if (is('replace')) {
  const done = new WeakSet();
  const fresh = (e) => {
    const [at] = e.composedPath();
    const hit = at.closest?.('a, button, input, textarea, select, label, [role]:not([role=note], [role=search], [role=dialog], [role=alertdialog])');
    if (!hit || e.buttons || done.has(cells.get(hit)) || hit.matches('select:focus') || hit.querySelector('iframe')) return;
    renew(hit);
    done.add(cells.get(hit));
  };
  for (const type of ['pointerover', 'mousemove']) window.addEventListener(type, fresh, true);
}

if (is('hydration')) {
  onceLoaded(() => setTimeout(() => {
    document.getElementById(page.late['late-wait']).remove();
    const late = document.getElementById(page.late.late);
    late.replaceWith(document.importNode(late.content, true));
    window.dispatchEvent(new Event('load')); // for the scripts that came late
  }, 1500));
}

if (is('huge')) {
  onceLoaded(() => {
    const post = document.getElementById(page.post).content;
    const feed = document.createElement('div');
    feed.dataset.feed = '1';
    for (let i = 0; i < 5000; i++) feed.append(post.cloneNode(true));
    document.body.append(feed);
  });
}

if (is('self-navigate') && !document.cookie.includes(page.wandered.split(';')[0])) {
  setTimeout(() => {
    document.cookie = page.wandered;
    location.assign(page.to);
  }, 300);
}

// Who sends the form is not asked.
if (is('before-unload')) {
  const ask = (e) => e.preventDefault();
  window.addEventListener('beforeunload', ask);
  document.addEventListener('submit', () => window.removeEventListener('beforeunload', ask));
}

if (is('alert-dialog')) onceLoaded(() => setTimeout(() => alert(page.alert)));
if (is('print-dialog')) onceLoaded(() => setTimeout(() => print()));
