// The document: nodes, elements, attributes, classes, inline style. One global, `__farm`, holds what the parts share;
// pages see the usual names, which events.js puts on the global object.
"use strict";
globalThis.__farm = {
  nextId: 1, document: null, active: null,
  stale: true,    // the boxes that scripts have asked for are
  changed: true,  // the tree that the phone was told of is
  get dirty() { return this.stale; },
  set dirty(on) { this.stale = on; if (on) this.changed = true; },
};

(function (farm) {
  const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]);

  class EventTarget {
    // Made when they are needed: most nodes of a long page never have any.
    get _listeners() {
      if (!this._heard) Object.defineProperty(this, "_heard", { value: new Map() });
      return this._heard;
    }
    addEventListener(type, listener, options) {
      if (!listener) return;
      const capture = typeof options === "boolean" ? options : !!(options && options.capture);
      const once = !!(options && typeof options === "object" && options.once);
      const list = this._listeners.get(type) || [];
      if (list.some((entry) => entry.listener === listener && entry.capture === capture)) return;
      list.push({ listener, capture, once });
      this._listeners.set(type, list);
      farm.dirty = true;
    }
    removeEventListener(type, listener, options) {
      const capture = typeof options === "boolean" ? options : !!(options && options.capture);
      const list = this._listeners.get(type) || [];
      this._listeners.set(type, list.filter((entry) => entry.listener !== listener || entry.capture !== capture));
      farm.dirty = true;
    }
    dispatchEvent(event) {
      return farm.dispatch(this, event);
    }
  }

  function fragmentOf(items) {
    return items.map((item) => (item instanceof Node ? item : new Text(String(item))));
  }

  class Node extends EventTarget {
    constructor(nodeType, nodeName) {
      super();
      this.nodeType = nodeType;
      this.nodeName = nodeName;
      this.parentNode = null;
      this.childNodes = [];
      Object.defineProperty(this, "_id", { value: farm.nextId++ });
    }
    get ownerDocument() { return farm.document; }
    get parentElement() { return this.parentNode instanceof Element ? this.parentNode : null; }
    get firstChild() { return this.childNodes[0] || null; }
    get lastChild() { return this.childNodes[this.childNodes.length - 1] || null; }
    get nextSibling() { return this._sibling(1); }
    get previousSibling() { return this._sibling(-1); }
    _sibling(step) {
      if (!this.parentNode) return null;
      const siblings = this.parentNode.childNodes;
      return siblings[siblings.indexOf(this) + step] || null;
    }
    get isConnected() {
      let node = this;
      while (node.parentNode) node = node.parentNode;
      return node === farm.document;
    }
    hasChildNodes() { return this.childNodes.length > 0; }
    contains(other) {
      for (let node = other; node; node = node.parentNode) if (node === this) return true;
      return false;
    }
    appendChild(node) { return this.insertBefore(node, null); }
    insertBefore(node, reference) {
      if (node.contains(this)) throw new Error("HierarchyRequestError");
      const nodes = node.nodeType === 11 ? node.childNodes.slice() : [node];
      for (const each of nodes) {
        if (each.parentNode) each.parentNode.removeChild(each);
        const place = reference ? this.childNodes.indexOf(reference) : this.childNodes.length;
        this.childNodes.splice(place < 0 ? this.childNodes.length : place, 0, each);
        each.parentNode = this;
        farm.inserted(each);
      }
      farm.dirty = true;
      return node;
    }
    removeChild(node) {
      const place = this.childNodes.indexOf(node);
      if (place < 0) throw new Error("NotFoundError");
      this.childNodes.splice(place, 1);
      node.parentNode = null;
      farm.dirty = true;
      return node;
    }
    replaceChild(node, old) {
      this.insertBefore(node, old);
      return this.removeChild(old);
    }
    append(...items) { for (const node of fragmentOf(items)) this.appendChild(node); }
    prepend(...items) {
      const first = this.firstChild;
      for (const node of fragmentOf(items)) this.insertBefore(node, first);
    }
    before(...items) { for (const node of fragmentOf(items)) this.parentNode.insertBefore(node, this); }
    after(...items) {
      const next = this.nextSibling;
      for (const node of fragmentOf(items)) this.parentNode.insertBefore(node, next);
    }
    replaceWith(...items) { this.before(...items); this.remove(); }
    replaceChildren(...items) {
      for (const child of this.childNodes.slice()) this.removeChild(child);
      this.append(...items);
    }
    remove() { if (this.parentNode) this.parentNode.removeChild(this); }
    get textContent() {
      return this.childNodes.filter((child) => child.nodeType !== 8).map((child) => child.textContent).join("");
    }
    set textContent(text) {
      this.replaceChildren();
      if (text !== null && String(text) !== "") this.appendChild(new Text(String(text)));
    }
    cloneNode(deep) {
      const copy = this._copy();
      if (deep) for (const child of this.childNodes) copy.appendChild(child.cloneNode(true));
      return copy;
    }
  }

  class Text extends Node {
    constructor(data) { super(3, "#text"); this._data = String(data); }
    get data() { return this._data; }
    set data(text) { this._data = String(text); farm.dirty = true; }
    get nodeValue() { return this._data; }
    set nodeValue(text) { this.data = text; }
    get textContent() { return this._data; }
    set textContent(text) { this.data = text; }
    get length() { return this._data.length; }
    _copy() { return new Text(this._data); }
  }

  class Comment extends Node {
    constructor(data) { super(8, "#comment"); this.data = String(data); }
    get textContent() { return this.data; }
    _copy() { return new Comment(this.data); }
  }

  class DocumentFragment extends Node {
    constructor() { super(11, "#document-fragment"); }
    _copy() { return new DocumentFragment(); }
  }

  const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
  const kebab = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

  // element.style: declarations in their order; written through to the style attribute.
  function styleOf(element) {
    const methods = {
      getPropertyValue: (name) => (element._style.get(name) || { value: "" }).value,
      getPropertyPriority: (name) => (element._style.get(name) || { important: false }).important ? "important" : "",
      setProperty(name, value, priority) { put(name, value, priority === "important"); },
      removeProperty(name) {
        const old = methods.getPropertyValue(name);
        element._style.delete(name);
        farm.dirty = true;
        return old;
      },
      item: (index) => [...element._style.keys()][index] || "",
    };
    function put(name, value, important) {
      const text = value === null || value === undefined ? "" : String(value).trim();
      if (text === "") element._style.delete(name);
      else element._style.set(name, { value: text, important: !!important });
      farm.dirty = true;
    }
    return new Proxy(methods, {
      get(target, key) {
        if (typeof key !== "string" || key in target) return target[key];
        if (key === "cssText") return farm.styleText(element);
        if (key === "length") return element._style.size;
        return methods.getPropertyValue(key === "cssFloat" ? "float" : kebab(key));
      },
      set(target, key, value) {
        if (key === "cssText") element._style = farm.parseDeclarations(String(value));
        else put(key === "cssFloat" ? "float" : kebab(key), value, false);
        farm.dirty = true;
        return true;
      },
      has: () => true,
    });
  }

  class ClassList {
    constructor(element) { this._element = element; }
    get _names() { return (this._element.getAttribute("class") || "").split(/\s+/).filter(Boolean); }
    _write(names) { this._element.setAttribute("class", names.join(" ")); }
    get length() { return this._names.length; }
    get value() { return this._names.join(" "); }
    item(index) { return this._names[index] || null; }
    contains(name) { return this._names.includes(name); }
    add(...names) { this._write([...new Set([...this._names, ...names.map(String)])]); }
    remove(...names) { this._write(this._names.filter((name) => !names.includes(name))); }
    toggle(name, force) {
      const on = force === undefined ? !this.contains(name) : !!force;
      if (on) this.add(name); else this.remove(name);
      return on;
    }
    replace(old, name) {
      if (!this.contains(old)) return false;
      this._write(this._names.map((each) => (each === old ? name : each)));
      return true;
    }
    forEach(visit) { this._names.forEach(visit); }
    [Symbol.iterator]() { return this._names[Symbol.iterator](); }
    toString() { return this.value; }
  }

  class Element extends Node {
    constructor(tag) {
      super(1, tag.toUpperCase());
      this.localName = tag;
      this._attributes = new Map();
      this._style = new Map();
    }
    get style() { return this._declared || (this._declared = styleOf(this)); }
    set style(text) { this.style.cssText = text; }
    get classList() { return this._classes || (this._classes = new ClassList(this)); }
    set classList(text) { this.className = text; }
    get tagName() { return this.nodeName; }
    _copy() {
      const copy = farm.createElement(this.localName);
      for (const [name, value] of this._attributes) copy.setAttribute(name, value);
      copy._style = new Map(this._style);
      return copy;
    }
    getAttribute(name) {
      name = name.toLowerCase();
      if (name === "style" && this._style.size) return farm.styleText(this);
      return this._attributes.has(name) ? this._attributes.get(name) : null;
    }
    setAttribute(name, value) {
      name = name.toLowerCase();
      this._attributes.set(name, String(value));
      if (name === "style") this._style = farm.parseDeclarations(String(value));
      if (name.startsWith("on")) delete this["_" + name];
      farm.dirty = true;
    }
    removeAttribute(name) {
      this._attributes.delete(name.toLowerCase());
      if (name.toLowerCase() === "style") this._style = new Map();
      farm.dirty = true;
    }
    hasAttribute(name) { return this._attributes.has(name.toLowerCase()); }
    toggleAttribute(name, force) {
      const on = force === undefined ? !this.hasAttribute(name) : !!force;
      if (on) this.setAttribute(name, ""); else this.removeAttribute(name);
      return on;
    }
    getAttributeNames() { return [...this._attributes.keys()]; }
    get attributes() { return [...this._attributes].map(([name, value]) => ({ name, value })); }
    get className() { return this.getAttribute("class") || ""; }
    set className(value) { this.setAttribute("class", value); }
    get children() { return this.childNodes.filter((child) => child.nodeType === 1); }
    get childElementCount() { return this.children.length; }
    get firstElementChild() { return this.children[0] || null; }
    get lastElementChild() { return this.children[this.children.length - 1] || null; }
    get nextElementSibling() { return this._elementSibling(1); }
    get previousElementSibling() { return this._elementSibling(-1); }
    _elementSibling(step) {
      let node = this;
      do node = node._sibling(step); while (node && node.nodeType !== 1);
      return node;
    }
    get innerHTML() { return this.childNodes.map(farm.serialise).join(""); }
    set innerHTML(html) {
      this.replaceChildren();
      for (const node of farm.parseFragment(String(html), this.localName)) this.appendChild(node);
    }
    get outerHTML() { return farm.serialise(this); }
    set outerHTML(html) { this.replaceWith(...farm.parseFragment(String(html), "div")); }
    insertAdjacentHTML(place, html) {
      for (const node of farm.parseFragment(String(html), this.localName)) this.insertAdjacentElement(place, node);
    }
    insertAdjacentElement(place, node) {
      switch (place.toLowerCase()) {
        case "beforebegin": this.before(node); break;
        case "afterbegin": this.prepend(node); break;
        case "afterend": this.after(node); break;
        default: this.append(node);
      }
      return node;
    }
    insertAdjacentText(place, text) { this.insertAdjacentElement(place, new Text(text)); }
    get innerText() { return farm.renderedText(this); }
    set innerText(text) {
      this.replaceChildren();
      String(text).split("\n").forEach((line, index) => {
        if (index) this.appendChild(farm.createElement("br"));
        if (line) this.appendChild(new Text(line));
      });
    }
    get dataset() {
      const element = this;
      return new Proxy({}, {
        get: (_, key) => {
          const value = element.getAttribute("data-" + kebab(String(key)));
          return value === null ? undefined : value;
        },
        set: (_, key, value) => { element.setAttribute("data-" + kebab(String(key)), value); return true; },
        has: (_, key) => element.hasAttribute("data-" + kebab(String(key))),
        deleteProperty: (_, key) => { element.removeAttribute("data-" + kebab(String(key))); return true; },
        ownKeys: () => element.getAttributeNames().filter((n) => n.startsWith("data-")).map((n) => camel(n.slice(5))),
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      });
    }
    matches(selector) { return farm.matches(this, selector); }
    closest(selector) {
      for (let node = this; node instanceof Element; node = node.parentNode) if (node.matches(selector)) return node;
      return null;
    }
    querySelector(selector) { return farm.select(this, selector, true)[0] || null; }
    querySelectorAll(selector) { return farm.select(this, selector, false); }
    getElementsByTagName(tag) { return farm.select(this, tag === "*" ? "*" : tag.toLowerCase(), false); }
    getElementsByClassName(names) {
      return farm.select(this, names.trim().split(/\s+/).map((name) => "." + name).join(""), false);
    }
  }

  // Attributes that elements also have as properties.
  for (const [name, attribute] of [["id", "id"], ["title", "title"], ["name", "name"], ["placeholder", "placeholder"],
    ["href", "href"], ["src", "src"], ["alt", "alt"], ["htmlFor", "for"], ["max", "max"], ["min", "min"],
    ["step", "step"], ["lang", "lang"], ["action", "action"], ["method", "method"], ["role", "role"]]) {
    Object.defineProperty(Element.prototype, name, {
      get() { return this.getAttribute(attribute) || ""; },
      set(value) { this.setAttribute(attribute, value); },
      configurable: true,
    });
  }
  for (const [name, attribute] of [["disabled", "disabled"], ["hidden", "hidden"], ["readOnly", "readonly"],
    ["required", "required"], ["multiple", "multiple"], ["autofocus", "autofocus"], ["open", "open"]]) {
    Object.defineProperty(Element.prototype, name, {
      get() { return this.hasAttribute(attribute); },
      set(value) { this.toggleAttribute(attribute, !!value); },
      configurable: true,
    });
  }

  Object.assign(farm, { VOID, EventTarget, Node, Text, Comment, DocumentFragment, Element, camel, kebab });
})(__farm);
