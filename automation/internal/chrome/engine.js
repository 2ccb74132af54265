// nonmerci's eyes. Runs in an isolated world: the page can neither see nor
// change anything here. Nothing in this file clicks, submits, navigates, reads
// cookies or storage, or talks to a network. What changes the page is named in
// the section "hands", and each of those functions is a power of its own.
(() => {
  'use strict';
  if (globalThis.nonmerci) return;

  // ---- words -------------------------------------------------------------

  // fold makes words comparable: no spaces, no invisible characters, one case,
  // one kind of dash and quote. U+0307 makes Turkish dotted capital I fold like
  // i, U+0640 is Arabic tatweel; Romanian is written with cedillas or commas, and
  // Greek capitals have no accents.
  const fold = (s) => {
    if (!s) return '';
    if (/^[\x20-\x7e]*$/.test(s)) return s.replaceAll(' ', '').toUpperCase();
    return s.replaceAll('\u00b4', "'").normalize('NFKD').replace(/[\p{Z}\p{C}\u0307\u0640]/gu, '')
      .replace(/[\u2018\u2019\u201b\u02b9\u02bc\u2032`]/g, "'").replace(/[\u201c-\u201f\u00ab\u00bb]/g, '"').replace(/\p{Pd}/gu, '-')
      .replaceAll('\u0327', '\u0326').replace(/([\u0370-\u03ff])\u0301/g, '$1').replace(/[\u0152\u0153]/g, 'OE').toUpperCase();
  };

  // ---- elements ----------------------------------------------------------

  const handles = new Map();
  const numbers = new WeakMap();
  // Numbers of one document mean nothing in another.
  let nextNumber = 1 + crypto.getRandomValues(new Uint32Array(1))[0] * 65536;
  const handleOf = (el) => {
    let n = numbers.get(el);
    if (!n) {
      n = nextNumber++;
      numbers.set(el, n);
      handles.set(n, new WeakRef(el));
    }
    return n;
  };
  const byHandle = (n) => {
    const el = handles.get(n)?.deref();
    return el && el.isConnected ? el : null;
  };

  // up is the parent as the eye sees it: out of shadow roots and frames too.
  const up = (el) => el.parentElement || el.getRootNode().host ||
    el.ownerDocument.defaultView?.frameElement || null;
  const closest = (el, selector) => {
    for (let e = el; e; e = up(e)) if (e.matches(selector)) return e;
    return null;
  };
  const within = (el, box) => {
    for (let e = el; e; e = up(e)) if (e === box) return true;
    return false;
  };

  const INTERESTING = 'a[href],area[href],button,input,select,textarea,summary,dialog,h1,h2,h3,h4,h5,h6,' +
    '[role],[contenteditable=""],[contenteditable=true],[contenteditable=plaintext-only],form';

  // roots lists the document, open shadow roots and same-origin frames; and, as
  // foreign, the frames that cannot be looked into.
  const roots = () => {
    const out = [];
    out.foreign = [];
    listenIn(window); // a document that is written anew has lost its listeners
    const visit = (root) => {
      out.push(root);
      for (const el of root.querySelectorAll('*')) {
        if (el.shadowRoot) visit(el.shadowRoot);
        else if (el.localName === 'iframe' || el.localName === 'frame') {
          let inner = null;
          try { inner = el.contentDocument; } catch { /* another origin */ }
          if (inner?.documentElement) {
            listenIn(inner.defaultView);
            visit(inner);
          } else out.foreign.push(el);
        }
      }
    };
    visit(document);
    return out;
  };

  const ROLE_OF = {
    a: 'link', area: 'link', button: 'button', summary: 'button', select: 'combobox', textarea: 'textbox',
    h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', h5: 'heading', h6: 'heading',
    dialog: 'dialog', form: 'form',
  };
  const INPUT_ROLE = {
    button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio',
    range: 'slider', number: 'spinbutton', search: 'searchbox', file: 'file', hidden: 'none', color: 'color',
  };
  const roleOf = (el) => {
    const said = (el.getAttribute('role') || '').trim().toLowerCase().split(/\s+/)[0];
    if (said && said !== 'none' && said !== 'presentation') return said;
    if (el.localName === 'input') return INPUT_ROLE[el.type] || 'textbox';
    if (el.isContentEditable && !ROLE_OF[el.localName]) return 'textbox';
    return ROLE_OF[el.localName] || '';
  };

  // familyOf sorts an element into the role families that flow files know.
  const familyOf = (el) => {
    const role = roleOf(el);
    switch (role) {
      case 'link': return 'link';
      case 'button': case 'menuitem': case 'menuitemradio': case 'menuitemcheckbox': case 'tab': case 'treeitem':
        return el.localName === 'a' && el.hasAttribute('href') ? 'link' : 'button';
      case 'textbox':
        if (el.localName === 'input') return el.type === 'password' ? 'password' : 'textbox';
        if (el.localName === 'textarea') return 'multiline';
        return el.getAttribute('aria-multiline') === 'true' ? 'multiline' : 'textbox';
      case 'combobox': case 'listbox': return 'select';
      case 'radio': case 'checkbox': case 'switch': return 'choice';
      case 'heading': return 'heading'; // and title, where it ranks highest
      case 'dialog': case 'alertdialog': return 'dialog';
      case 'file': return 'upload';
    }
    return '';
  };

  // ---- sight -------------------------------------------------------------

  // boxOf is the box in the top document's viewport; of a link that breaks over
  // lines it is the first line, so that its centre is on the link.
  const boxOf = (el) => {
    const rects = el.getClientRects();
    let r = el.getBoundingClientRect();
    if (rects.length > 1) for (const one of rects) if (one.width > 1 && one.height > 1) { r = one; break; }
    return inTop(el, r);
  };
  // wholeBox is the box of all its lines.
  const wholeBox = (el) => inTop(el, el.getBoundingClientRect());
  const inTop = (el, r) => {
    let x = r.left, y = r.top;
    for (let w = el.ownerDocument.defaultView; w?.frameElement; w = w.parent) {
      const f = w.frameElement.getBoundingClientRect();
      x += f.left + w.frameElement.clientLeft;
      y += f.top + w.frameElement.clientTop;
    }
    return { x, y, w: r.width, h: r.height };
  };

  // clippedAway reads the old way of hiding, clip: rect(top, right, bottom, left).
  const clippedAway = (clip) => {
    const m = /^rect\((-?[\d.]+)px, (-?[\d.]+)px, (-?[\d.]+)px, (-?[\d.]+)px\)$/.exec(clip);
    return !!m && (m[3] - m[1] < 2 || m[2] - m[4] < 2);
  };

  const visible = (el) => {
    if (!el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const r = el.getBoundingClientRect();
    if (r.width < 2 || r.height < 2) return false;
    const view = el.ownerDocument.defaultView;
    if (r.right + view.scrollX <= 0 || r.bottom + view.scrollY <= 0) return false;
    for (let e = el; e; e = up(e)) {
      if (e.getAttribute('aria-hidden') === 'true' || e.inert) return false;
      const style = getComputedStyle(e);
      if (/absolute|fixed/.test(style.position) && clippedAway(style.clip)) return false;
      if (style.opacity === '0' || style.clipPath === 'inset(50%)' || style.clipPath === 'inset(100%)') return false;
      if (e !== el && e.ownerDocument === el.ownerDocument && /hidden|clip/.test(style.overflow)) {
        const c = e.getBoundingClientRect();
        if (Math.min(r.right, c.right) - Math.max(r.left, c.left) < 2 && c.width < 2) return false;
        if (Math.min(r.bottom, c.bottom) - Math.max(r.top, c.top) < 2 && c.height < 2) return false;
      }
    }
    return true;
  };

  const SILENT = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'TEXTAREA']);
  // textOf reads what stands in an element, without scripts and styles, and without
  // what a field of several lines holds: a label around one does not say that.
  const textOf = (node, limit = 4000) => {
    if (!node.querySelector?.('script,style,noscript,template,textarea')) {
      const t = node.textContent || '';
      return t.length > limit ? t.slice(0, limit) : t;
    }
    let out = '';
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT,
      (t) => SILENT.has(t.parentNode?.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    while (out.length < limit && walker.nextNode()) out += walker.currentNode.data;
    return out;
  };
  const tidy = (s) => (s || '').replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/\s+/g, ' ').trim();

  // nameOf is the accessible name, in the order of the W3C computation, without
  // its rarer turns.
  const nameOf = (el) => {
    const by = (el.getAttribute('aria-labelledby') || '').trim();
    if (by) {
      const root = el.getRootNode();
      const parts = by.split(/\s+/).map((id) => root.getElementById?.(id)).filter(Boolean)
        .map((e) => e.getAttribute('aria-label') || textOf(e));
      if (tidy(parts.join(' '))) return tidy(parts.join(' '));
    }
    const said = tidy(el.getAttribute('aria-label'));
    if (said) return said;
    if (el.labels?.length) {
      const t = tidy([...el.labels].map((l) => textOf(l)).join(' '));
      if (t) return t;
    }
    if (el.localName === 'input') {
      if (/^(button|submit|reset)$/.test(el.type) && tidy(el.value)) return tidy(el.value);
      return tidy(el.alt || el.title || el.placeholder);
    }
    if (el.localName === 'textarea' || el.localName === 'select') return tidy(el.title || el.placeholder);
    let t = textOf(el);
    for (const img of el.querySelectorAll?.('img[alt],svg [aria-label],[aria-label]') || []) {
      if (!tidy(t)) t += ' ' + (img.alt || img.getAttribute('aria-label') || '');
    }
    return tidy(t) || tidy(el.title);
  };

  // ---- addresses ---------------------------------------------------------

  // addressOf is where a link leads: host and path. Meta's link shims
  // (l.facebook.com, l.instagram.com) carry the real address in u=.
  const addressOf = (el) => {
    const raw = el.href;
    if (typeof raw !== 'string' || !raw) return null;
    try {
      let url = new URL(raw, el.baseURI);
      if (/^l\.(facebook|instagram)\.com$/.test(url.hostname) && url.searchParams.get('u')) {
        url = new URL(url.searchParams.get('u'));
      }
      return url;
    } catch { return null; }
  };
  const patterns = new Map();
  const patternOf = (p) => {
    let re = patterns.get(p);
    if (!re) {
      re = new RegExp('^' + p.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*') + '$', 'i');
      patterns.set(p, re);
    }
    return re;
  };
  // Addresses are compared without query and fragment, with expressions that
  // mean the same in Go (selectors.Flow.Regexp).
  const expressions = new Map();
  const fits = (expression, bare) => {
    let re = expressions.get(expression);
    if (!re) expressions.set(expression, re = new RegExp(expression));
    return re.test(bare);
  };
  const bareOf = (url) => url.origin + url.pathname;
  const contactForm = (url) => {
    const m = /^\/(?:help\/)?contact\/(\d+)\/?$/.exec(url.pathname);
    return m && /(^|\.)(facebook|instagram)\.com$/.test(url.hostname) ? m[1] : '';
  };

  // ---- scopes ------------------------------------------------------------

  const modal = (el) => el.getAttribute('aria-modal') === 'true' || el.matches('dialog:modal');
  const overCentre = (el) => {
    let hit = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    return hit ? within(hit, el) : false;
  };
  const topDialog = (scan) => {
    const open = scan.family.dialog.filter((el) => visible(el) && (modal(el) || overCentre(el)));
    return open.length ? open[open.length - 1] : null;
  };

  const EMAILISH = 'input[type=email],input[autocomplete~=email],input[inputmode=email],input[name*=mail i],input[id*=mail i]';
  const asideOf = (el) => closest(el, '[role=search],[role=navigation],[role=banner],[role=contentinfo],[role=complementary],nav,header,footer,aside');
  const containerOf = (el) => el.form || closest(el, 'form,[role=form]');
  // formBox is the smallest element that holds the fields of the contact form
  // and something to press. Two candidates: none, so that nobody guesses.
  const formBox = (scan) => {
    const open = (el) => visible(el) && !asideOf(el);
    const texts = scan.family.multiline.filter(open);
    const lines = scan.family.textbox.filter((el) => open(el) && (texts.length || el.matches(EMAILISH)));
    if (!texts.length && !lines.length) return null;
    const groups = new Map();
    for (const el of texts.concat(lines)) {
      // Outside a form element, what is in one dialog belongs together.
      const c = containerOf(el) || closest(el, 'dialog,[role=dialog],[role=alertdialog]');
      if (!groups.has(c)) groups.set(c, []);
      groups.get(c).push(el);
    }
    const taking = [...groups].filter(([, g]) => !texts.length || g.some((el) => texts.includes(el)));
    // Meta's contact forms name themselves; what else takes texts is beside them.
    const named = taking.filter(([c]) => c?.matches('form[action*="/help/contact/"]') || c?.querySelector('input[name=support_form_id]'));
    const one = taking.length === 1 ? taking[0] : named.length === 1 ? named[0] : null;
    if (!one) return null;
    if (one[0]?.matches('form,[role=form]')) return one[0];
    // Without a form element, all buttons that follow the fields may be the
    // form's, but for those of other forms.
    const seeds = one[1];
    const last = seeds.reduce((a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? b : a);
    const after = (b) => b.localName !== 'summary' && !containerOf(b) && open(b) &&
      (last.getRootNode() !== b.getRootNode() || last.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
    const buttons = scan.after = scan.family.button.filter(after);
    for (let box = up(seeds[0]); box; box = up(box)) {
      if (!seeds.concat(buttons).every((s) => within(s, box))) continue;
      // Where the button is still to come, as much as may belong together.
      if (buttons.length || box.matches('main,[role=main],dialog,[role=dialog],section,article,body')) return box;
    }
    return null;
  };

  // ---- locating ----------------------------------------------------------

  // levelOf is a heading's rank, 1 being the highest.
  const levelOf = (el) => Number(el.getAttribute('aria-level') || /^h([1-6])$/.exec(el.localName)?.[1] || 2);

  const FAMILIES = ['link', 'button', 'textbox', 'multiline', 'password', 'select', 'choice', 'heading', 'dialog', 'upload'];

  // scanPage walks the document once and sorts what could be a target.
  const scanPage = (plan) => {
    const scan = { plan, family: {}, roots: roots(), cache: new Map() };
    for (const f of FAMILIES) scan.family[f] = [];
    for (const root of scan.roots) {
      for (const el of root.querySelectorAll(INTERESTING)) {
        const f = familyOf(el);
        if (f) scan.family[f].push(el);
      }
    }
    const heads = scan.family.heading.filter(visible);
    const highest = Math.min(...heads.map(levelOf));
    scan.family.title = heads.filter((el) => levelOf(el) === highest);
    scan.top = topDialog(scan);
    const box = formBox(scan);
    // A form under a dialog is not the person's turn, and neither is it gone.
    scan.covered = !!box && !!scan.top && !within(box, scan.top);
    scan.box = box;
    scan.form = scan.covered ? null : box;
    return scan;
  };

  const read = (scan, el) => {
    let r = scan.cache.get(el);
    if (!r) {
      const text = textOf(familyOf(el) === 'choice' && el.labels?.[0] || el, 400); // a native choice says what its label says
      r = { text: fold(text), name: null, visible: null };
      scan.cache.set(el, r);
    }
    return r;
  };
  const readName = (scan, el) => {
    const r = read(scan, el);
    if (r.name === null) r.name = fold(nameOf(el));
    return r.name;
  };
  const readAddress = (scan, el) => {
    const r = read(scan, el);
    if (r.address === undefined) {
      const url = addressOf(el);
      r.address = url && { bare: bareOf(url), form: contactForm(url) };
    }
    return r.address;
  };
  const seen = (scan, el) => {
    const r = read(scan, el);
    if (r.visible === null) r.visible = visible(el);
    return r.visible;
  };

  // finder tells which of many words a text contains, in one pass: the first two
  // letters rule out nearly every position.
  const finder = (keys) => {
    const starts = new Uint8Array(65536);
    const by = new Map();
    const short = [];
    for (const k of keys) {
      if (k.length < 2) { short.push(k); continue; }
      const h = (k.charCodeAt(0) * 31 + k.charCodeAt(1)) & 65535;
      starts[h] = 1;
      if (!by.has(h)) by.set(h, []);
      by.get(h).push(k);
    }
    // each is told every word; it ends the search by saying true.
    return (text, each) => {
      for (const k of short) if (text.includes(k) && each(k)) return true;
      for (let i = 0, a = text.charCodeAt(0), end = text.length - 1; i < end; i++) {
        const b = text.charCodeAt(i + 1);
        const h = (a * 31 + b) & 65535;
        if (starts[h]) for (const k of by.get(h)) if (text.startsWith(k, i) && each(k)) return true;
        a = b;
      }
      return false;
    };
  };
  const yes = () => true;

  // compile makes a plan ready for looking; each plan comes once to a document.
  const compile = (plan) => {
    const known = new Map();
    const keysOf = (values) => {
      const id = values.join('\n');
      let k = known.get(id);
      if (!k) {
        const set = new Set(values.map(fold));
        set.delete('');
        known.set(id, k = { set, in: finder(set) });
      }
      return k;
    };
    const said = new Set();
    for (const t of Object.values(plan.targets)) {
      for (const f of [...t.find, ...t.never || []]) {
        if (!/^(name|text|label|says)$/.test(f.by)) continue;
        f.keys = keysOf(f.values || []);
        if (/^(says|text)$/.test(f.by) && t.is.includes('words')) for (const k of f.keys.set) said.add(k);
      }
    }
    plan.said = finder(said);
    return plan;
  };

  // saying lists the smallest elements that say one of the keys. The page's text
  // is searched once for the words of every target.
  const heardOf = new WeakMap(); // by document or shadow root, as long as its text stays
  const NOT_SAID = 'a[href],button,[role=link],[role=button],nav,footer,aside,[role=navigation],[role=contentinfo],[role=complementary]';
  const saying = (scan, keys) => {
    scan.said ??= scan.roots.map((root) => {
      const raw = textOf(root.body || root, 1e7);
      let known = heardOf.get(root);
      if (known?.plan !== scan.plan || known.raw !== raw) {
        heardOf.set(root, known = { plan: scan.plan, raw, found: new Set() });
        scan.plan.said(fold(raw), (k) => { known.found.add(k); });
      }
      return [root, known.found];
    });
    const out = new Set();
    const dig = (el, key) => {
      let deeper = false;
      for (const child of el.children) {
        if (!SILENT.has(child.nodeName) && fold(textOf(child, 1e7)).includes(key)) { deeper = true; dig(child, key); }
      }
      if (!deeper && el.nodeType === 1) out.add(el);
    };
    for (const [root, found] of scan.said) {
      for (const key of found) if (keys.has(key)) dig(root.body || root, key);
    }
    // What a link, a button or the page's frame says is not what the page says.
    return [...out].filter((el) => !closest(el, NOT_SAID));
  };

  const matches = (scan, find, el) => {
    switch (find.by) {
      case 'name': return find.keys.set.has(readName(scan, el));
      case 'text': return find.keys.set.has(read(scan, el).text);
      case 'label': return find.keys.in(readName(scan, el), yes);
      case 'says': return find.keys.in(read(scan, el).text, yes);
      case 'href': { const a = readAddress(scan, el); return !!a && find.values.some((p) => fits(p, a.bare)); }
      case 'form': { const a = readAddress(scan, el); return !!a && find.values.includes(a.form); }
      // What is in no form submits nothing, whatever its type.
      case 'type': return find.values.includes(el.type) && (el.type !== 'submit' || !!el.form);
      case 'autocomplete': return (el.getAttribute('autocomplete') || '').toLowerCase().split(/\s+/).some((t) => find.values.includes(t));
      case 'inputmode': return find.values.includes((el.getAttribute('inputmode') || '').toLowerCase());
      case 'field': { const n = el.getAttribute('name') || ''; return n !== '' && find.values.some((p) => patternOf(p).test(n)); }
      case 'only': return true;
    }
    return false;
  };

  // apart leaves one of several links to the same address: it is all the same
  // which of them is followed.
  const apart = (hits) => {
    const seen = new Set();
    const here = new URL(location.href);
    return hits.filter((el) => {
      const to = hits.length > 1 && roleOf(el) === 'link' && addressOf(el);
      if (!to || !/^https?:$/.test(to.protocol) || bareOf(to) === bareOf(here)) return true; // a script's
      return !seen.has(to.href) && seen.add(to.href);
    });
  };

  // between is what stands after one element and before another; a question mark
  // where the other does not follow.
  const between = (a, b) => {
    if (within(b, a) || !(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING)) return within(b, a) ? '' : '?';
    if (a.getRootNode() !== b.getRootNode()) return '?';
    const range = a.ownerDocument.createRange();
    range.setStartAfter(a);
    range.setEndBefore(b);
    return range.toString();
  };

  // locate lets every locator vote. A locator with exactly one visible hit
  // inside the family votes; two hits vote for nothing.
  const locate = (scan, t, near) => {
    let pool = [];
    const wordy = t.is.includes('words');
    for (const f of t.is) if (f !== 'words') pool = pool.concat(scan.family[f]);
    const scope = t.in === 'page' ? null : t.in === 'form' ? scan.form : scan.top;
    if (t.in === 'form' && !scope) pool = [];
    else if (scope) pool = pool.filter((el) => within(el, scope) || (t.in === 'form' && el.form && el.form === scope));
    // Below a form that is no form element, other forms may stand.
    if (t.in === 'form' && scope) {
      const loose = scan.after && new Set(scan.family.button.filter((b) => !scan.after.includes(b)));
      pool = pool.filter((el) => el.localName !== 'summary' && (containerOf(el) || scope) === scope && !asideOf(el) && !loose?.has(el));
    }
    if (t.near) {
      let box = near?.status === 'found' ? byHandle(near.node) : null;
      while (box && !pool.some((el) => el !== box && within(el, box) && seen(scan, el))) box = up(box);
      // Another question in between has answers of its own.
      pool = box ? pool.filter((el) => within(el, box) && !/[?\u061f\u037e]/.test(between(byHandle(near.node), el))) : [];
    }
    const vetoed = new Map();
    const banned = (el) => {
      if (!t.never) return false;
      const by = t.never.find((f) => matches(scan, f, el));
      if (!by) return false;
      vetoed.set(el, by.label);
      return true;
    };
    const weight = new Map();
    const votes = [];
    let most = 0, named = null;
    for (const f of t.find) {
      let hits = f.by === 'only' ? pool : pool.filter((el) => matches(scan, f, el));
      if (wordy && /^(says|text)$/.test(f.by)) {
        const whole = f.by === 'text';
        hits = hits.concat(saying(scan, f.keys.set).filter((el) => (!scope || within(el, scope)) && (!whole || f.keys.set.has(fold(textOf(el)).replace(/[.!]+$/, '')))));
      }
      hits = apart([...new Set(hits)].filter((el) => seen(scan, el) && !banned(el)));
      most = Math.max(most, hits.length);
      const voted = hits.length === 1 || (wordy && hits.length > 0);
      if (voted && f.by === 'name') named = hits[0];
      if (voted) weight.set(hits[0], (weight.get(hits[0]) || 0) + f.weight);
      votes.push({ locator: f.label, hits: hits.length, voted });
    }
    const order = [...weight].sort((a, b) => b[1] - a[1]);
    const out = { status: 'none', votes };
    if (!order.length) {
      if (vetoed.size) Object.assign(out, { status: 'vetoed', veto: [...vetoed.values()][0] });
      else if (most > 1) out.status = 'ambiguous';
      return out;
    }
    const [el, w] = order[0];
    const second = order[1]?.[1] || 0;
    if (w < 2) out.status = most > 1 || second ? 'ambiguous' : 'none';
    else if (second && (w / second < 4 / 3 || second >= 2 && w < 2 * second)) out.status = 'ambiguous';
    else if (t.in === 'form' && named && named !== el) out.status = 'ambiguous'; // its very name is another's
    else out.status = 'found';
    if (out.status === 'found') Object.assign(out, describe(el));
    return out;
  };

  const describe = (el) => {
    const attributes = {};
    for (const a of el.attributes) attributes[a.name] = a.value;
    return { node: handleOf(el), tag: el.localName, role: roleOf(el), name: nameOf(el).slice(0, 300), attributes, visible: visible(el), enabled: enabled(el) };
  };
  const enabled = (el) => !el.matches(':disabled') && !closest(el, '[aria-disabled=true]');

  // ---- places ------------------------------------------------------------

  const placeOf = (scan, place, results, url) => place.when.some((rule) => {
    if (rule.at?.length && !rule.at.some((p) => fits(p, bareOf(url)))) return false;
    const got = (id) => results[id]?.status === 'found';
    if (rule.see && !rule.see.every(got)) return false;
    if (rule.any?.length && !rule.any.some(got)) return false;
    if (rule.none && rule.none.some((id) => results[id] && /found|ambiguous/.test(results[id].status))) return false;
    return true;
  });

  const evaluate = (plan) => {
    const started = performance.now();
    const scan = scanPage(plan);
    const url = new URL(location.href);
    const targets = {};
    for (const [id, t] of Object.entries(plan.targets)) if (!t.near) targets[id] = locate(scan, t);
    for (const [id, t] of Object.entries(plan.targets)) if (t.near) targets[id] = locate(scan, t, targets[t.near]);
    const places = plan.places.filter((p) => placeOf(scan, p, targets, url)).map((p) => p.id);
    const found = Object.keys(targets).filter((id) => targets[id].status === 'found').sort();
    for (const id of found) if (plan.targets[id].sends) sendNode = byHandle(targets[id].node);
    const asking = !!scan.form || scan.family.button.some((b) => b.type === 'submit' && b.form && !asideOf(b) && visible(b));
    const big = (el) => visible(el) && el.clientWidth > 200 && el.clientHeight > 100;
    return {
      doc: token, url: url.origin + url.pathname, form: contactForm(url), lang: document.documentElement.lang || '',
      title: document.title.slice(0, 200), ready: document.readyState, status: httpStatus(), places, targets,
      asking, covered: scan.covered, buttons: scan.family.button.filter((b) => visible(b) && !asideOf(b)).slice(0, 20).map((b) => nameOf(b).slice(0, 80)), frames: scan.roots.foreign.filter(big).map((el) => el.src).filter(Boolean).slice(0, 5),
      // Told apart: what is there, and which elements it is just now.
      gist: [token, url.pathname, places.join(','), found.join(',')].join('|'),
      signature: [token, url.pathname, places.join(','), found.map((id) => id + targets[id].node).join(',')].join('|'),
      cost: performance.now() - started,
    };
  };

  const httpStatus = () => performance.getEntriesByType('navigation')[0]?.responseStatus || 0;

  const token = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, '0')).join('');

  // look waits inside the page until it says something that is not `than`, and
  // says it twice in a row; or until the time is up. One round trip.
  // A plan comes with the first look at a document; null asks for it.
  const plans = new Map();
  const look = ({ plan, key, than, timeout, patience }) => new Promise((resolve, reject) => {
    if (plan) plans.set(key, compile(plan));
    plan = plans.get(key);
    if (!plan) return resolve(null);
    const begin = performance.now();
    let last = null, firstSeen = 0, timer = 0, waiting = false, done = false;
    const finish = (view, timedOut) => {
      done = true;
      observer.disconnect();
      clearTimeout(timer);
      resolve({ ...view, timedOut, waited: performance.now() - begin });
    };
    const check = () => {
      if (done) return;
      waiting = false;
      let view;
      try { view = evaluate(plan); } catch (e) {
        // Between two documents there may be no root, or an odd one. Whoever waits
        // must hear of what does not pass.
        if (performance.now() - begin < timeout) return again(50);
        done = true;
        observer.disconnect();
        return reject(e);
      }
      const now = performance.now();
      const telling = view.places.length > 0 && view.signature !== than;
      const same = last && last.gist === view.gist;
      if (!same) firstSeen = now;
      last = view;
      const loaded = view.ready === 'complete' || now - firstSeen > patience;
      if (telling && same && loaded) return finish(view, false);
      // An error page is not going to say more.
      const broken = view.status >= 400 && view.ready === 'complete' && now - firstSeen > 1000;
      if (broken || now - begin > timeout) return finish(view, true);
      again(telling ? 30 : Math.min(500, Math.max(40, 4 * view.cost)));
    };
    const again = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(check, ms);
    };
    const observer = new MutationObserver(() => {
      if (waiting || done) return;
      waiting = true;
      if (document.hidden) queueMicrotask(check);
      else again(Math.min(250, Math.max(20, 4 * (last?.cost || 0))));
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    if (document.readyState !== 'complete') addEventListener('load', () => again(0), { once: true });
    check();
  });

  // ---- facts -------------------------------------------------------------

  const submits = (el) => {
    const b = closest(el, 'button,input');
    if (!b) return false;
    if (b.localName === 'button') return b.type === 'submit' && (!!b.form || b.getAttribute('type') === 'submit');
    return b.type === 'submit' || b.type === 'image';
  };
  let sendNode = null; // the commit target of the last look that found it
  const atPoint = (el, x, y) => {
    let hit = document.elementFromPoint(x, y);
    while (hit) {
      if (hit.shadowRoot) {
        const deeper = hit.shadowRoot.elementFromPoint(x, y);
        if (!deeper || deeper === hit) break;
        hit = deeper;
      } else if ((hit.localName === 'iframe' || hit.localName === 'frame') && within(el, hit) && el !== hit) {
        const f = hit.getBoundingClientRect();
        x -= f.left + hit.clientLeft; y -= f.top + hit.clientTop;
        hit = hit.contentDocument.elementFromPoint(x, y);
      } else break;
    }
    return hit;
  };
  // A press that lands on a nested control presses that control, not el.
  const reaches = (el, x, y) => {
    const hit = atPoint(el, x, y);
    if (!hit || !within(hit, el)) return false;
    const own = closest(hit, 'a[href],button,input,select,textarea,summary,[role=button],[role=link]');
    return !own || own === el || within(el, own);
  };
  // sendersIn names what may submit a form or dialog, apart from el.
  const sendersIn = (box, el) => !box ? [] : [...box.querySelectorAll('button,input[type=submit],input[type=image]'), ...(box.elements || [])]
    .filter((b) => b !== el && submits(b) && visible(b)).slice(0, 20).map(nameOf);
  const facts = (n) => {
    const el = byHandle(n);
    if (!el) return null;
    const box = boxOf(el);
    const x = box.x + box.w / 2, y = box.y + box.h / 2;
    const form = el.form || closest(el, 'form');
    const near = form || closest(el, 'dialog,[role=dialog],[role=alertdialog]');
    const url = addressOf(el);
    return {
      node: n, x, y, w: box.w, h: box.h, matches: 1, address: el.ownerDocument.location.origin + el.ownerDocument.location.pathname,
      tag: el.localName, type: (el.type || '').toLowerCase?.() || '', role: roleOf(el), family: familyOf(el),
      names: [nameOf(el), tidy(textOf(el)), tidy(el.value && el.localName === 'input' && /^(button|submit|reset|image)$/.test(el.type) ? el.value : ''),
        tidy(el.title), tidy(el.getAttribute('alt')), tidy(el.getAttribute('aria-label'))].filter(Boolean),
      href: url ? url.href : '', inForm: !!form, nearSend: !!(near && sendNode?.isConnected && within(sendNode, near)),
      near: sendersIn(near, el), submits: submits(el), onTop: reaches(el, x, y), visible: visible(el), enabled: enabled(el),
      multiline: familyOf(el) === 'multiline',
    };
  };

  // shown tells what a person has pointed at: the thing that does something, not
  // the letters on it.
  const ACTING = new Set(['link', 'button', 'textbox', 'multiline', 'select', 'choice']);
  const shown = ({ x, y }) => {
    let el = document.elementFromPoint(x, y);
    for (let deeper = el; deeper; el = deeper || el) {
      deeper = null;
      if (el.shadowRoot) deeper = el.shadowRoot.elementFromPoint(x, y);
      else if (el.localName === 'iframe' && el.contentDocument) {
        const f = el.getBoundingClientRect();
        x -= f.left + el.clientLeft; y -= f.top + el.clientTop;
        deeper = el.contentDocument.elementFromPoint(x, y);
      }
      if (deeper === el) break;
    }
    while (el && !ACTING.has(familyOf(el))) el = up(el);
    return el && sketch(el);
  };
  const sketch = (el) => {
    const url = addressOf(el), field = 'value' in el && el.localName !== 'button';
    return {
      node: handleOf(el), family: familyOf(el), name: nameOf(el).slice(0, 400), text: field ? '' : tidy(textOf(el)).slice(0, 400), link: url ? url.origin + url.pathname : '',
      field: field ? el.getAttribute('name') || '' : '', language: document.documentElement.lang || '', submits: submits(el),
    };
  };

  // alike compares two folded texts by their pairs of letters: 1 is the same, 0 is
  // nothing in common.
  const alike = (a, b) => {
    if (a === b) return a ? 1 : 0;
    const count = new Map();
    for (let i = 1; i < a.length; i++) count.set(a.slice(i - 1, i + 1), (count.get(a.slice(i - 1, i + 1)) || 0) + 1);
    let both = 0;
    for (let i = 1; i < b.length; i++) {
      const left = count.get(b.slice(i - 1, i + 1)) || 0;
      if (left) { both++; count.set(b.slice(i - 1, i + 1), left - 1); }
    }
    return a.length + b.length > 2 ? 2 * both / (a.length + b.length - 2) : 0;
  };
  const ALIKE = 0.7;
  // wayTo says where an element stands, for a mark that lasts as long as the page.
  const wayTo = (el) => {
    if (el.getRootNode() !== document) return '';
    let way = '';
    for (let e = el; e.parentElement; e = e.parentElement) {
      way = ` > :nth-child(${1 + [...e.parentElement.children].indexOf(e)})` + way;
    }
    return ':root' + way;
  };
  // near lists what comes nearest to a target that is not found: things that one
  // locator fits, or whose words are much like known ones. It is for a person to
  // look at; nothing is pressed for being similar. What is called like another
  // thing could not be told apart later, so it is not offered.
  const near = ({ key, target }) => {
    const plan = plans.get(key), t = plan?.targets[target];
    if (!t) return [];
    const scan = scanPage(plan);
    const acts = t.is.filter((f) => ACTING.has(f));
    const families = acts.some((f) => f === 'link' || f === 'button') ? ['link', 'button'] : acts;
    const words = new Set(t.find.flatMap((f) => f.keys ? [...f.keys.set] : []));
    const forms = t.find.some((f) => f.by === 'form');
    const score = (el) => {
      let n = 0, most = 0;
      for (const f of t.find) if (f.by !== 'only' && matches(scan, f, el)) n += f.weight;
      const says = [readName(scan, el), read(scan, el).text].filter((s) => s.length > 2 && s.length < 200);
      for (const w of words) {
        for (const s of says) {
          // Of lengths so far apart no two texts are that much alike.
          if (2 * Math.min(s.length, w.length) >= ALIKE * (s.length + w.length)) most = Math.max(most, alike(s, w));
        }
      }
      if (most >= ALIKE) n += most;
      if (forms && readAddress(scan, el)?.form) n += 1;
      return n;
    };
    const fit = families.flatMap((f) => scan.family[f])
      .filter((el) => seen(scan, el) && (t.sends || !submits(el)) && !t.never?.some((f) => matches(scan, f, el)));
    const called = (el) => readName(scan, el) || read(scan, el).text;
    const calls = new Map();
    for (const el of apart(fit)) calls.set(called(el), (calls.get(called(el)) || 0) + 1);
    return fit.filter((el) => calls.get(called(el)) === 1).map((el) => [el, score(el)]).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]).slice(0, 3)
      .map(([el]) => ({ ...sketch(el), way: wayTo(el) }));
  };

  // frames waits for two of them, because what moves moves from one to the next; a
  // page that is not painted moves nothing, and gets a quarter of a second. One that
  // should be painted and is not, on a computer with much to do, gets longer.
  const frames = () => new Promise((resolve) => {
    const t = setTimeout(resolve, document.hidden ? 250 : 3000);
    if (!document.hidden) requestAnimationFrame(() => requestAnimationFrame(() => { clearTimeout(t); resolve(); }));
  });

  // values reads fields back as they stand in the page.
  const values = (nodes) => nodes.map((n) => {
    const el = byHandle(n);
    if (!el) return null;
    if (el.localName === 'select') return { value: el.value, shown: tidy(el.selectedOptions[0]?.text), name: nameOf(el) };
    return { value: 'value' in el ? el.value : el.textContent, shown: '', name: nameOf(el) };
  });

  // blanks names the fields of the form that the page insists on and that are
  // empty, apart from those that are known.
  const blanks = (known) => {
    const scan = scanPage(null);
    if (!scan.form) return [];
    const must = (el) => el.required || el.getAttribute('aria-required') === 'true';
    const empty = (el) => roleOf(el) === 'checkbox' ? !(el.checked || el.getAttribute('aria-checked') === 'true')
      : !tidy('value' in el ? el.value : el.textContent);
    return ['textbox', 'multiline', 'select', 'choice'].flatMap((f) => scan.family[f])
      .filter((el) => roleOf(el) !== 'radio' && within(el, scan.form) && must(el) && empty(el) && visible(el) && enabled(el) && !known.includes(numbers.get(el)))
      .map((el) => nameOf(el).slice(0, 80));
  };

  // ---- pictures ----------------------------------------------------------

  // TYPED is everything that somebody may have typed something into, or that the
  // engine cannot look into.
  const TYPED = 'input:not([type=hidden]),textarea,select,canvas,iframe,[contenteditable]:not([contenteditable=false i]),[role=textbox],[role=searchbox],[role=spinbutton],[role=combobox]';
  const NO_TEXT = 'input:is([type=button],[type=submit],[type=reset],[type=image],[type=checkbox],[type=radio],[type=range],[type=color]),canvas,iframe';
  const DIALOG = 'dialog,[role=dialog],[role=alertdialog]';

  const meet = (a, b) => {
    const x = Math.max(a.x, b.x), y = Math.max(a.y, b.y);
    return { x, y, w: Math.min(a.x + a.w, b.x + b.w) - x, h: Math.min(a.y + a.h, b.y + b.h) - y };
  };
  const pageOf = (doc) => doc.scrollingElement || doc.documentElement;
  // rolls tells whether an element shows what it holds through a window of its
  // own. What body says about that may be meant for the document.
  const rolls = (el) => {
    const doc = el.ownerDocument;
    if (el === doc.documentElement || el === doc.body && (el === pageOf(doc) || getComputedStyle(doc.documentElement).overflowY === 'visible')) return false;
    return el.scrollHeight > el.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(el).overflowY);
  };
  // windowOf is the part of the viewport in which an element, or a document's
  // page, shows what it holds.
  const windowOf = (el) => {
    const doc = el.ownerDocument;
    if (el !== pageOf(doc)) {
      const b = wholeBox(el);
      return { x: b.x + el.clientLeft, y: b.y + el.clientTop, w: el.clientWidth, h: el.clientHeight };
    }
    const at = inTop(doc.documentElement, { left: 0, top: 0, width: 0, height: 0 });
    return { x: at.x, y: at.y, w: doc.documentElement.clientWidth || el.clientWidth, h: doc.compatMode === 'BackCompat' ? el.clientHeight : doc.documentElement.clientHeight };
  };
  // around lists the elements through whose windows an element is seen, from the
  // inside out; what is fixed is seen through that of its page alone.
  const around = (el) => {
    const out = [];
    let free = ''; // how the last element left the flow
    for (let e = el; e; e = up(e)) {
      const style = getComputedStyle(e), doc = e.ownerDocument;
      const holds = free === '' || free === 'absolute' && style.position !== 'static';
      if (e === doc.documentElement) {
        out.push(pageOf(doc));
        free = '';
        continue;
      }
      if (holds && e !== doc.body && (e === el ? rolls(e) : /auto|scroll|hidden|clip/.test(style.overflow))) out.push(e);
      if (holds && /absolute|fixed/.test(style.position)) free = style.position;
      else if (holds) free = '';
    }
    return out;
  };
  // spanOf is where what an element holds begins and how large it is.
  const spanOf = (el) => {
    if (!rolls(el)) return wholeBox(el);
    const w = windowOf(el);
    return { x: w.x, y: w.y - el.scrollTop, w: w.w, h: el.scrollHeight };
  };

  // contentOf is what a picture is to show: the dialog that holds what the place
  // was recognised by; else the form with its title, or what the page calls main.
  const contentOf = (of, holds) => {
    const held = holds.map(byHandle).filter(Boolean);
    const scan = scanPage(null);
    const dialog = held.length ? closest(held[0], DIALOG) : null;
    if (dialog && visible(dialog) && held.every((el) => within(el, dialog))) return dialog;
    if (of === 'dialog') return null;
    if (of === 'form') return scan.box && titled(scan.box, scan.family.title);
    let mains = scan.roots.flatMap((root) => [...root.querySelectorAll('main,[role=main]')]).filter(visible);
    mains = mains.filter((el) => !mains.some((other) => other !== el && within(el, other)));
    if (mains.length > 1) mains = mains.filter((el) => held.length && held.every((one) => within(one, el)));
    else if (!mains.length) mains = [document.body];
    return mains.length === 1 ? mains[0] : null;
  };
  // titled is the smallest element that holds a form and the page's title, where
  // little else stands in it.
  const titled = (box, titles) => {
    if (titles.length !== 1 || within(titles[0], box)) return box;
    for (let el = up(box); el && el.localName !== 'body' && !asideOf(el); el = up(el)) {
      if (wholeBox(el).h > wholeBox(box).h + innerHeight) break;
      if (within(titles[0], el)) return el;
      if (el.matches('main,[role=main]') || el.matches(DIALOG)) break;
    }
    return box;
  };

  // strangers tells, for one content, which elements do not belong to it. What
  // it stands in lies behind it. Where it is all of the page, its frame, dialogs
  // and what stands still while it scrolls do not belong to it.
  const strangers = (content) => {
    const known = new Map();
    const loose = content.localName === 'body';
    const stray = (el) => {
      if (el === content) return false;
      if (!el || asideOf(el) || el.matches(DIALOG) || /fixed|sticky/.test(getComputedStyle(el).position)) return true;
      return stray(up(el));
    };
    return (el) => {
      if (!known.has(el)) known.set(el, !el || (within(el, content) ? loose && stray(el) : !within(content, el)));
      return known.get(el);
    };
  };

  const paints = (el) => {
    if (/^(img|svg|video|canvas|iframe|embed|object|input|textarea|select|hr)$/.test(el.localName)) return true;
    if ([...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) return true;
    const s = getComputedStyle(el);
    if (s.backgroundImage !== 'none' || !/^(transparent|rgba\(.*, 0\))$/.test(s.backgroundColor) || s.boxShadow !== 'none') return true;
    if (['Top', 'Right', 'Bottom', 'Left'].some((side) => parseFloat(s['border' + side + 'Width']) > 0)) return true;
    return ['::before', '::after'].some((p) => !/^(none|normal|"")$/.test(getComputedStyle(el, p).content));
  };
  // inkOf is the box of an element and of what it lets run over its edges.
  const inkOf = (el) => {
    const b = wholeBox(el), w = Math.max(0, el.scrollWidth - el.clientWidth), h = Math.max(0, el.scrollHeight - el.clientHeight);
    if (!el.clientWidth || getComputedStyle(el).overflow !== 'visible') return b;
    return { x: b.x - w, y: b.y - h, w: b.w + 2 * w, h: b.h + 2 * h };
  };
  // inFront guesses, for what lets the mouse through, whether it is painted later.
  const inFront = (el, content) => {
    const later = content.getRootNode() !== el.getRootNode() || !!(content.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING);
    for (let e = el; e && !within(content, e); e = up(e)) {
      const s = getComputedStyle(e);
      if (s.position !== 'static' && (later || Number(s.zIndex) > 0)) return true;
    }
    return false;
  };
  // coversOf lists the stretches of a clip in which something lies over the
  // content that does not belong to it: what a grid of points hits, and each
  // element that meets the clip, because small things fall through a grid.
  const coversOf = (content, clip) => {
    const strange = strangers(content);
    const out = [];
    const bad = (b) => {
      const m = meet(b, clip);
      if (m.h > 0) out.push([m.y - 1, m.y + m.h + 1]);
    };
    const probe = (box, dx, dy) => {
      const across = Math.ceil(box.w / dx), down = Math.ceil(box.h / dy);
      for (let j = 0; j < down; j++) {
        for (let i = 0; i < across; i++) {
          const y = box.y + (j + 0.5) * box.h / down;
          const hit = atPoint(content, box.x + (i + 0.5) * box.w / across, y);
          if (!strange(hit)) continue;
          bad({ x: clip.x, w: clip.w, y: y - box.h / down, h: 2 * box.h / down });
          if (hit) bad(wholeBox(hit));
          break; // a stretch is covered or it is not
        }
      }
    };
    probe(clip, 24, 12);
    const todo = [document.documentElement];
    for (let el = todo.pop(); el; el = todo.pop()) {
      if (el === content && content.localName !== 'body') continue;
      todo.push(...el.children, ...el.shadowRoot?.children || []);
      if (el.localName === 'iframe' && within(content, el)) todo.push(el.contentDocument.documentElement);
      if (!strange(el)) continue;
      const m = meet(inkOf(el), clip);
      if (m.w < 1 || m.h < 1 || !el.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) continue;
      if (getComputedStyle(el).pointerEvents !== 'none') probe(m, m.w / 4, m.h / 4);
      else if (paints(el) && inFront(el, content)) bad(m);
    }
    return out;
  };

  // inside lists what an element holds, in shadow roots and frames too.
  const inside = (content) => {
    const out = [];
    const todo = [content];
    for (let el = todo.pop(); el; el = todo.pop()) {
      out.push(el);
      todo.push(...el.children, ...el.shadowRoot?.children || []);
      try { if (el.localName === 'iframe' && el.contentDocument?.documentElement) todo.push(el.contentDocument.documentElement); } catch { /* another origin */ }
    }
    return out;
  };
  const pictured = (el) => {
    if (/^(img|image|video|canvas|iframe|embed|object)$/.test(el.localName)) return el.localName !== 'iframe' || !el.contentDocument;
    return [null, '::before', '::after'].some((p) => {
      const s = getComputedStyle(el, p);
      return [s.backgroundImage, s.content, s.borderImageSource, s.maskImage].some((v) => v?.includes('url('));
    });
  };
  // areaOf says what an element shows that a copy for others may leave out. What
  // nobody has found to be another field is taken for what such a field is for.
  const areaOf = (el, box) => {
    if (el.matches('input[type=tel],input[autocomplete~=tel]')) return 'phone';
    if (el.matches('input[type=email],input[autocomplete~=email],input[inputmode=email]')) return 'email';
    if (el.matches('textarea')) return 'explanation';
    if (el.matches(TYPED) && !el.matches(NO_TEXT)) return 'field';
    return box.w > 12 && box.h > 12 && pictured(el) ? 'image' : '';
  };

  // PRIVATE are the shapes of what belongs to one person, wherever it stands.
  const PRIVATE = {
    email: /[^\s@<>()"',;:]+@[^\s@<>()"',;:]+\.[^\s@<>()"',;:.]{2,}/u,
    phone: /(?:\+|(?<![\d.])0)\d[\d\s().\/-]{6,}\d/u,
  };
  // toldOf finds texts of such a shape, or that say one of the given words, in a
  // document, a shadow root or an element; tell is given the box of each.
  const toldOf = (root, says, tell) => {
    const tests = Object.entries(PRIVATE).map(([kind, shape]) => [kind, (text) => shape.test(tidy(text))]);
    for (const [kind, words] of Object.entries(says || {})) {
      const keys = words.map(fold).filter(Boolean);
      tests.push([kind, (text) => { const key = fold(text); return keys.some((k) => key.includes(k)); }]);
    }
    const dig = (el, kind, fits) => {
      const inner = [...el.children].filter((c) => !UNSAID.test(c.localName) && fits(saidIn(c)));
      if (inner.length) inner.forEach((c) => dig(c, kind, fits));
      else boxesOf(el, fits).forEach((box) => tell(box, kind, el));
    };
    for (const [kind, fits] of tests) if (fits(saidIn(root))) dig(root, kind, fits);
  };
  // saidIn is the text in an element that is not in one of its fields.
  const UNSAID = /^(script|style|template|noscript|textarea|select)$/;
  const saidIn = (node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT,
      (n) => n.nodeType === 3 ? NodeFilter.FILTER_ACCEPT : UNSAID.test(n.localName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP);
    let out = '';
    while (walker.nextNode()) out += walker.currentNode.data;
    return out;
  };
  // boxesOf gives the boxes of the lines in which an element's own texts stand;
  // where none of them says it alone, that of the whole element.
  const boxesOf = (el, says) => {
    const own = [...el.childNodes].filter((n) => n.nodeType === 3 && says(n.data));
    if (!own.length) return el.getBoundingClientRect ? [wholeBox(el)] : [...el.children].map(wholeBox);
    return own.flatMap((n) => {
      const range = n.ownerDocument.createRange();
      range.selectNodeContents(n);
      return [...range.getClientRects()].map((r) => inTop(n, r));
    });
  };

  // moved tells whether something that a scene has told of has moved since, even
  // if it is back where it was: then a picture shows it nobody knows where. What is
  // painted is looked at before and after each frame.
  let watching = null;
  const whereIs = (el) => {
    const b = el.isConnected ? wholeBox(el) : {};
    return [b.x, b.y, b.w, b.h].join();
  };
  const keepStill = (elements) => {
    const w = { moved: false, was: [...elements].map((el) => [el, whereIs(el)]) };
    const compare = () => { w.moved ||= w.was.some(([el, box]) => whereIs(el) !== box); };
    const frame = () => {
      if (watching !== w) return;
      compare();
      setTimeout(compare);
      if (!w.moved) requestAnimationFrame(frame);
    };
    watching = w;
    requestAnimationFrame(frame);
    setTimeout(() => { if (watching === w) watching = null; }, 20000); // nobody asked
  };
  const movedSince = () => {
    const w = watching;
    watching = null;
    return !!w && (w.moved || w.was.some(([el, box]) => whereIs(el) !== box));
  };

  // scene tells what a picture of the content would show just now: which part of
  // it is in view, what lies over it, and what lies where.
  const scene = ({ of, holds, node, kinds, says, blind }) => {
    const content = node ? byHandle(node) : contentOf(of, holds || []);
    if (!content || visualViewport.scale !== 1) return null;
    const span = spanOf(content), style = getComputedStyle(content);
    const clip = around(content).map(windowOf).reduce(meet, span);
    const out = {
      doc: token, content: handleOf(content), scale: devicePixelRatio, scrollX, scrollY, span, clip,
      moved: movedSince(), covers: [], areas: [], typed: [], texts: [], line: rolls(content) ? 2 + (parseFloat(style.lineHeight) || 1.5 * parseFloat(style.fontSize)) : 0, lost: false,
    };
    const noted = new Set([content]);
    const put = (list, box, kind, el) => {
      const m = meet(box, clip);
      if (m.w <= 0 || m.h <= 0) return;
      list.push({ kind, ...m });
      if (el.nodeType === 1) noted.add(el);
    };
    const told = new Set();
    for (const [kind, nodes] of Object.entries(kinds || {})) {
      for (const el of nodes.map(byHandle)) {
        if (!el) { out.lost = true; continue; }
        told.add(el);
        if (within(el, content)) put(out.areas, wholeBox(el), kind, el);
      }
    }
    toldOf(content, says, (box, kind, of) => put(out.areas, box, kind, of));
    for (const el of inside(content)) {
      const box = wholeBox(el);
      if (el.shadowRoot) toldOf(el.shadowRoot, says, (b, kind, of) => put(out.areas, b, kind, of));
      if (el !== content && el === el.ownerDocument.documentElement) toldOf(el, says, (b, kind, of) => put(out.areas, b, kind, of));
      if (box.w <= 0 || box.h <= 0) continue;
      if (el !== content && /^(textarea|div|p|span)$/.test(el.localName) && el.matches(TYPED) && rolls(el) && visible(el)) out.texts.push(handleOf(el));
      if (meet(box, clip).h <= 0) continue;
      const kind = told.has(el) ? '' : areaOf(el, box);
      if (kind) put(out.areas, box, kind, el);
      if (blind && el.matches(TYPED) && (el.localName !== 'iframe' || !el.contentDocument)) put(out.typed, box, 'field', el);
    }
    if (clip.w >= 1 && clip.h >= 1) out.covers = coversOf(content, clip);
    keepStill(noted);
    return out;
  };

  // ---- outline -----------------------------------------------------------

  // What a copy of a page may hold for others: structure, roles, the words of what
  // one presses, fills or reads as a heading, and where links lead that lead
  // everybody there. Of all other text only the flow's own words are left.

  const THINGS = /^(a|button|summary|dialog|h[1-6])$/;
  const FRAMES = new Set(['nav', 'header', 'footer', 'aside', 'main', 'section', 'article', 'form']);
  const NOT_COPIED = /^(script|style|noscript|template|svg|img|picture|video|audio|canvas|object|embed|map|option|optgroup|link|meta)$/;
  const NAMED = '<input type="hidden" name="support_form_id">'; // Meta's contact forms name themselves
  // What the parser of HTML would not let stand in another of its kind.
  const ONCE = { a: /^a$/, button: /^button$/, form: /^form$/, label: /^label$/, summary: /^summary$/, heading: /^h[1-6]$/ };
  const SPOKEN = new Set(('alertdialog article banner button checkbox combobox complementary contentinfo dialog feed form heading link list listbox listitem ' +
    'log main menu menubar menuitem menuitemcheckbox menuitemradio navigation option radio radiogroup region search searchbox slider spinbutton status ' +
    'switch tab tablist tabpanel textbox toolbar tree treeitem').split(' '));
  const OTHERS = 'article,[role=article],[role=feed],[role=log],[role=complementary],aside'; // where other people speak
  const SITES = /^(?:(?:www|m|help|privacycenter|accountscenter|[a-z]{2,3}-[a-z]{2,4})\.)?(?:facebook|instagram|meta)\.com$/;
  const NOWHERE = ['https://www.whatsapp.com/x/', 'https://elsewhere.example/x/'];
  const FILLED_WITH = /^(email|username|current-password|new-password|one-time-code|country|country-name|tel|tel-country-code|postal-code|name|off|on)$/;
  const escaped = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
  const written = (attributes) => Object.entries(attributes).filter(([, v]) => v || v === 0).map(([n, v]) => ` ${n}="${escaped(String(v))}"`).join('');

  // vocabulary is what a plan itself says: words that stand in flow files are
  // nobody's secret.
  const vocabulary = (plan) => {
    const spelt = new Map(), whole = new Set(), parts = new Set();
    for (const t of Object.values(plan.targets)) {
      for (const f of [...t.find, ...t.never || []]) {
        if (!f.keys) continue;
        for (const v of f.values) spelt.set(fold(v), v);
        for (const k of f.keys.set) (/^(label|says)$/.test(f.by) ? parts : whole).add(k);
      }
    }
    const find = finder(parts);
    const inside = (raw) => {
      const said = [];
      find(fold(raw), (k) => { if (!said.includes(k)) said.push(k); });
      return said.filter((k) => !said.some((o) => o !== k && o.includes(k)));
    };
    const asks = (raw) => /[?\u061f\u037e]/.test(raw) ? '\u2026?' : '\u2026';
    return {
      knows: (raw) => whole.has(fold(raw)), closes: (raw) => whole.has(fold(raw).replace(/[.!]+$/, '')),
      spell: (k) => spelt.get(k), inside, asks,
      // hint is what may be told of words that may not: those of the flow in them.
      hint: (raw) => tidy(raw) ? [...inside(raw).map((k) => spelt.get(k)), asks(raw)].join(' ') : '',
    };
  };

  // streets tells which addresses may be told, and puts others in the place of the
  // rest, at which the same patterns of the plan hold.
  const streets = (plan, open) => {
    const everybodys = new RegExp(open), here = new URL(location.href);
    const hrefs = Object.values(plan.targets).flatMap((t) => [...t.find, ...t.never || []]).filter((f) => f.by === 'href').flatMap((f) => f.values);
    const all = [...hrefs, ...plan.places.flatMap((p) => p.when.flatMap((r) => r.at || []))];
    const alike = (a, b) => all.every((e) => fits(e, a) === fits(e, b));
    const literal = all.filter((e) => !e.includes('.*') && !e.includes('[^/]*'));
    const isOpen = (url) => SITES.test(url.hostname) && (url.pathname === '/' || everybodys.test(url.pathname) || literal.some((e) => fits(e, bareOf(url))));
    const told = (url) => {
      const bare = bareOf(url);
      // Numbers of contact forms are everybody's; others may be a person's.
      if (isOpen(url)) return [contactForm(url) ? bare : url.origin + url.pathname.replace(/\d{6,}/g, '0'), bare].find((a) => alike(a, bare));
      const instead = SITES.test(url.hostname) ? [url.origin + '/x/', ...NOWHERE] : NOWHERE;
      return instead.find((a) => alike(a, bare)) || instead[0];
    };
    const leads = new Map();
    const href = (el) => {
      const url = addressOf(el);
      if (!url || !/^https?:$/.test(url.protocol) || bareOf(url) === bareOf(here)) return '#';
      const to = told(url);
      if (!leads.has(to)) leads.set(to, []);
      // Two links that differ in what is left out stay two.
      const list = leads.get(to), n = list.includes(url.href) ? list.indexOf(url.href) : list.push(url.href) - 1;
      return n ? `${to}#${n + 1}` : to;
    };
    return { isOpen, told, href, here };
  };

  // discretion decides which words of a page may be told; strict: none but the
  // flow's, because any button may be called like an account; links: and those of
  // links that lead everybody to the same page.
  const discretion = (scan, vocab, street, { signs, says, strict, links }) => {
    const named = (el, t) => t.find.some((f) => matches(scan, f, el)) && !(t.never || []).some((f) => matches(scan, f, el));
    const sign = (el) => signs.some((id) => scan.plan.targets[id] && named(el, scan.plan.targets[id]));
    const outside = (el) => {
      const url = familyOf(el) === 'link' ? addressOf(el) : null;
      return url && /^https?:$/.test(url.protocol) && !/^\s*#/.test(el.getAttribute('href') || '#') ? url : null;
    };
    const names = new Set(says.map(fold).filter((k) => k.length > 2));
    const name = (url, ...words) => { // who has a page of their own has a name
      if (!SITES.test(url.hostname) || street.isOpen(url) || !/^\/[^/]+\/?$/.test(url.pathname)) return;
      for (const word of [url.pathname.replaceAll('/', ''), ...words]) if (fold(word).length > 3 && !vocab.knows(word)) names.add(fold(word));
    };
    name(street.here);
    for (const el of scan.family.link) if (outside(el)) name(outside(el), nameOf(el), tidy(textOf(el)));
    // A dialog that lies aside is a chat, or the like.
    const chats = scan.family.dialog.filter((el) => !modal(el) && !overCentre(el));
    const personal = (raw) => Object.values(PRIVATE).some((shape) => shape.test(tidy(raw))) || /(^|\s)@[\w.]{2,}/.test(raw) ||
      [...names].some((n) => fold(raw).includes(n));
    return (el, raw) => {
      if (vocab.knows(raw)) return true;
      const to = outside(el);
      if (strict && !(links && to) || raw.length > 200 || personal(raw) || sign(el)) return false;
      return to ? street.isOpen(to) : !closest(el, OTHERS) && !chats.some((box) => within(el, box));
    };
  };

  // outline writes the copy, as HTML: what is hidden is left out, what stands in a
  // shadow root or a frame of the page's own is written where it is seen. It changes
  // nothing in the page.
  const outline = ({ plan, key, open, signs, says, strict, links }) => {
    if (plan) plans.set(key, compile(plan));
    if (!(plan = plans.get(key))) return null;
    const scan = scanPage(plan), vocab = vocabulary(plan), street = streets(plan, open);
    const mayTell = discretion(scan, vocab, street, { signs, says, strict, links });
    const tell = (el, raw) => mayTell(el, raw) ? raw : vocab.hint(raw);

    // sayers are the smallest elements that say words of the flow in running text.
    const sayers = new Map();
    const note = (el, k) => {
      if (!sayers.has(el)) sayers.set(el, new Set());
      sayers.get(el).add(k);
    };
    saying(scan, new Set());
    for (const k of new Set(scan.said.flatMap(([, found]) => [...found]))) saying(scan, new Set([k])).forEach((el) => note(el, k));
    for (const box of scan.family.dialog.filter((el) => seen(scan, el))) {
      const dig = (el, k) => {
        const deeper = [...el.children].filter((c) => !SILENT.has(c.nodeName) && fold(textOf(c, 1e7)).includes(k));
        if (deeper.length) deeper.forEach((c) => dig(c, k));
        else note(el, k);
      };
      for (const k of vocab.inside(read(scan, box).text)) dig(box, k);
    }

    const ids = new Map();
    const idOf = (el) => {
      if (!ids.has(el)) ids.set(el, (/mail/i.test(el.id) && el.localName === 'input' ? 'mail-' : 'e-') + (ids.size + 1));
      return ids.get(el);
    };
    const drawn = (el) => {
      if (el.getAttribute('aria-hidden') === 'true' || el.inert) return false;
      const s = getComputedStyle(el);
      return s.display !== 'none' && s.opacity !== '0' && s.contentVisibility !== 'hidden';
    };
    const frame = (el) => { try { return el.localName === 'iframe' || el.localName === 'frame' ? el.contentDocument?.body : null; } catch { return null; } };
    const under = (el) => frame(el) ? [frame(el)] : el.shadowRoot ? [...el.shadowRoot.childNodes, ...el.childNodes] : [...el.childNodes];
    const holds = (el) => !!el.shadowRoot || [...el.querySelectorAll(INTERESTING)].some((c) => familyOf(c) || c.localName === 'label');

    // body writes what an element holds; keep: its text as it is.
    const body = (el, keep, around) => {
      const out = [], mine = seen(scan, el);
      const own = under(el).filter((n) => n.nodeType === 3 && tidy(n.data));
      let told = !mine || keep;
      const say = () => {
        told = true;
        const words = [...sayers.get(el) || []].map(vocab.spell);
        if (words.length || own.length) out.push(escaped([...words, vocab.asks(own.map((n) => n.data).join(' '))].join(' ')));
      };
      for (const n of under(el)) {
        if (n.nodeType === 1) out.push(...emit(n, keep, around));
        else if (n.nodeType !== 3 || !mine) continue;
        else if (keep) out.push(escaped(n.data.replace(/\s+/g, ' ')));
        else if (!told && tidy(n.data)) say();
      }
      if (!told) say();
      return out.some((s) => s.trim()) ? out : [];
    };
    const element = (tag, attributes, kids, keep) => `<${tag}${written(attributes)}>${kids.join(keep ? '' : '\n')}</${tag}>`;
    const stacked = (tag, around) => {
      const kind = Object.values(ONCE).find((re) => re.test(tag));
      return kind && around.some((t) => kind.test(t)) ? 'div' : tag;
    };

    // field writes something that takes a value, without the value.
    const field = (el, f, around) => {
      const native = /^(input|textarea|select)$/.test(el.localName), raw = nameOf(el);
      const labels = [...el.labels || []], button = /^(button|submit|reset)$/.test(el.type) && el.localName === 'input';
      const labelled = labels.length && labels.every((l) => seen(scan, l)) && !el.hasAttribute('aria-label') && !el.hasAttribute('aria-labelledby');
      const mode = (el.getAttribute('inputmode') || '').toLowerCase(), name = el.getAttribute('name') || '';
      const a = {
        type: el.localName === 'input' ? el.type : '', role: spoken(el), contenteditable: !native && el.isContentEditable && 'true',
        'aria-multiline': el.getAttribute('aria-multiline') === 'true' && 'true',
        name: /^[A-Za-z0-9_.:[\]-]{1,60}$/.test(name) ? name.replace(/\d{5,}/g, '0') : '',
        autocomplete: (el.getAttribute('autocomplete') || '').toLowerCase().split(/\s+/).filter((t) => FILLED_WITH.test(t)).join(' '),
        inputmode: /^(none|text|tel|url|email|numeric|decimal|search)$/.test(mode) ? mode : '',
        multiple: el.localName === 'select' && el.multiple && 'multiple', value: button && tell(el, tidy(el.value)),
        'aria-label': !labelled && raw && !(button && raw === tidy(el.value)) && tell(el, raw),
        id: (labels.length || /mail/i.test(el.id)) && idOf(el), form: el.form && !el.form.contains(el) && idOf(el.form),
      };
      if (el.localName === 'input') return `<input${written(a)}>`;
      return element(native ? el.localName : 'div', a, native ? [] : f === 'select' ? body(el, false, around) : [], false);
    };

    const spoken = (el) => {
      const said = (el.getAttribute('role') || '').trim().toLowerCase().split(/\s+/)[0];
      return SPOKEN.has(said) ? said : '';
    };
    // thing writes what belongs to a family: a link, a button, a heading, a dialog.
    const thing = (el, f, around) => {
      if (/^(input|textarea|select)$/.test(el.localName) || /^(textbox|multiline|select)$/.test(f)) return field(el, f, around);
      const raw = nameOf(el), text = tidy(textOf(el, 1e7));
      const like = el.localName === 'area' ? 'a' : THINGS.test(el.localName) ? el.localName : 'div', tag = stacked(like, around);
      const a = { role: spoken(el) || tag !== like && roleOf(el), 'aria-level': roleOf(el) === 'heading' && !/^h/.test(tag) && levelOf(el) };
      if (tag === 'a' && el.href) a.href = street.href(el);
      if (tag === 'button') Object.assign(a, { type: el.type, form: el.form && !el.form.contains(el) && idOf(el.form) });
      if (f === 'dialog') {
        Object.assign(a, { open: tag === 'dialog' && 'open', 'aria-modal': (modal(el) || overCentre(el)) && 'true' });
        a['aria-label'] = (el.hasAttribute('aria-label') || el.hasAttribute('aria-labelledby')) && tell(el, raw);
        return element(tag, a, body(el, false, around), false);
      }
      const keep = mayTell(el, text);
      a['aria-label'] = raw && raw !== text && tell(el, raw);
      if (!holds(el)) return element(tag, a, text ? [escaped(keep ? text : vocab.hint(text))] : [], keep);
      const hint = keep ? [] : vocab.inside(text).map((k) => escaped(vocab.spell(k)));
      return element(tag, a, [...hint, ...body(el, keep, [...around, tag])], keep);
    };

    const emit = (el, keep, around) => {
      const name = el.localName;
      if (name === 'input' && el.type === 'hidden') return el.name === 'support_form_id' && el.form ? [NAMED] : [];
      if (NOT_COPIED.test(name) || !drawn(el)) return [];
      const f = familyOf(el);
      if (f && seen(scan, el)) return [thing(el, f, around)];
      if (name === 'label' && el.control && seen(scan, el) && seen(scan, el.control)) {
        const text = tidy(textOf(el)), mine = mayTell(el, text), nested = holds(el);
        const kids = nested ? body(el, mine, [...around, name]) : text ? [escaped(mine ? text : vocab.hint(text))] : [];
        return [element(stacked(name, around), { for: !el.contains(el.control) && idOf(el.control) }, kids, mine)];
      }
      keep ||= sayers.has(el) && vocab.closes(textOf(el, 1e7));
      const tag = stacked(FRAMES.has(name) ? name : 'div', around), role = f ? '' : spoken(el);
      const kids = body(el, keep, tag === 'form' ? [...around, tag] : around);
      if (!kids.length) return [];
      if (tag === 'div' && !role && (kids.length === 1 || keep)) return kids;
      if (tag === 'form' && el.matches('form[action*="/help/contact/"]') && !kids.includes(NAMED)) kids.push(NAMED);
      return [element(tag, { role, id: tag === 'form' && [...el.elements].some((e) => !el.contains(e)) && idOf(el) }, kids, keep)];
    };
    return { html: document.body ? emit(document.body, false, []).join('\n') : '', address: street.told(street.here), language: document.documentElement.lang || '' };
  };

  // ---- hands: what changes the page --------------------------------------

  // further scrolls down by most of a screen what the middle of the page shows,
  // and tells whether it moved.
  const further = () => {
    let el = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    for (; el; el = up(el)) {
      if (el.scrollHeight > el.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(el).overflowY)) break;
    }
    el ||= document.scrollingElement || document.documentElement;
    const before = el.scrollTop;
    el.scrollBy({ top: el.clientHeight * 0.8, behavior: 'instant' });
    return el.scrollTop > before + 1;
  };

  // steady scrolls an element into view and waits until it stands still, twice in a
  // row: an animation that has begun may not have moved anything yet.
  const steady = async (n) => {
    const el = byHandle(n);
    if (!el) return null;
    let box = boxOf(el);
    const outside = box.y < 0 || box.x < 0 || box.y + box.h > innerHeight || box.x + box.w > innerWidth;
    if (outside || !reaches(el, box.x + box.w / 2, box.y + box.h / 2)) {
      el.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    }
    for (let i = 0, still = 0; i < 40 && still < 2; i++) {
      const before = boxOf(el);
      await frames();
      if (!el.isConnected) return null;
      const after = boxOf(el);
      still = before.x === after.x && before.y === after.y && before.w === after.w && before.h === after.h ? still + 1 : 0;
    }
    return facts(n);
  };

  // pose scrolls for a picture: what stands so far down in an element comes to
  // the top, or to the middle, of each window through which it is seen. A text
  // area that is whole in view stays there.
  const stood = new Map(); // what was scrolled, and where it stood
  const pose = async ({ node, at, middle }) => {
    const el = byHandle(node);
    if (!el) return false;
    const own = rolls(el);
    for (const s of around(el)) {
      if (!stood.has(s)) stood.set(s, [s.scrollLeft, s.scrollTop]);
      const w = windowOf(s), line = spanOf(el).y + at;
      let by = line - w.y - (middle && s !== el ? w.h / 2 : 0);
      if (own && s !== el) {
        const b = wholeBox(el);
        by = !middle && b.y >= w.y && b.y + b.h <= w.y + w.h ? 0 : b.y + b.h / 2 - (w.y + w.h / 2);
      }
      if (by) s.scrollBy({ top: by, behavior: 'instant' });
    }
    await frames();
    return true;
  };
  // rest scrolls everything back to where it stood.
  const rest = async () => {
    for (const [s, [left, top]] of [...stood].reverse()) s.scrollTo({ left, top, behavior: 'instant' });
    stood.clear();
    await frames();
    return true;
  };

  // select focuses a field and selects what stands in it, so that the text that
  // is inserted next replaces it.
  const select = (n) => {
    const el = byHandle(n);
    if (!el) return false;
    el.focus({ preventScroll: true });
    if (typeof el.select === 'function') el.select();
    else getSelection().selectAllChildren(el);
    let active = document.activeElement;
    while (active && active !== el) {
      const inner = active.shadowRoot?.activeElement || active.contentDocument?.activeElement;
      if (!inner) return false;
      active = inner;
    }
    return active === el;
  };

  // choose sets a native list to the option with this value or text.
  const choose = ({ node, wanted }) => {
    const el = byHandle(node);
    if (!el || el.localName !== 'select') return false;
    const keys = wanted.map(fold);
    const fit = [...el.options].filter((o) => keys.includes(fold(o.value)) || keys.includes(fold(o.text)));
    if (fit.length !== 1) return false;
    el.value = fit[0].value;
    el.dispatchEvent(new Event('input', { bubbles: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  };

  // ---- belt and watch ----------------------------------------------------

  // belt: 'open' lets everything through; 'press' only what hits the permitted
  // element; 'shut' nothing. It stops events before the page sees them.
  let belt = 'open', permitted = null, permittedFace = '', landed = null, watched = null;
  const say = (what) => {
    const seen = { what };
    if (what !== 'touch') seen.values = values(watched.fields);
    try { globalThis.nonmerciSaw?.(JSON.stringify(seen)); } catch { /* no listener yet */ }
  };
  const face = (el) => [roleOf(el), nameOf(el), el.type, submits(el), el.href].join('\n');
  const stop = (e) => { e.preventDefault(); e.stopImmediatePropagation(); };
  const guardEvent = (e) => {
    if (belt === 'shut') return stop(e);
    if (belt === 'press') {
      const path = e.composedPath();
      const at = path.indexOf(permitted);
      // What stands inside the permitted element and takes presses itself came later.
      if (!e.isTrusted || at < 0 || path.slice(0, at).some((n) => n.matches?.(PRESSABLE + ',label,input,select,textarea,summary'))) return stop(e);
      if (face(permitted) !== permittedFace) { // it became another thing since it was judged
        landed = false;
        permitted = null;
        return stop(e);
      }
      landed = true;
    }
    if (belt === 'open' && watched && e.isTrusted) notice(e);
  };
  const PRESSABLE = 'button,input[type=submit],input[type=button],input[type=image],[role=button],a[href],[role=link]';
  const notice = (e) => {
    const path = e.composedPath();
    const key = e.type === 'keydown';
    if (key && e.key !== 'Enter' && e.key !== ' ') return say('touch');
    if (key || e.type === 'click') {
      let send = watched.node?.isConnected ? watched.node : null;
      const scan = send && nameOf(send) === watched.name ? null : scanPage(watched.plan);
      if (!send) {
        const found = locate(scan, watched.plan.targets.send);
        send = found.status === 'found' ? byHandle(found.node) : null;
      }
      // A button that is called otherwise than at hand-over is Send where words say so.
      const calls = (f) => f.by === 'name' && matches(scan, f, send);
      if (send && nameOf(send) !== watched.name && !watched.plan.targets.send.find.some(calls)) send = null;
      // A field that a page puts inside Send is not Send.
      const at = path.indexOf(send);
      if (at >= 0 && !path.slice(0, at).some((n) => n.matches?.('select,textarea,[contenteditable],input:not([type=submit],[type=button],[type=image])'))) return say('send');
      if (path.some((n) => n.matches?.(PRESSABLE))) return say('press');
    }
    if (e.type !== 'pointermove') say('touch');
  };
  // Adding a listener that is there already does nothing.
  const listenIn = (view) => {
    for (const type of ['pointerdown', 'pointerup', 'mousedown', 'mouseup', 'click', 'auxclick', 'dblclick', 'keydown', 'keypress', 'keyup', 'submit', 'touchstart', 'touchend']) {
      view.addEventListener(type, guardEvent, { capture: true, passive: false });
    }
  };
  listenIn(window);
  // setBelt answers with the permitted element; opening, with whether a click
  // reached it: null in a document that came after.
  const setBelt = ({ mode, node }) => {
    const reached = landed;
    belt = mode;
    landed = mode === 'press' ? false : null;
    permitted = node ? byHandle(node) : null;
    permittedFace = permitted ? face(permitted) : '';
    return node ? facts(node) : reached;
  };
  const release = () => { belt = 'open'; permitted = null; return true; };
  // watch remembers Send, so that the person's own action on it is recognised.
  const watch = ({ node, plan, fields }) => {
    watched = { node: byHandle(node), name: nameOf(byHandle(node) || document.documentElement), plan: compile({ targets: { send: plan } }), fields: fields || [] };
    return !!watched.node;
  };
  const mark = (n) => { sendNode = byHandle(n); return !!sendNode; };

  globalThis.nonmerci = { look, outline, facts, values, blanks, scene, shown, near, further, steady, pose, rest, select, choose, setBelt, release, watch, mark };
})();
