// Text to nodes and back: a forgiving parser of the HTML that people write, without the tree-building rules for tables
// and misnested formatting.
"use strict";
(function (farm) {
  const RAW = new Set(["script", "style", "textarea", "title"]);
  const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "\u00a9", reg: "\u00ae",
    times: "\u00d7", divide: "\u00f7", hellip: "\u2026", mdash: "\u2014", ndash: "\u2013", middot: "\u00b7",
    laquo: "\u00ab", raquo: "\u00bb", larr: "\u2190", uarr: "\u2191", rarr: "\u2192", darr: "\u2193", check: "\u2713",
    euro: "\u20ac", pound: "\u00a3", deg: "\u00b0", plusmn: "\u00b1", bull: "\u2022", minus: "\u2212" };
  // What ends an open element of this name: the start of any of these.
  const CLOSED_BY = {
    p: ["address", "article", "aside", "blockquote", "div", "dl", "fieldset", "footer", "form", "h1", "h2", "h3", "h4",
      "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"],
    li: ["li"], dt: ["dt", "dd"], dd: ["dt", "dd"], option: ["option", "optgroup"], tr: ["tr", "tbody", "tfoot"],
    td: ["td", "th", "tr"], th: ["td", "th", "tr"], thead: ["tbody", "tfoot"], tbody: ["tbody", "tfoot"],
  };
  const HEAD_ONLY = new Set(["title", "meta", "link", "base", "style"]);

  farm.decode = (text) => text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+\d*);?/gi, (whole, name) => {
    if (name[0] !== "#") return ENTITIES[name] === undefined ? whole : ENTITIES[name];
    const code = name[1] === "x" || name[1] === "X" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : "\ufffd";
  });

  function attributesOf(source) {
    const found = [];
    const pattern = /([^\s"'<>\/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
    for (let match; (match = pattern.exec(source)); ) {
      const value = match[2] !== undefined ? match[2] : match[3] !== undefined ? match[3] : match[4];
      found.push([match[1].toLowerCase(), farm.decode(value === undefined ? "" : value)]);
    }
    return found;
  }

  const TAG = /<(\/?)([a-zA-Z][^\s\/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/y;

  // Calls open(tag, attributes, closed), close(tag), text(data), comment(data) for every piece.
  function tokenise(html, sink) {
    let place = 0;
    while (place < html.length) {
      const next = html.indexOf("<", place);
      if (next < 0) { sink.text(farm.decode(html.slice(place))); return; }
      if (next > place) sink.text(farm.decode(html.slice(place, next)));
      if (html.startsWith("<!--", next)) {
        const end = html.indexOf("-->", next + 4);
        sink.comment(html.slice(next + 4, end < 0 ? html.length : end));
        place = end < 0 ? html.length : end + 3;
        continue;
      }
      TAG.lastIndex = next;
      const match = TAG.exec(html);
      if (!match) {
        const end = /^<[!?]/.test(html.slice(next, next + 2)) ? html.indexOf(">", next) : -1;
        if (end < 0) { sink.text("<"); place = next + 1; } else place = end + 1;
        continue;
      }
      place = next + match[0].length;
      const tag = match[2].toLowerCase();
      if (match[1]) { sink.close(tag); continue; }
      sink.open(tag, attributesOf(match[3].replace(/\/\s*$/, "")), /\/\s*$/.test(match[3]));
      if (RAW.has(tag)) {
        const closing = new RegExp("</" + tag + "[\\s/>]", "gi");
        closing.lastIndex = place;
        const end = closing.exec(html);
        const stop = end ? end.index : html.length;
        const data = html.slice(place, stop);
        if (data) sink.text(tag === "textarea" || tag === "title" ? farm.decode(data) : data);
        sink.close(tag);
        const close = html.indexOf(">", stop);
        place = close < 0 ? html.length : close + 1;
      }
    }
  }

  class Builder {
    constructor(root) { this.stack = [root]; }
    get top() { return this.stack[this.stack.length - 1]; }
    text(data) {
      const last = this.top.lastChild;
      if (last && last.nodeType === 3) last._data += data; else this.top.appendChild(new farm.Text(data));
    }
    comment(data) { this.top.appendChild(new farm.Comment(data)); }
    open(tag, attributes, closed) {
      while (this.stack.length > 1 && (CLOSED_BY[this.top.localName] || []).includes(tag)) this.stack.pop();
      const element = farm.createElement(tag);
      for (const [name, value] of attributes) element.setAttribute(name, value);
      this.top.appendChild(element);
      if (!farm.VOID.has(tag) && !closed) this.stack.push(element);
    }
    close(tag) {
      const place = this.stack.map((element) => element.localName).lastIndexOf(tag);
      if (place > 0) this.stack.length = place;
    }
  }

  class DocumentBuilder extends Builder {
    // html, head and body are there whatever the source has.
    constructor(root, head, body) { super(body); Object.assign(this, { root, head, body, begun: false }); }
    open(tag, attributes, closed) {
      const element = { html: this.root, head: this.head, body: this.body }[tag];
      if (element) {
        for (const [name, value] of attributes) element.setAttribute(name, value);
        this.begun = this.begun || tag === "body";
        this.stack = [tag === "head" ? this.head : this.body];
        return;
      }
      if (!this.begun && this.stack.length === 1) {
        const early = HEAD_ONLY.has(tag) || (tag === "script" && this.top === this.head);
        this.stack = [early ? this.head : this.body];
        this.begun = !early;
      }
      super.open(tag, attributes, closed);
    }
    close(tag) {
      if (tag === "head") { this.stack = [this.body]; return; }
      if (tag !== "html" && tag !== "body") super.close(tag);
    }
    text(data) {
      if (!this.begun && this.stack.length === 1 && !data.trim()) return;
      if (this.stack.length === 1 && this.top === this.head && data.trim()) this.stack = [this.body];
      super.text(data);
    }
  }

  farm.parseFragment = (html, context) => {
    if (RAW.has(context)) return html ? [new farm.Text(html)] : [];
    const holder = new farm.DocumentFragment();
    tokenise(html, new Builder(holder));
    const nodes = holder.childNodes.slice();
    for (const node of nodes) holder.removeChild(node);
    return nodes;
  };

  farm.parseDocument = (html) => {
    const document = farm.document;
    tokenise(html, new DocumentBuilder(document.documentElement, document.head, document.body));
  };

  const quoted = (text) => text.replace(/&/g, "&amp;").replace(/\u00a0/g, "&nbsp;").replace(/"/g, "&quot;");
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/\u00a0/g, "&nbsp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  farm.serialise = (node) => {
    if (node.nodeType === 3) return node.parentNode && RAW.has(node.parentNode.localName) ? node.data : escaped(node.data);
    if (node.nodeType === 8) return "<!--" + node.data + "-->";
    const attributes = node.getAttributeNames()
      .map((name) => " " + name + '="' + quoted(node.getAttribute(name)) + '"').join("");
    const head = "<" + node.localName + attributes + ">";
    return farm.VOID.has(node.localName) ? head : head + node.innerHTML + "</" + node.localName + ">";
  };

  const BLOCKS = new Set(["address", "article", "aside", "blockquote", "div", "dl", "dt", "dd", "fieldset", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tr", "ul"]);

  farm.renderedText = (element) => {
    const pieces = [];
    (function walk(node) {
      if (node.nodeType === 3) { pieces.push(node.data.replace(/\s+/g, " ")); return; }
      if (node.nodeType !== 1 || node.localName === "script" || node.localName === "style") return;
      if (farm.computed(node).display === "none") return;
      if (node.localName === "br") { pieces.push("\n"); return; }
      const block = BLOCKS.has(node.localName);
      if (block) pieces.push("\n");
      node.childNodes.forEach(walk);
      if (block) pieces.push("\n");
    })(element);
    return pieces.join("").replace(/[ \t]*\n[ \t]*/g, "\n").replace(/\n{2,}/g, "\n").replace(/ {2,}/g, " ").trim();
  };
})(__farm);
