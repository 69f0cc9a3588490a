// The cascade: which declarations hold for an element, shorthands taken apart, inheritance, font sizes.
"use strict";
(function (farm) {
  const INHERITED = new Set(["color", "font-size", "font-family", "font-weight", "font-style", "line-height",
    "text-align", "text-transform", "white-space", "visibility", "list-style-type", "letter-spacing", "direction"]);
  const SIDES = ["top", "right", "bottom", "left"];
  const SIZES = { "xx-small": 9, "x-small": 10, small: 13, medium: 16, large: 18, "x-large": 24, "xx-large": 32 };

  // What Chrome's own sheet says about the elements that pages are made of.
  const USER_AGENT = `
    html,body,div,section,article,header,footer,nav,main,aside,address,form,fieldset,figure,figcaption,blockquote,center,
    details,summary,dl,dt,dd,hr,p,pre,ul,ol,menu,h1,h2,h3,h4,h5,h6 { display: block }
    head,script,style,title,meta,link,base,template,noscript,datalist { display: none }
    [hidden],input[type=hidden] { display: none }
    body { margin: 8px } p,dl { margin: 1em 0 } blockquote,figure { margin: 1em 40px } dd { margin-left: 40px }
    h1 { font-size: 2em; margin: 0.67em 0; font-weight: bold } h2 { font-size: 1.5em; margin: 0.83em 0; font-weight: bold }
    h3 { font-size: 1.17em; margin: 1em 0; font-weight: bold } h4 { margin: 1.33em 0; font-weight: bold }
    h5 { font-size: 0.83em; margin: 1.67em 0; font-weight: bold } h6 { font-size: 0.67em; margin: 2.33em 0; font-weight: bold }
    ul,ol,menu { margin: 1em 0; padding-left: 40px } li { display: list-item } ol { list-style-type: decimal }
    ul { list-style-type: disc } ul ul,ol ul { list-style-type: circle; margin: 0 } ul ol,ol ol { margin: 0 }
    hr { border: 1px inset #808080; margin: 0.5em auto } pre,xmp { white-space: pre; margin: 1em 0; font-family: monospace }
    code,kbd,samp,tt { font-family: monospace } b,strong,th { font-weight: bold } i,em,cite,var,address { font-style: italic }
    u,ins { text-decoration: underline } s,del,strike { text-decoration: line-through } center { text-align: center }
    small,sub,sup { font-size: 0.83em } big { font-size: 1.2em } mark { background-color: #ffff00 }
    a[href] { color: #0000ee; text-decoration: underline }
    table { display: table; border-spacing: 2px } tr { display: table-row } td,th { display: table-cell; padding: 1px }
    thead,tbody,tfoot { display: table-row-group } th { text-align: center } caption { display: block; text-align: center }
    button,input,select,textarea,canvas,img,meter,progress { display: inline-block }
    button,input,select,textarea { font-size: 13.333px; font-weight: normal; color: #000000; text-align: left;
      line-height: normal; white-space: nowrap; text-transform: none; font-style: normal }
    button,input[type=button],input[type=submit],input[type=reset] { padding: 1px 6px; border: 2px solid #767676;
      border-radius: 3px; background-color: #efefef; text-align: center; box-sizing: border-box }
    input,textarea,select { padding: 1px 2px; border: 2px solid #767676; background-color: #ffffff }
    input[type=checkbox],input[type=radio] { width: 13px; height: 13px; margin: 3px 3px 3px 4px; padding: 0; border: 0 none }
    input[type=range] { width: 129px; height: 16px; padding: 0; border: 0 none } textarea { white-space: pre-wrap }
    button:disabled,input:disabled,select:disabled { color: #a0a0a0; border-color: #c8c8c8 }
    fieldset { border: 2px groove #c0c0c0; padding: 6px 12px 10px; margin: 0 2px } legend { display: block; padding: 0 2px }
    summary { display: list-item } details:not([open]) > *:not(summary) { display: none }`;

  function sides(name, value, put) {
    const parts = farm.splitOutside(value.trim(), /\s/).filter(Boolean);
    const [top, right = top, bottom = top, left = right] = parts;
    [top, right, bottom, left].forEach((part, index) => put(name.replace("*", SIDES[index]), part));
  }

  const COLOURISH = /^(#|rgb|hsl|transparent$|currentcolor$|[a-z]+$)/i;
  const STYLES = new Set(["none", "hidden", "solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"]);

  function border(edges, value, put) {
    let width = "3px", style = "none", colour = "currentcolor";
    for (const part of farm.splitOutside(value.trim(), /\s/).filter(Boolean)) {
      if (STYLES.has(part)) style = part;
      else if (/^([\d.]|thin$|medium$|thick$)/.test(part)) width = { thin: "1px", medium: "3px", thick: "5px" }[part] || part;
      else colour = part;
    }
    for (const edge of edges) {
      put("border-" + edge + "-width", style === "none" || style === "hidden" ? "0px" : width);
      put("border-" + edge + "-style", style);
      put("border-" + edge + "-color", colour);
    }
  }

  function expand(name, value, put) {
    switch (name) {
      case "margin": case "padding": sides(name + "-*", value, put); break;
      case "inset": sides("*", value, put); break;
      case "border": border(SIDES, value, put); break;
      case "border-top": case "border-right": case "border-bottom": case "border-left":
        border([name.slice(7)], value, put); break;
      case "border-width": case "border-style": case "border-color":
        sides("border-*-" + name.slice(7), value, put); break;
      case "background": {
        const parts = farm.splitOutside(value.trim(), /\s/).filter(Boolean);
        const gradient = /gradient\([^#r]*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|[a-z]+(?=\s*[,)]))/i.exec(value);
        const colour = gradient ? gradient[1] : parts.find((part) => COLOURISH.test(part) && part !== "none");
        put("background-color", colour || "transparent");
        break;
      }
      case "flex": {
        const parts = value.trim().split(/\s+/);
        if (value.trim() === "none") { put("flex-grow", "0"); put("flex-shrink", "0"); break; }
        const numbers = parts.filter((part) => /^[\d.]+$/.test(part));
        put("flex-grow", value.trim() === "auto" ? "1" : numbers[0] || "1");
        put("flex-shrink", numbers[1] || "1");
        const basis = parts.find((part) => /^([\d.]+(px|%|em|rem|vw)|auto)$/.test(part));
        put("flex-basis", basis || (numbers.length ? "0px" : "auto"));
        break;
      }
      case "flex-flow":
        for (const part of value.trim().split(/\s+/)) put(/wrap/.test(part) ? "flex-wrap" : "flex-direction", part);
        break;
      case "gap": case "grid-gap": {
        const [row, column = row] = value.trim().split(/\s+/);
        put("row-gap", row); put("column-gap", column);
        break;
      }
      case "overflow": put("overflow-x", value); put("overflow-y", value); break;
      case "text-decoration-line": put("text-decoration", value); break;
      case "list-style": put("list-style-type", value.split(/\s+/).find((part) => !/^(inside|outside|url)/.test(part)) || "disc"); break;
      case "font": {
        const match = /([\d.]+(?:px|em|rem|pt|%)|[a-z]+-?(?:small|large)|medium)(?:\s*\/\s*(\S+))?\s+(.+)$/i.exec(value);
        if (!match) break;
        put("font-size", match[1]); put("line-height", match[2] || "normal"); put("font-family", match[3]);
        const before = value.slice(0, match.index);
        put("font-weight", (/bold(er)?|[1-9]00/.exec(before) || ["normal"])[0]);
        put("font-style", /italic|oblique/.test(before) ? "italic" : "normal");
        break;
      }
      default: put(name, value);
    }
  }

  function substitute(value, style, depth) {
    if (!value.includes("var(") || depth > 8) return value;
    return substitute(value.replace(/var\(\s*(--[\w-]+)\s*(?:,\s*((?:[^()]|\([^()]*\))*))?\)/g,
      (_, name, fallback) => style[name] !== undefined ? style[name] : (fallback || "")), style, depth + 1);
  }

  function fontSize(value, parent) {
    const text = value.trim().toLowerCase();
    if (text in SIZES) return SIZES[text];
    if (text === "smaller") return parent / 1.2;
    if (text === "larger") return parent * 1.2;
    const match = /^([\d.]+)(px|em|rem|%|pt|vw|vh)?$/.exec(text);
    if (!match) return parent;
    const size = parseFloat(match[1]);
    const unit = { px: 1, em: parent, rem: farm.rootSize || 16, "%": parent / 100, pt: 4 / 3, vw: farm.viewport.width / 100,
      vh: farm.viewport.height / 100 }[match[2] || "px"];
    return size * unit;
  }

  // Rules by the tag that they are about, with their shorthands taken apart once.
  function sheetOf(css) {
    const byTag = new Map();
    farm.rulesOf(css).forEach((rule, order) => {
      const tag = rule.steps[rule.steps.length - 1].compound.tag;
      const declared = expanded(rule.declarations);
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push({ steps: rule.steps, weight: rule.weight, order, declared });
    });
    return byTag;
  }

  function expanded(declarations) {
    const found = [];
    for (const [name, { value, important }] of declarations) expand(name, value, (key, part) => found.push([key, part, important]));
    return found;
  }

  let userAgent = null, sheet = new Map(), sheetText = null;

  function author() {
    const text = farm.select(farm.document, "style", false).map((style) => style.textContent).join("\n");
    if (text !== sheetText) { sheetText = text; sheet = sheetOf(text); }
    return sheet;
  }

  function collect(element, byTag, layer, into) {
    for (const tag of [element.localName, "*"])
      for (const rule of byTag.get(tag) || [])
        if (farm.matchesSteps(element, rule.steps)) into.push([layer, rule.weight, rule.order, rule.declared]);
  }

  // `rules` is the page's own sheet; asked for once where a whole tree is computed.
  function compute(element, parent, rules) {
    if (userAgent === null) userAgent = sheetOf(USER_AGENT);
    const layers = [];
    collect(element, userAgent, 0, layers);
    collect(element, rules || author(), 1, layers);
    if (element._style.size) layers.push([2, 0, 0, expanded(element._style)]);
    layers.sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
    const style = {}, own = {};
    for (const name in parent) if (INHERITED.has(name) || name.startsWith("--")) style[name] = parent[name];
    let important = false;
    for (const [, , , declared] of layers)
      for (const [name, value, strong] of declared) if (strong) important = true; else own[name] = value;
    if (important)
      for (const [, , , declared] of layers) for (const [name, value, strong] of declared) if (strong) own[name] = value;
    for (const name in own) if (name.startsWith("--")) style[name] = own[name];
    for (const name in own) {
      const value = substitute(own[name], style, 0).trim();
      if (value === "inherit" || (value === "unset" && INHERITED.has(name))) style[name] = parent[name];
      else if (value === "initial" || value === "unset") delete style[name];
      else if (name !== "font-size") style[name] = value;
    }
    const inherited = parent["font-size"] || 16;
    style["font-size"] = own["font-size"] ? fontSize(substitute(own["font-size"], style, 0), inherited) : inherited;
    if (element === farm.document.documentElement) farm.rootSize = style["font-size"];
    style.display = style.display || "inline";
    return style;
  }

  farm.author = author;
  farm.compute = compute;
  farm.computed = (element) => compute(element, element.parentElement ? farm.computed(element.parentElement) : {});
})(__farm);
