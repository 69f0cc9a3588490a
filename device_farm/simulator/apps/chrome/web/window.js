// The window: timers, storage, dialogs, console, random numbers. No network, no files, nothing outside the page.
"use strict";
(function (farm) {
  const globals = globalThis;
  farm.nowMs = farm.startMs = 0;
  farm.alerts = [];
  farm.logged = [];
  farm.log = (level, text) => { if (farm.logged.length < 200) farm.logged.push([level, text.slice(0, 2000)]); };

  // Timers fire when the phone's time has come. At most FIRED_MAX a step: a page that repeats itself all the time falls
  // behind instead of holding up the phone.
  const FIRED_MAX = 500;
  let nextTimer = 1;
  const timers = new Map();

  function later(task, delay, repeat, rest) {
    const every = Math.max(repeat ? 4 : 0, Number(delay) || 0);
    timers.set(nextTimer, { due: farm.nowMs + every, every: repeat ? every : null, task, rest });
    return nextTimer++;
  }

  farm.advance = (nowMs) => {
    for (let fired = 0; fired < FIRED_MAX; fired++) {
      let soonest = null;
      for (const [id, timer] of timers) if (timer.due <= nowMs && (!soonest || timer.due < soonest[1].due)) soonest = [id, timer];
      if (!soonest) break;
      const [id, timer] = soonest;
      farm.nowMs = Math.max(farm.nowMs, timer.due);
      if (timer.every === null) timers.delete(id); else timer.due += timer.every;
      farm.call(() => (typeof timer.task === "function" ? timer.task(...timer.rest) : farm.run(String(timer.task))));
      farm.settle();
    }
    for (const timer of timers.values()) if (timer.due < nowMs) timer.due = nowMs;
    farm.nowMs = Math.max(farm.nowMs, nowMs);
  };

  // Random numbers of the page: xorshift32, seeded by the phone.
  let random = 1;
  farm.seed = (seed) => { random = seed | 0 || 1; };
  Math.random = () => {
    random ^= random << 13; random ^= random >>> 17; random ^= random << 5;
    return (random >>> 0) / 4294967296;
  };

  const RealDate = Date;
  globals.Date = class Date extends RealDate {
    constructor(...parts) { if (parts.length) super(...parts); else super(farm.nowMs); }
    static now() { return Math.floor(farm.nowMs); }
  };

  class Storage {
    constructor() { Object.defineProperty(this, "_items", { value: new Map(), enumerable: false }); }
    get length() { return this._items.size; }
    key(index) { return [...this._items.keys()][index] ?? null; }
    getItem(name) { return this._items.has(String(name)) ? this._items.get(String(name)) : null; }
    setItem(name, value) { this._items.set(String(name), String(value)); }
    removeItem(name) { this._items.delete(String(name)); }
    clear() { this._items.clear(); }
  }

  const print = (level) => (...parts) => farm.log(level, parts.map((part) => {
    if (typeof part !== "object" || part === null) return String(part);
    try { return JSON.stringify(part) || String(part); } catch { return String(part); }
  }).join(" "));

  // Shown when the turn is over: nothing can wait for an answer. A question is taken for answered with yes.
  const tellPerson = (text) => { if (farm.alerts.length < 50) farm.alerts.push(text === undefined ? "" : String(text).slice(0, 2000)); };

  const target = farm.windowTarget;
  const nothing = () => {};
  const list = { matches: false, media: "", addEventListener: nothing, removeEventListener: nothing, addListener: nothing };

  Object.assign(globals, {
    window: globals, self: globals, top: globals, parent: globals, frames: globals, name: "", closed: false, length: 0,
    innerWidth: 0, innerHeight: 0, outerWidth: 0, outerHeight: 0, devicePixelRatio: 1,
    scrollX: 0, scrollY: 0, pageXOffset: 0, pageYOffset: 0,
    setTimeout: (task, delay, ...rest) => later(task, delay, false, rest),
    setInterval: (task, delay, ...rest) => later(task, delay, true, rest),
    clearTimeout: (id) => { timers.delete(id); },
    clearInterval: (id) => { timers.delete(id); },
    requestAnimationFrame: (task) => later(() => task(farm.nowMs - farm.startMs), 16, false, []),
    cancelAnimationFrame: (id) => { timers.delete(id); },
    queueMicrotask: (task) => { Promise.resolve().then(task); },
    alert: (text) => { tellPerson(text); },
    confirm: (text) => { tellPerson(text); return true; },
    prompt: (text, start) => { tellPerson(text); return start === undefined ? "" : String(start); },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    dispatchEvent: (event) => farm.dispatch(globals, event),
    getComputedStyle: (element) => {
      const style = farm.computed(element);
      const read = (name) => (name === "font-size" ? style[name] + "px" : style[name] || "");
      return new Proxy({ getPropertyValue: read }, {
        get: (methods, key) => (key in methods || typeof key !== "string" ? methods[key] : read(farm.kebab(key))),
      });
    },
    matchMedia: (query) => Object.assign({}, list, { media: String(query), matches: farm.mediaFits(String(query)) }),
    scrollTo: nothing, scrollBy: nothing, scroll: nothing, focus: nothing, blur: nothing, print: nothing, stop: nothing,
    open: (address) => { farm.navigation = String(address); return null; }, close: nothing, postMessage: nothing,
    localStorage: new Storage(), sessionStorage: new Storage(),
    console: { log: print("info"), info: print("info"), debug: print("debug"), warn: print("warning"), error: print("error"),
      table: print("info"), group: nothing, groupEnd: nothing, time: nothing, timeEnd: nothing, clear: nothing, assert: nothing },
    navigator: { userAgent: "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0 Mobile Safari/537.36",
      platform: "Linux armv81", language: "en-US", languages: ["en-US", "en"], onLine: false, maxTouchPoints: 5, vibrate: () => true },
    performance: { now: () => farm.nowMs - farm.startMs, mark: nothing, measure: nothing, timeOrigin: 0 },
    screen: { width: 412, height: 915, availWidth: 412, availHeight: 915, colorDepth: 24, orientation: { type: "portrait-primary", angle: 0 } },
    history: { length: 1, state: null, back: nothing, forward: nothing, go: nothing, pushState: nothing, replaceState: nothing },
    location: { href: "", protocol: "file:", host: "", hostname: "", port: "", pathname: "", search: "", hash: "", origin: "null",
      reload: () => { farm.navigation = globals.location.href; }, assign: (address) => { farm.navigation = String(address); },
      replace: (address) => { farm.navigation = String(address); }, toString() { return this.href; } },
    CSS: { escape: (text) => String(text).replace(/[^\w-]/g, "\\$&"), supports: () => true },
    DOMRect: class { constructor(x, y, width, height) {
      Object.assign(this, { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height });
    } },
  });
})(__farm);
