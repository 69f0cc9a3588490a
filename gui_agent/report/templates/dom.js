"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);

/** An element with attributes and children; strings become text, never markup. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const percent = (share) => `${(100 * share).toFixed(share === 0 || share === 1 ? 0 : 1)}%`;
const seconds = (value) => (value >= 60 ? `${Math.floor(value / 60)} min ${Math.round(value % 60)} s` : `${value.toFixed(value < 10 ? 2 : 1)} s`);
const millis = (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`);

const KIND_WORDS = { success: "success", failed: "failed", undecided: "undecided", timeout: "timeout", infra_error: "infrastructure", policy_error: "policy error" };
/** Scored episodes are shown as success or failed; the other outcomes by their own name. */
function kindOf(episode) {
  if (episode.kind !== "scored") return episode.kind;
  return episode.reward >= 1 ? "success" : "failed";
}
function badge(episode) {
  const kind = kindOf(episode);
  const partial = kind === "failed" && episode.reward > 0 ? ` ${episode.reward.toFixed(2)}` : "";
  return h("span", { class: `badge b-${kind}` }, KIND_WORDS[kind] + partial);
}

/** An action as one line of text. */
function describeAction(action) {
  if (!action) return "reply did not parse";
  const { type, ...rest } = action;
  const defaults = { button: "left", count: 1, dx: 0, dy: 0 };
  const parts = Object.entries(rest).filter(([name, value]) => !(Array.isArray(value) && !value.length) && value !== "" && !(type !== "system_button" && defaults[name] === value));
  const show = (value) => (Array.isArray(value) ? (typeof value[0] === "number" ? `(${value.join(", ")})` : value.join("+")) : typeof value === "string" ? JSON.stringify(value) : String(value));
  return `${type}(${parts.map(([name, value]) => (name === "at" ? value.join(", ") : `${name}=${show(value)}`)).join(", ")})`;
}
