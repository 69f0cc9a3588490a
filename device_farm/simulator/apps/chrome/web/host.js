// Between the page and the phone: what the phone calls (`load`, `ready`, `handle`), what it is told (the tree with its
// styles, canvas calls, alerts), and what a page asks for while it runs (`ask`).
//
// The engine cannot call out. A question whose answer is not known yet ends the turn; the phone answers it and runs the
// page again from its beginning, with the same events and the answers so far.
"use strict";
(function (farm) {
  const globals = globalThis;
  const LAYOUTS_MAX = 40;
  farm.answers = [];
  farm.asked = 0;
  farm.needs = null;
  farm.rects = null;
  farm.navigation = null;
  farm.viewport = { width: 980, height: 1200 };

  farm.ask = (kind, about) => {
    if (farm.asked < farm.answers.length) return farm.answers[farm.asked++];
    if (!farm.needs) farm.needs = { kind, about, tree: kind === "layout" ? tree() : null, drawn: drawn() };
    throw new Error("the phone is asked");
  };

  // Boxes

  farm.layout = () => {
    // A page that measures and changes by turns gets boxes that are a little old in the end.
    if (farm.rects && farm.asked >= LAYOUTS_MAX) return farm.rects;
    if (farm.dirty || !farm.rects) { farm.rects = farm.ask("layout", null); farm.dirty = false; }
    return farm.rects;
  };
  farm.rectOf = (element) => (element instanceof farm.Element && farm.layout()[element._id]) || [0, 0, 0, 0];
  farm.elementAt = (x, y) => {
    let found = farm.document.documentElement;
    (function walk(node) {
      for (const child of node.children || []) {
        const [left, top, width, height] = farm.rectOf(child);
        if (x >= left && x < left + width && y >= top && y < top + height) found = child;
        walk(child);
      }
    })(farm.document);
    return found;
  };
  const box = (index) => function () { return Math.round(farm.rectOf(this)[index]); };
  for (const [name, index] of [["offsetLeft", 0], ["offsetTop", 1], ["offsetWidth", 2], ["offsetHeight", 3], ["clientWidth", 2],
    ["clientHeight", 3], ["scrollWidth", 2], ["scrollHeight", 3]])
    Object.defineProperty(farm.Element.prototype, name, { get: box(index), configurable: true });
  Object.assign(farm.Element.prototype, {
    scrollTop: 0, scrollLeft: 0, clientTop: 0, clientLeft: 0,
    getBoundingClientRect() { return new globals.DOMRect(...farm.rectOf(this)); },
    getClientRects() { return [this.getBoundingClientRect()]; },
    scrollIntoView() {}, setPointerCapture() {}, releasePointerCapture() {}, hasPointerCapture() { return false; },
    requestFullscreen() { return Promise.reject(new Error("not allowed")); },
  });
  Object.defineProperty(farm.Element.prototype, "offsetParent", { get() { return farm.document.body; }, configurable: true });

  // What the phone is told

  const TOUCHES = ["click", "mousedown", "mouseup", "touchstart", "touchend", "pointerdown", "pointerup"];
  const MOVES = ["touchmove", "pointermove", "mousemove", "touchstart", "pointerdown", "mousedown"];
  function hears(element, types) {
    if (element._heard && types.some((type) => (element._heard.get(type) || []).length)) return true;
    if (element._handles && types.some((type) => element["_on" + type])) return true;
    for (const name of element._attributes.keys()) if (name.startsWith("on") && types.includes(name.slice(2))) return true;
    return false;
  }

  const TOLD = new Set(["id", "type", "href", "alt", "title", "aria-label", "role", "placeholder", "rows", "cols", "size", "start",
    "min", "max", "colspan", "src"]);

  function detailsOf(element) {
    const kept = {};
    for (const [name, value] of element._attributes) if (TOLD.has(name)) kept[name] = value;
    if (element.disabled) kept.disabled = true;
    if (farm.active === element) kept.focused = true;
    if (element instanceof farm.classes.Input) {
      kept.value = element._value !== undefined ? element._value : element.value;
      if (element.checked) kept.checked = true;
    } else if (element instanceof farm.classes.Select) {
      kept.index = element.selectedIndex;
      kept.options = element.options.map((option) => option.text);
    } else if (element instanceof farm.Canvas) Object.assign(kept, { width: element.width, height: element.height });
    else for (const name of ["width", "height"]) if (element.hasAttribute(name)) kept[name] = element.getAttribute(name);
    if (hears(element, TOUCHES)) kept.touches = true;
    if (hears(element, MOVES)) kept.moves = true;
    return kept;
  }

  // What lies deeper or comes later than these is not shown.
  const DEPTH_MAX = 150, ELEMENTS_MAX = 5000;

  function tree() {
    const rules = farm.author();
    let count = 0;
    function node(element, parentStyle, depth) {
      if (depth > DEPTH_MAX || ++count > ELEMENTS_MAX) return null;
      const style = farm.compute(element, parentStyle, rules);
      if (style.display === "none") return null;
      const children = [];
      if (!/^(select|textarea|canvas|input)$/.test(element.localName))
        for (const child of element.childNodes) {
          if (child.nodeType === 3) children.push(child.data);
          else if (child.nodeType === 1) { const made = node(child, style, depth + 1); if (made) children.push(made); }
        }
      return [element._id, element.localName, detailsOf(element), style, children];
    }
    return node(farm.document.documentElement, {}, 0);
  }

  function drawn() {
    const found = [...farm.drawn].map((canvas) => [canvas._id, canvas.width, canvas.height, canvas._commands]);
    return found;
  }

  function report(full) {
    if (farm.needs) return JSON.stringify({ needs: farm.needs });
    const said = { title: farm.document.title, drawn: drawn(), alerts: farm.alerts, logged: farm.logged, navigation: farm.navigation,
      viewport: farm.viewport, changed: farm.changed };
    for (const canvas of farm.drawn) canvas._commands = [];
    farm.drawn = new Set();
    farm.logged = [];
    farm.navigation = null;
    if (full) { said.tree = tree(); farm.changed = false; }
    return JSON.stringify(said);
  }

  // What the phone calls

  const find = (id) => {
    let found = null;
    (function walk(node) {
      if (node._id === id) found = node;
      for (const child of node.childNodes) if (!found) walk(child);
    })(farm.document);
    return found;
  };

  const at = (point) => ({ clientX: point[0], clientY: point[1], pageX: point[0], pageY: point[1], screenX: point[0], screenY: point[1] });

  function touch(element, type, point) {
    const one = Object.assign({ identifier: 0, target: element, force: 1, radiusX: 1, radiusY: 1 }, at(point));
    const down = type === "touchend" ? [] : [one];
    const event = new farm.TouchEvent(type, { bubbles: true, cancelable: true, touches: down, targetTouches: down, changedTouches: [one] });
    const pointer = { touchstart: "pointerdown", touchmove: "pointermove", touchend: "pointerup" }[type];
    farm.dispatch(element, new farm.PointerEvent(pointer, Object.assign({ bubbles: true, cancelable: true }, at(point))));
    return farm.dispatch(element, event);
  }

  // A finger: touch events for every point; for one that stayed in its place then the mouse events that browsers add.
  function finger(element, points) {
    const started = touch(element, "touchstart", points[0]);
    for (const point of points.slice(1)) touch(element, "touchmove", point);
    const ended = touch(element, "touchend", points[points.length - 1]);
    if (points.length > 1 || !started || !ended) return;
    const mouse = Object.assign({ bubbles: true, cancelable: true }, at(points[0]));
    for (const type of ["mousemove", "mousedown"]) farm.dispatch(element, new farm.MouseEvent(type, mouse));
    farm.focus(element.closest("input,textarea,select,button,a") || null);
    farm.dispatch(element, new farm.MouseEvent("mouseup", mouse));
    farm.click(element, at(points[0]));
  }

  function key(element, name, code) {
    const init = { bubbles: true, cancelable: true, key: name, code: name, keyCode: code };
    const go = farm.dispatch(element, new farm.KeyboardEvent("keydown", init));
    if (go) farm.dispatch(element, new farm.KeyboardEvent("keypress", init));
    return go;
  }

  const HANDLERS = {
    finger: (element, points) => finger(element, points),
    focus: (element) => farm.focus(element),
    type(element, text) {
      if (element.disabled || element.readOnly) return;
      farm.focus(element);
      element._value = text;
      element._typed = true;
      farm.dirty = true;
      const last = text.slice(-1);
      key(element, last || "Backspace", last ? last.toUpperCase().charCodeAt(0) : 8);
      element.dispatchEvent(new farm.InputEvent("input", { bubbles: true, data: last || null, inputType: "insertText" }));
      farm.dispatch(element, new farm.KeyboardEvent("keyup", { bubbles: true, key: last }));
    },
    enter(element) {
      if (key(element, "Enter", 13)) {
        if (element._typed) { element._typed = false; element.dispatchEvent(new farm.Event("change", { bubbles: true })); }
        if (element.form) farm.submitted(element.form, null);
      }
      farm.dispatch(element, new farm.KeyboardEvent("keyup", { bubbles: true, key: "Enter", keyCode: 13 }));
    },
    pick(element, index) { if (element.selectedIndex !== index) { element.selectedIndex = index; farm.valueChanged(element); } },
    slide(element, value) { element.value = value; farm.valueChanged(element); },
  };

  farm.settle = () => {};
  farm.load = (html, options) => {
    const given = JSON.parse(options);
    Object.assign(farm, { nowMs: given.now_ms, startMs: given.now_ms, loading: true });
    farm.seed(given.seed);
    farm.answers = given.answers;
    farm.widths = given.widths;
    farm.viewport = { width: given.width, height: given.height };
    globals.location.href = given.url;
    globals.location.pathname = given.url.replace(/^[a-z]+:\/\/[^/]*/, "").replace(/[?#].*$/, "");
    farm.parseDocument(html);
    const meta = farm.select(farm.document, "meta[name=viewport]", true)[0];
    const width = meta && /width\s*=\s*(device-width|\d+)/.exec(meta.getAttribute("content") || "");
    if (width || (meta && /initial-scale\s*=\s*1(\D|$)/.test(meta.getAttribute("content") || ""))) {
      const chosen = width && width[1] !== "device-width" ? +width[1] : given.device_width;
      farm.viewport = { width: chosen, height: (given.height * chosen) / given.width };
    }
    Object.assign(globals, { innerWidth: Math.round(farm.viewport.width), innerHeight: Math.round(farm.viewport.height) });
    globals.outerWidth = globals.innerWidth;
    globals.outerHeight = globals.innerHeight;
    globals.devicePixelRatio = given.device_ratio;
    const scripts = farm.select(farm.document, "script", false).filter((script) => {
      script._run = true;
      if (script.src) farm.log("error", "scripts from elsewhere are not loaded: " + script.src);
      return !script.src && /^(|module|text\/javascript|application\/javascript)$/i.test(script.getAttribute("type") || "");
    });
    // Elements with an id are globals, unless the page has something else of that name.
    for (const element of farm.select(farm.document, "[id]", false))
      if (!(element.id in globals))
        Object.defineProperty(globals, element.id, { value: element, writable: true, configurable: true, enumerable: false });
    farm.scripts = scripts;
    return JSON.stringify(scripts.map((script) => script.textContent));
  };
  farm.begin = (index) => { farm.document.currentScript = farm.scripts[index]; return ""; };
  farm.failing = (text) => { farm.failed(text); return ""; };
  farm.ready = (full) => {
    farm.document.currentScript = null;
    farm.loading = false;
    farm.document.readyState = "interactive";
    farm.dispatch(farm.document, new farm.Event("DOMContentLoaded", { bubbles: true }));
    farm.document.readyState = "complete";
    farm.dispatch(globals, new farm.Event("load", {}));
    return report(full);
  };
  farm.handle = (text) => {
    const { now_ms, event, rects, pixels, full } = JSON.parse(text);
    if (rects) { farm.rects = rects; farm.dirty = false; }
    for (const canvas of farm.select(farm.document, "canvas", false)) {
      canvas._pixels = null;
      if (pixels && pixels[canvas._id]) farm.takePixels(canvas, pixels[canvas._id]);
    }
    farm.advance(now_ms);
    if (event) {
      const element = find(event.node);
      if (element) HANDLERS[event.kind](element, event.value);
    }
    return report(full);
  };
  farm.tell = () => report(true);
})(__farm);
