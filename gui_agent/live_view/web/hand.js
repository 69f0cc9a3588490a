import { byId } from "./dom.js";

/** Mouse, finger and keyboard as the farm's actions. Coordinates are the device's pixels. */

const STILL_PX = 8, HOLD_MS = 550, DOUBLE_MS = 230, NEAR_PX = 12, WHEEL_MS = 70, NOTCH_PX = 100, MAX_NOTCHES = 20;

const KEYS = {
  Enter: "enter", Tab: "tab", Escape: "escape", Backspace: "backspace", Delete: "delete", Insert: "insert", Home: "home", End: "end",
  PageUp: "page_up", PageDown: "page_down", ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", ContextMenu: "menu", " ": "space",
};
for (let number = 1; number <= 12; number += 1) KEYS[`F${number}`] = `f${number}`;
const BUTTONS = ["left", "middle", "right"];

export class Hand {
  /** `act(action)` sends one; `phone()` tells the kind of device, `driving()` whether anything is to be sent,
   * `recording()` whether it is recorded. */
  constructor(screen, { act, phone, driving, recording }) {
    Object.assign(this, { screen, act, phone, driving, recording });
    this.keys = byId("keys");
    this.press = null;
    this.single = null;
    this.wheel = null;
    const glass = screen.glass;
    glass.addEventListener("pointerdown", (event) => this.down(event));
    glass.addEventListener("pointermove", (event) => this.moved(event));
    glass.addEventListener("pointerup", (event) => this.up(event));
    glass.addEventListener("pointercancel", () => { this.press = null; });
    glass.addEventListener("contextmenu", (event) => this.driving() && event.preventDefault());
    glass.addEventListener("auxclick", (event) => event.preventDefault());
    glass.addEventListener("wheel", (event) => this.turned(event), { passive: false });
    this.keys.addEventListener("keydown", (event) => this.key(event));
    this.keys.addEventListener("input", (event) => { if (!event.isComposing) this.typed(); });
    this.keys.addEventListener("compositionend", () => this.typed());
    this.keys.addEventListener("focus", () => glass.classList.add("focused"));
    this.keys.addEventListener("blur", () => glass.classList.remove("focused"));
  }

  modifiers(event) {
    return [["ctrl", event.ctrlKey], ["shift", event.shiftKey], ["alt", event.altKey], ["super", event.metaKey]].filter(([, held]) => held).map(([name]) => name);
  }

  // --- mouse and finger ---
  down(event) {
    if (!this.driving() || this.press) return;
    event.preventDefault();
    this.focus(event);
    this.screen.glass.setPointerCapture(event.pointerId);
    this.press = { at: this.screen.pixel(event), x: event.clientX, y: event.clientY, time: performance.now(), button: event.button, still: true, leftAt: 0 };
  }

  /** The keyboard's place is under the pointer, so that an input method opens there. */
  focus(event) {
    const box = this.screen.glass.getBoundingClientRect();
    this.keys.style.left = `${Math.max(0, event.clientX - box.left)}px`;
    this.keys.style.top = `${Math.max(0, event.clientY - box.top)}px`;
    this.keys.focus({ preventScroll: true });
  }

  moved(event) {
    const press = this.press;
    if (press && press.still && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL_PX) {
      press.still = false;
      press.leftAt = performance.now();
    }
  }

  up(event) {
    const press = this.press;
    this.press = null;
    if (!press || !this.driving()) return;
    const lasted = performance.now() - press.time, to = this.screen.pixel(event);
    if (press.still) this.tapped(press, lasted, event);
    else this.way(press, to, lasted);
  }

  tapped(press, lasted, event) {
    const button = BUTTONS[press.button] || "left";
    if (button === "left" && lasted >= HOLD_MS) {
      this.act({ type: "long_press", at: press.at, duration_ms: Math.round(Math.min(lasted, 10000)) });
    } else if (this.phone()) {
      if (button === "left") this.click(press.at, "left", 1, []);
      else this.act({ type: "system_button", button: button === "right" ? "back" : "home" });
    } else if (button !== "left") {
      this.click(press.at, button, 1, this.modifiers(event));
    } else if (this.recording()) {
      this.perhapsDouble(press, this.modifiers(event));
    } else {
      this.click(press.at, button, 1, this.modifiers(event));
    }
  }

  /** On a desktop that is recorded, a click waits a moment for its second: a double click is one action, and with the
   * looks of two it would be too slow for a program to be one. Else each click goes at once, and the program counts. */
  perhapsDouble(press, modifiers) {
    const first = this.single;
    if (first && Math.hypot(press.x - first.x, press.y - first.y) <= NEAR_PX) {
      clearTimeout(first.timer);
      first.count += 1;
      first.timer = setTimeout(() => this.settle(first), first.count >= 3 ? 0 : DOUBLE_MS);
      return;
    }
    if (first) this.settle(first);
    const single = { at: press.at, x: press.x, y: press.y, count: 1, modifiers };
    single.timer = setTimeout(() => this.settle(single), DOUBLE_MS);
    this.single = single;
  }

  settle(single) {
    clearTimeout(single.timer);
    if (this.single === single) this.single = null;
    this.click(single.at, "left", single.count, single.modifiers);
  }

  click(at, button, count, modifiers) {
    this.act({ type: "click", at, button, count, modifiers });
  }

  way(press, to, lasted) {
    const ms = Math.round(Math.min(Math.max(lasted, 50), 5000));
    const heldFirst = press.leftAt - press.time >= HOLD_MS;
    if (this.phone() && !heldFirst) this.act({ type: "swipe", start: press.at, end: to, duration_ms: ms });
    else this.act({ type: "drag", start: press.at, end: to, duration_ms: Math.max(ms, 200), button: this.phone() ? "left" : BUTTONS[press.button] || "left" });
  }

  turned(event) {
    if (!this.driving()) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 3 : event.deltaMode === 2 ? 1 : NOTCH_PX;
    const wheel = this.wheel || { at: this.screen.pixel(event), x: 0, y: 0 };
    wheel.x += event.deltaX / unit;
    wheel.y += event.deltaY / unit;
    if (!this.wheel) {
      this.wheel = wheel;
      setTimeout(() => this.roll(), WHEEL_MS);
    }
  }

  roll() {
    const { at, x, y } = this.wheel;
    this.wheel = null;
    const notches = (way) => Math.max(-MAX_NOTCHES, Math.min(MAX_NOTCHES, Math.round(way) || (Math.abs(way) > 0.05 ? Math.sign(way) : 0)));
    const [dx, dy] = [notches(x), notches(y)];
    if (dx || dy) this.act({ type: "scroll", at, dx, dy });
  }

  // --- keyboard ---
  key(event) {
    if (!this.driving() || event.isComposing || event.key === "Process" || event.key === "Dead" || event.key === "Unidentified") return;
    const held = this.modifiers(event);
    const printable = [...event.key].length === 1;
    const graph = event.getModifierState("AltGraph");
    const combined = !graph && held.some((name) => name !== "shift");
    if (printable && (graph || !combined)) return; // The input event brings the character, whatever the layout made of it.
    if (event.ctrlKey && event.shiftKey && event.key.toLowerCase() === "v") return; // This computer's clipboard, as text.
    const key = KEYS[event.key] || (printable ? event.key.toLowerCase() : "");
    if (!key) return;
    event.preventDefault();
    this.act({ type: "press_key", key, modifiers: held });
  }

  typed() {
    const text = this.keys.value;
    this.keys.value = "";
    if (text && this.driving()) this.act({ type: "type_text", text });
  }
}
