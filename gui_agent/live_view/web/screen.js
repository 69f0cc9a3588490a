import { byId, h } from "./dom.js";

/** The device's screen: drawn pixel by pixel on a canvas, fitted into the window, with boxes and touches above it. */
export class Screen {
  constructor() {
    this.canvas = byId("screen");
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.glass = byId("glass");
    this.view = byId("view");
    this.boxes = byId("boxes");
    this.touches = byId("touches");
    this.turn = Promise.resolve();
    this.drawn = [];
    new ResizeObserver(() => this.fit()).observe(this.view);
  }

  get width() { return this.canvas.width; }
  get height() { return this.canvas.height; }

  /** Draws in the order in which pictures came; `then` is called once it is there to be seen. */
  show(head, bytes, then) {
    this.turn = this.turn.then(async () => {
      const bitmap = await createImageBitmap(new Blob([bytes], { type: `image/${head.format}` }), { colorSpaceConversion: "none" });
      if (this.width !== head.width || this.height !== head.height) {
        this.canvas.width = head.width;
        this.canvas.height = head.height;
        this.fit();
      }
      this.context.drawImage(bitmap, 0, 0);
      bitmap.close();
      this.canvas.dataset.frame = head.frame;
      this.canvas.dataset.digest = head.digest;
      this.drawn.push(performance.now());
      this.glass.classList.add("lit");
      then();
    }).catch((error) => console.error("a picture could not be drawn", error));
  }

  /** Pictures drawn within the last second. */
  rate() {
    const since = performance.now() - 1000;
    this.drawn = this.drawn.filter((at) => at > since);
    return this.drawn.length;
  }

  fit() {
    const style = getComputedStyle(this.view);
    const buttons = byId("buttons");
    const below = buttons.hidden ? 0 : buttons.offsetHeight + 12;
    const wide = this.view.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const high = this.view.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - below;
    const scale = Math.max(0.05, Math.min(wide / this.width, high / this.height, 4));
    if (this.width > 1) {
      this.glass.style.width = `${Math.floor(this.width * scale)}px`;
      this.glass.style.height = `${Math.floor(this.height * scale)}px`;
    }
    this.boxes.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
  }

  /** The device's pixel under a pointer, whatever the window's size, zoom and scroll; the nearest one outside. */
  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (offset, shown, pixels) => Math.min(pixels - 1, Math.max(0, Math.floor((offset / shown) * pixels)));
    return [at(event.clientX - box.left, box.width, this.width), at(event.clientY - box.top, box.height, this.height)];
  }

  overlay(nodes) {
    const name = "http://www.w3.org/2000/svg";
    // Lines and letters keep their size on the page, whatever the device's resolution.
    const dot = this.width / Math.max(1, this.canvas.clientWidth), stroke = 1.2 * dot, size = 10.5 * dot;
    const parts = [];
    for (const { box: [left, top, right, bottom], label, role, active } of nodes) {
      const rect = document.createElementNS(name, "rect");
      for (const [key, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top, "stroke-width": stroke })) rect.setAttribute(key, value);
      rect.setAttribute("class", active ? "active" : "quiet");
      const title = document.createElementNS(name, "title");
      title.textContent = `${role}${label ? `: ${label}` : ""}`;
      rect.append(title);
      parts.push(rect);
      const room = Math.floor((right - left) / (size * 0.56));
      if (active && room >= 3 && label) {
        const text = document.createElementNS(name, "text");
        for (const [key, value] of Object.entries({ x: left + stroke * 2, y: top + size, "font-size": size, "stroke-width": size / 4 })) text.setAttribute(key, value);
        text.textContent = label.length > room ? `${label.slice(0, room - 1)}…` : label;
        parts.push(text);
      }
    }
    this.boxes.replaceChildren(...parts);
  }

  /** Shows where somebody touched: a ring at a point, a line for a way. */
  touched(action) {
    const at = action.at || action.start;
    if (!at) return;
    const share = ([x, y]) => [(100 * (x + 0.5)) / this.width, (100 * (y + 0.5)) / this.height];
    const ring = h("i", { class: `touch ${action.type}` });
    const [x, y] = share(at);
    ring.style.left = `${x}%`;
    ring.style.top = `${y}%`;
    this.touches.append(ring);
    if (action.end) {
      const [toX, toY] = share(action.end);
      ring.animate([{ left: `${x}%`, top: `${y}%` }, { left: `${toX}%`, top: `${toY}%` }], { duration: 350, fill: "forwards", easing: "ease-out" });
    }
    setTimeout(() => ring.remove(), 900);
  }
}
