/** An element with attributes and children; strings become text, never markup. */
export function h(tag, attributes, ...children) {
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

export const byId = (id) => document.getElementById(id);

/** Shows a sentence above everything, or nothing. */
export function strip(text, kind = "") {
  const element = byId("strip");
  element.hidden = !text;
  element.textContent = text || "";
  element.className = `strip ${kind}`;
}

const STATE_KINDS = { ready: "success", leased: "leased", starting: "undecided", resetting: "undecided", replacing: "failed", quarantined: "failed", unavailable: "failed" };
export const stateBadge = (state) => `badge b-${STATE_KINDS[state] || "nothing"}`;
