// Events, the document and the window: what a page's scripts find under their usual names.
"use strict";
(function (farm) {
  const { EventTarget, Element, Node, Text, Comment, DocumentFragment } = farm;
  const globals = globalThis;

  class Event {
    constructor(type, init) {
      this.type = String(type);
      Object.assign(this, { bubbles: false, cancelable: false, composed: false }, init || {});
      this.defaultPrevented = false;
      this.target = this.currentTarget = null;
      this.eventPhase = 0;
      this.isTrusted = false;
      this.timeStamp = farm.nowMs - farm.startMs;
    }
    preventDefault() { if (this.cancelable) this.defaultPrevented = true; }
    stopPropagation() { this._stopped = true; }
    stopImmediatePropagation() { this._stopped = this._ended = true; }
    composedPath() { return farm.pathOf(this.target); }
    get srcElement() { return this.target; }
    get returnValue() { return !this.defaultPrevented; }
  }
  class UIEvent extends Event {}
  class CustomEvent extends Event {
    constructor(type, init) { super(type, init); if (this.detail === undefined) this.detail = null; }
  }
  const POINT = { clientX: 0, clientY: 0, pageX: 0, pageY: 0, screenX: 0, screenY: 0, button: 0, buttons: 0,
    ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, detail: 0 };
  class MouseEvent extends UIEvent {
    constructor(type, init) { super(type, Object.assign({}, POINT, init)); }
    get x() { return this.clientX; }
    get y() { return this.clientY; }
    get offsetX() { return this.clientX - farm.rectOf(this.target)[0]; }
    get offsetY() { return this.clientY - farm.rectOf(this.target)[1]; }
  }
  class PointerEvent extends MouseEvent {
    constructor(type, init) { super(type, Object.assign({ pointerId: 1, pointerType: "touch", isPrimary: true, pressure: 0.5 }, init)); }
  }
  class TouchEvent extends UIEvent {}
  class InputEvent extends UIEvent {}
  class FocusEvent extends UIEvent {}
  class KeyboardEvent extends UIEvent {
    constructor(type, init) { super(type, Object.assign({ key: "", code: "", keyCode: 0, repeat: false }, init)); }
    get which() { return this.keyCode; }
  }

  // Dispatch: down to the target for capturing listeners, back up for the others.

  farm.pathOf = (target) => {
    const path = [];
    for (let node = target; node; node = node.parentNode) path.push(node);
    if (path[path.length - 1] === farm.document) path.push(globals);
    return path;
  };

  const listenersOf = (node) => (node === globals ? farm.windowTarget._listeners : node._listeners);

  function handlerOf(node, type) {
    const name = "_on" + type;
    const own = node === globals ? farm.windowHandlers[type] : node[name];
    if (own !== undefined || !(node instanceof Element)) return own || null;
    const source = node.getAttribute("on" + type);
    if (source === null) return null;
    try { node[name] = new Function("event", source); } catch (error) { farm.failed(error); node[name] = null; }
    return node[name];
  }

  function tell(node, event, phase) {
    event.currentTarget = node;
    event.eventPhase = phase;
    for (const entry of (listenersOf(node).get(event.type) || []).slice()) {
      if (event._ended || (phase === 1 && !entry.capture) || (phase === 3 && entry.capture)) continue;
      if (entry.once) node.removeEventListener(event.type, entry.listener, entry.capture);
      const { listener } = entry;
      call(() => typeof listener === "function" ? listener.call(node, event) : listener.handleEvent(event));
    }
    if (phase === 1 || event._ended) return;
    const handler = handlerOf(node, event.type);
    if (handler && call(() => handler.call(node, event)) === false) event.preventDefault();
  }

  function call(task) {
    try { return task(); } catch (error) { farm.failed(error); return undefined; }
  }

  farm.dispatch = (target, event) => {
    event.target = target;
    const path = farm.pathOf(target);
    for (let i = path.length - 1; i > 0 && !event._stopped; i--) tell(path[i], event, 1);
    if (!event._stopped) tell(target, event, 2);
    for (let i = 1; i < path.length && event.bubbles && !event._stopped; i++) tell(path[i], event, 3);
    event.currentTarget = null;
    return !event.defaultPrevented;
  };

  farm.failed = (error) => {
    if (farm.needs) return;
    farm.log("error", String(error && error.message !== undefined ? error.name + ": " + error.message : error));
  };

  farm.click = (element, point) => {
    if (element.closest("button:disabled,input:disabled,select:disabled")) return;
    const undo = farm.beforeClick(element);
    const event = new MouseEvent("click", Object.assign({ bubbles: true, cancelable: true, detail: 1 }, point));
    const go = farm.dispatch(element, event);
    if (!go && undo) undo();
    if (go) farm.afterClick(element, undo !== null);
  };

  // on... properties of elements, document and window.
  const HANDLERS = ("click dblclick mousedown mouseup mousemove mouseover mouseout mouseenter mouseleave touchstart touchmove " +
    "touchend touchcancel pointerdown pointermove pointerup keydown keyup keypress input change focus blur submit reset load " +
    "scroll contextmenu select").split(" ");
  farm.windowHandlers = {};
  farm.windowTarget = new EventTarget();
  for (const type of HANDLERS) {
    Object.defineProperty(Node.prototype, "on" + type, {
      get() { return handlerOf(this, type); },
      set(handler) {
        this["_on" + type] = typeof handler === "function" ? handler : null;
        this._handles = true;
        farm.dirty = true;
      },
      configurable: true,
    });
    Object.defineProperty(globals, "on" + type, {
      get: () => farm.windowHandlers[type] || null,
      set: (handler) => { farm.windowHandlers[type] = typeof handler === "function" ? handler : null; },
      configurable: true,
    });
  }

  // Document

  class Document extends Node {
    constructor() { super(9, "#document"); this.readyState = "loading"; this.cookie = ""; this.hidden = false; }
    get nodeValue() { return null; }
    get children() { return this.childNodes.filter((child) => child.nodeType === 1); }
    get firstElementChild() { return this.documentElement; }
    get defaultView() { return globals; }
    get location() { return globals.location; }
    get activeElement() { return farm.active || this.body; }
    get title() { const title = farm.select(this, "title", true)[0]; return title ? title.textContent.trim() : ""; }
    set title(text) {
      let title = farm.select(this, "title", true)[0];
      if (!title) this.head.appendChild((title = farm.createElement("title")));
      title.textContent = text;
    }
    get forms() { return farm.select(this, "form", false); }
    get images() { return farm.select(this, "img", false); }
    get scrollingElement() { return this.documentElement; }
    get visibilityState() { return "visible"; }
    createElement(tag) { return farm.createElement(tag); }
    createElementNS(_, tag) { return farm.createElement(tag); }
    createTextNode(text) { return new Text(text); }
    createComment(text) { return new Comment(text); }
    createDocumentFragment() { return new DocumentFragment(); }
    createEvent() { return Object.assign(new Event(""), { initEvent(type, bubbles, cancelable) { Object.assign(this, { type, bubbles, cancelable }); } }); }
    getElementById(id) {
      let found = null;
      (function walk(node) {
        for (const child of node.childNodes) {
          if (found || child.nodeType !== 1) continue;
          if (child._attributes.get("id") === id) { found = child; return; }
          walk(child);
        }
      })(this);
      return found;
    }
    getElementsByName(name) { return farm.select(this, "[name]", false).filter((element) => element.name === name); }
    querySelector(selector) { return farm.select(this, selector, true)[0] || null; }
    querySelectorAll(selector) { return farm.select(this, selector, false); }
    getElementsByTagName(tag) { return farm.select(this, tag.toLowerCase(), false); }
    getElementsByClassName(names) { return Element.prototype.getElementsByClassName.call(this, names); }
    elementFromPoint(x, y) { return farm.elementAt(x, y); }
    write(...parts) {
      const script = this.currentScript;
      const nodes = farm.parseFragment(parts.join(""), "div");
      if (script) for (const node of nodes) script.parentNode.insertBefore(node, script);
      else for (const node of nodes) this.body.appendChild(node);
    }
    writeln(...parts) { this.write(...parts, "\n"); }
    open() { this.body.replaceChildren(); return this; }
    close() {}
    hasFocus() { return true; }
    execCommand() { return false; }
  }

  const document = (farm.document = new Document());
  document.documentElement = farm.createElement("html");
  document.head = farm.createElement("head");
  document.body = farm.createElement("body");
  document.documentElement.parentNode = document;
  document.childNodes.push(document.documentElement);
  for (const part of [document.head, document.body]) {
    part.parentNode = document.documentElement;
    document.documentElement.childNodes.push(part);
  }

  // A script that another script puts into the page runs at once.
  farm.inserted = (node) => {
    if (farm.loading || !(node instanceof Element) || node.localName !== "script" || node._run || !node.isConnected) return;
    node._run = true;
    if (!node.src) farm.run(node.textContent);
  };
  farm.run = (code) => call(() => (0, eval)(code));

  Object.assign(farm, { Event, CustomEvent, MouseEvent, PointerEvent, TouchEvent, InputEvent, KeyboardEvent, call });
  Object.assign(globals, { Event, CustomEvent, UIEvent, MouseEvent, PointerEvent, TouchEvent, InputEvent, FocusEvent, KeyboardEvent,
    EventTarget, Node, Element, HTMLElement: Element, Text, Comment, DocumentFragment, Document, document,
    HTMLInputElement: farm.classes.Input, HTMLSelectElement: farm.classes.Select, HTMLButtonElement: farm.classes.Button,
    HTMLFormElement: farm.classes.Form, HTMLTextAreaElement: farm.classes.TextArea, HTMLCanvasElement: farm.Canvas });
})(__farm);
