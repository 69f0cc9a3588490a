// Style: selectors, sheets, the cascade. Values stay text, except font-size, which is resolved to pixels because
// other lengths hang on it; layout reads the rest.
"use strict";
(function (farm) {
  // Selectors

  function compound(source) {
    const made = { tag: "*", id: null, classes: [], attributes: [], pseudos: [] };
    const pattern = /\*|#([\w-]+)|\.([\w-]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([^\]\s]+)))?\s*\]|::?([\w-]+)(?:\(((?:[^()]|\([^()]*\))*)\))?|([\w-]+)/y;
    for (let match; (match = pattern.exec(source)); ) {
      if (match[1]) made.id = match[1];
      else if (match[2]) made.classes.push(match[2]);
      else if (match[3]) made.attributes.push([match[3].toLowerCase(), match[4] || "", match[5] ?? match[6] ?? match[7] ?? ""]);
      else if (match[8]) made.pseudos.push([match[8].toLowerCase(), match[9]]);
      else if (match[10]) made.tag = match[10].toLowerCase();
      if (pattern.lastIndex >= source.length) return made;
    }
    throw new SyntaxError("'" + source + "' is not a valid selector");
  }

  function splitOutside(text, separator) {
    const parts = [];
    let depth = 0, quote = "", start = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (quote) { if (c === quote) quote = ""; continue; }
      if (c === '"' || c === "'") quote = c;
      else if (c === "(" || c === "[") depth++;
      else if (c === ")" || c === "]") depth--;
      else if (depth === 0 && separator.test(c)) { parts.push(text.slice(start, i)); start = i + 1; }
    }
    parts.push(text.slice(start));
    return parts;
  }

  const parsed = new Map();
  function selectorsOf(source) {
    if (parsed.has(source)) return parsed.get(source);
    const made = splitOutside(source, /,/).map((complex) => {
      const spaced = complex.trim().replace(/\s*([>+~])\s*(?![^\[]*\])/g, " $1 ");
      const steps = [];
      let combinator = " ";
      for (const part of splitOutside(spaced, /\s/).filter(Boolean)) {
        if (/^[>+~]$/.test(part)) { combinator = part; continue; }
        steps.push({ combinator, compound: compound(part) });
        combinator = " ";
      }
      if (!steps.length) throw new SyntaxError("'" + source + "' is not a valid selector");
      return steps;
    });
    parsed.set(source, made);
    return made;
  }

  const ATTRIBUTE = {
    "": () => true, "=": (have, want) => have === want, "^=": (have, want) => want !== "" && have.startsWith(want),
    "$=": (have, want) => want !== "" && have.endsWith(want), "*=": (have, want) => want !== "" && have.includes(want),
    "~=": (have, want) => have.split(/\s+/).includes(want),
    "|=": (have, want) => have === want || have.startsWith(want + "-"),
  };

  function nth(argument, index) {
    const text = argument.trim().replace(/^even$/, "2n").replace(/^odd$/, "2n+1").replace(/\s+/g, "");
    const match = /^(?:([+-]?\d*)n)?([+-]?\d+)?$/.exec(text);
    if (!match) return false;
    const step = match[1] === undefined ? 0 : match[1] === "" || match[1] === "+" ? 1 : match[1] === "-" ? -1 : +match[1];
    const rest = index - (match[2] ? +match[2] : 0);
    return step === 0 ? rest === 0 : rest % step === 0 && rest / step >= 0;
  }

  function pseudo(element, name, argument) {
    const all = () => (element.parentNode && element.parentNode.children) || [element];
    const same = () => all().filter((each) => each.localName === element.localName);
    const siblings = /-child$/.test(name) ? all() : null;
    switch (name) {
      case "first-child": return siblings[0] === element;
      case "last-child": return siblings[siblings.length - 1] === element;
      case "only-child": return siblings.length === 1;
      case "nth-child": return nth(argument, siblings.indexOf(element) + 1);
      case "nth-last-child": return nth(argument, siblings.length - siblings.indexOf(element));
      case "first-of-type": return same()[0] === element;
      case "last-of-type": return same()[same().length - 1] === element;
      case "nth-of-type": return nth(argument, same().indexOf(element) + 1);
      case "not": return !farm.matches(element, argument);
      case "is": case "where": return farm.matches(element, argument);
      case "empty": return element.childNodes.every((node) => node.nodeType === 8);
      case "root": return element === farm.document.documentElement;
      case "checked": return !!(element.checked || element.selected);
      case "disabled": return element.disabled;
      case "enabled": return !element.disabled && /^(button|input|select|textarea)$/.test(element.localName);
      case "focus": case "focus-visible": return farm.active === element;
      case "link": case "any-link": return element.localName === "a" && element.hasAttribute("href");
      default: return false;
    }
  }

  function fits(element, want) {
    if (want.tag !== "*" && want.tag !== element.localName) return false;
    if (want.id !== null && want.id !== element.id) return false;
    if (want.classes.length) {
      const names = element.className.split(/\s+/);
      if (!want.classes.every((name) => names.includes(name))) return false;
    }
    for (const [name, operator, value] of want.attributes) {
      const have = element.getAttribute(name);
      if (have === null || !ATTRIBUTE[operator](have, value)) return false;
    }
    return want.pseudos.every(([name, argument]) => pseudo(element, name, argument));
  }

  function fitsFrom(element, steps, place) {
    if (!fits(element, steps[place].compound)) return false;
    if (place === 0) return true;
    switch (steps[place].combinator) {
      case ">": return element.parentElement !== null && fitsFrom(element.parentElement, steps, place - 1);
      case "+": {
        const before = element.previousElementSibling;
        return before !== null && fitsFrom(before, steps, place - 1);
      }
      case "~":
        for (let node = element.previousElementSibling; node; node = node.previousElementSibling)
          if (fitsFrom(node, steps, place - 1)) return true;
        return false;
      default:
        for (let node = element.parentElement; node; node = node.parentElement)
          if (fitsFrom(node, steps, place - 1)) return true;
        return false;
    }
  }

  farm.matchesSteps = (element, steps) => fitsFrom(element, steps, steps.length - 1);
  farm.matches = (element, source) => selectorsOf(source).some((steps) => fitsFrom(element, steps, steps.length - 1));

  farm.select = (root, source, first) => {
    const wanted = selectorsOf(source), found = [];
    (function walk(node) {
      for (const child of node.childNodes) {
        if (child.nodeType !== 1) continue;
        if (wanted.some((steps) => fitsFrom(child, steps, steps.length - 1))) found.push(child);
        if (first && found.length) return;
        walk(child);
        if (first && found.length) return;
      }
    })(root);
    return found;
  };

  // Declarations and sheets

  farm.parseDeclarations = (text) => {
    const found = new Map();
    for (const part of splitOutside(text.replace(/\/\*[\s\S]*?\*\//g, ""), /;/)) {
      const colon = part.indexOf(":");
      if (colon < 0) continue;
      const raw = part.slice(0, colon).trim();
      const value = part.slice(colon + 1).trim();
      const important = /!\s*important$/i.test(value);
      if (raw && value) found.set(raw.startsWith("--") ? raw : raw.toLowerCase(),
        { value: value.replace(/\s*!\s*important$/i, ""), important });
    }
    return found;
  };

  farm.styleText = (element) => [...element._style]
    .map(([name, { value, important }]) => name + ": " + value + (important ? " !important" : "") + ";").join(" ");

  function mediaFits(query) {
    return splitOutside(query, /,/).some((one) => one.trim().toLowerCase().split(/\s+and\s+/).every((part) => {
      const match = /^\(\s*(min|max)-(width|height)\s*:\s*([\d.]+)(px|em|rem)?\s*\)$/.exec(part.trim());
      if (match) {
        const have = match[2] === "width" ? farm.viewport.width : farm.viewport.height;
        const want = +match[3] * (match[4] && match[4] !== "px" ? 16 : 1);
        return match[1] === "min" ? have >= want : have <= want;
      }
      return part === "all" || part === "screen" || part === "only screen" || /orientation\s*:\s*portrait/.test(part);
    }));
  }

  function rulesOf(css) {
    const rules = [];
    (function read(text) {
      let place = 0;
      while (place < text.length) {
        const open = text.indexOf("{", place);
        if (open < 0) return;
        let depth = 1, end = open + 1;
        while (end < text.length && depth) { if (text[end] === "{") depth++; if (text[end] === "}") depth--; end++; }
        const head = text.slice(place, open).replace(/@(import|charset)[^;]*;/gi, "").trim();
        const body = text.slice(open + 1, depth ? end : end - 1);
        place = end;
        if (/^@media/i.test(head)) { if (mediaFits(head.slice(6))) read(body); continue; }
        if (/^@(supports|layer)/i.test(head)) { read(body); continue; }
        if (!head || head[0] === "@") continue;
        try {
          const declarations = farm.parseDeclarations(body);
          for (const steps of selectorsOf(head)) rules.push({ steps, weight: weightOf(steps), declarations });
        } catch (error) { if (!(error instanceof SyntaxError)) throw error; }
      }
    })(css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/<!--|-->/g, ""));
    return rules;
  }

  function weightOf(steps) {
    let weight = 0;
    for (const { compound: each } of steps) {
      weight += (each.id ? 10000 : 0) + (each.tag !== "*" ? 1 : 0);
      weight += 100 * (each.classes.length + each.attributes.length + each.pseudos.length);
    }
    return weight;
  }

  Object.assign(farm, { rulesOf, splitOutside, mediaFits });
})(__farm);
