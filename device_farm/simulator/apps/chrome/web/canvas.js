// <canvas>: every call is written down and painted by the host. What a page reads back (pixels, widths) it asks the host
// for, at once.
"use strict";
(function (farm) {
  const CALLS = ("beginPath closePath moveTo lineTo quadraticCurveTo bezierCurveTo arc arcTo ellipse rect roundRect fillRect " +
    "strokeRect clearRect clip scale rotate translate transform setTransform resetTransform fillText strokeText").split(" ");
  const START = { fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineCap: "butt", lineJoin: "miter", miterLimit: 10,
    lineDashOffset: 0, globalAlpha: 1, globalCompositeOperation: "source-over", font: "10px sans-serif", textAlign: "start",
    textBaseline: "alphabetic", shadowBlur: 0, shadowColor: "rgba(0, 0, 0, 0)", shadowOffsetX: 0, shadowOffsetY: 0,
    imageSmoothingEnabled: true, filter: "none", direction: "ltr" };
  const COMMANDS_MAX = 100000;
  let gradients = 0;

  class Gradient {
    constructor(canvas, kind, numbers) {
      this._id = ++gradients;
      this._canvas = canvas;
      canvas._record("gradient", this._id, kind, ...numbers.map(Number));
    }
    addColorStop(offset, colour) { this._canvas._record("stop", this._id, Number(offset), String(colour)); }
  }

  class ImageData {
    constructor(first, width, height) {
      const given = typeof first !== "number";
      this.width = given ? width : first;
      this.height = given ? (height === undefined ? first.length / 4 / width : height) : width;
      this.data = given ? first : new Uint8ClampedArray(this.width * this.height * 4);
      this.colorSpace = "srgb";
    }
  }

  // Pixels from pairs of a count and a colour.
  function spread(runs, count) {
    const words = new Uint32Array(count);
    let place = 0;
    for (let i = 0; i < runs.length; i += 2) { words.fill(runs[i + 1], place, place + runs[i]); place += runs[i]; }
    return new Uint8ClampedArray(words.buffer);
  }

  // A part of the pixels that the phone gave along with the event; nothing has been drawn since.
  function part(canvas, x, y, width, height) {
    const from = new Uint32Array(canvas._pixels.buffer), to = new Uint32Array(width * height);
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const left = x + column, top = y + row;
        if (left >= 0 && top >= 0 && left < canvas.width && top < canvas.height)
          to[row * width + column] = from[top * canvas.width + left];
      }
    return new Uint8ClampedArray(to.buffer);
  }
  farm.takePixels = (canvas, runs) => { canvas._pixels = spread(runs, canvas.width * canvas.height); };

  class Context2D {
    constructor(canvas) {
      this.canvas = canvas;
      this._state = Object.assign({ dash: [] }, START);
      this._stack = [];
    }
    save() { this._stack.push(Object.assign({}, this._state)); this.canvas._record("save"); }
    restore() {
      if (!this._stack.length) return;
      this._state = this._stack.pop();
      this.canvas._record("restore");
    }
    fill(rule) { this.canvas._record("fill", rule === "evenodd" ? 1 : 0); }
    stroke() { this.canvas._record("stroke"); }
    setLineDash(parts) { this._state.dash = [...parts].map(Number); this.canvas._record("dash", ...this._state.dash); }
    getLineDash() { return this._state.dash.slice(); }
    createLinearGradient(...numbers) { return new Gradient(this.canvas, "linear", numbers); }
    createRadialGradient(...numbers) { return new Gradient(this.canvas, "radial", numbers); }
    createConicGradient(...numbers) { return new Gradient(this.canvas, "conic", numbers); }
    createPattern() { return null; }
    drawImage(source, ...numbers) {
      if (source instanceof Canvas) this.canvas._record("image", source._id, ...numbers.map(Number));
    }
    measureText(text) {
      const width = farm.textWidth(this._state.font, String(text));
      return { width, actualBoundingBoxLeft: 0, actualBoundingBoxRight: width, actualBoundingBoxAscent: 8, actualBoundingBoxDescent: 2 };
    }
    createImageData(width, height) { return width instanceof ImageData ? new ImageData(width.width, width.height) : new ImageData(width, height); }
    getImageData(x, y, width, height) {
      if (!(width * height > 0) || width * height > 16e6) throw new Error("IndexSizeError: bad size");
      const { canvas } = this;
      [x, y, width, height] = [x, y, width, height].map(Math.trunc);
      if (!canvas._commands.length && canvas._pixels) return new ImageData(part(canvas, x, y, width, height), width, height);
      return new ImageData(spread(farm.ask("pixels", [canvas._id, x, y, width, height]), width * height), width, height);
    }
    putImageData(image, x, y) {
      const words = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
      const runs = [];
      for (let start = 0; start < words.length; ) {
        let end = start + 1;
        while (end < words.length && words[end] === words[start]) end++;
        runs.push(end - start, words[start]);
        start = end;
      }
      this.canvas._record("put", x, y, image.width, image.height, runs);
    }
    getContextAttributes() { return { alpha: true }; }
    isPointInPath() { return false; }
  }
  for (const name of CALLS)
    Context2D.prototype[name] = function (...parts) {
      this.canvas._record(name, ...parts.map((part) => (typeof part === "string" || Array.isArray(part) ? part : Number(part))));
    };
  for (const name in START)
    Object.defineProperty(Context2D.prototype, name, {
      get() { return this._state[name]; },
      set(value) {
        const kept = value instanceof Gradient ? value : typeof START[name] === "number" ? Number(value) : value;
        if (typeof kept === "number" && !isFinite(kept)) return;
        this._state[name] = /Style$/.test(name) && typeof kept === "string" ? kept.trim().toLowerCase() : kept;
        this.canvas._record("set", name, kept instanceof Gradient ? { gradient: kept._id } : this._state[name]);
      },
    });

  class Canvas extends farm.Element {
    constructor(tag) { super(tag); this._commands = []; this._context = null; }
    _size(name, usual) { const size = parseInt(this.getAttribute(name), 10); return size >= 0 ? size : usual; }
    get width() { return this._size("width", 300); }
    set width(value) { this.setAttribute("width", Math.max(0, Math.floor(Number(value)) || 0)); }
    get height() { return this._size("height", 150); }
    set height(value) { this.setAttribute("height", Math.max(0, Math.floor(Number(value)) || 0)); }
    setAttribute(name, value) {
      super.setAttribute(name, value);
      // A new size, even the same one, empties the canvas.
      if (/^(width|height)$/i.test(name)) {
        this._commands = [["size", this.width, this.height]];
        if (this._context) Object.assign(this._context, { _state: Object.assign({ dash: [] }, START), _stack: [] });
      }
    }
    _record(...command) {
      if (this._commands.length >= COMMANDS_MAX) throw new Error("too many canvas calls at once");
      this._commands.push(command);
      farm.drawn.add(this);
      farm.painted = true;
    }
    getContext(kind) {
      if (kind !== "2d") return null;
      if (!this._context) this._context = new Context2D(this);
      return this._context;
    }
    toDataURL() { return farm.ask("url", [this._id]); }
  }

  // Widths of the font's characters from the blank to the tilde, in thousandths of its size; others count as an average.
  farm.textWidth = (font, text) => {
    const size = /([\d.]+)(px|pt|em|rem)/.exec(font);
    const scale = size ? parseFloat(size[1]) * { px: 1, pt: 4 / 3, em: 16, rem: 16 }[size[2]] : 10;
    const table = farm.widths[/\b(bold|bolder|[6-9]00)\b/.test(font) ? "bold" : "regular"];
    let total = 0;
    for (const character of text) total += table[character.codePointAt(0) - 32] || 550;
    return (total * scale) / 1000;
  };

  farm.drawn = new Set();
  farm.Canvas = Canvas;
  Object.assign(globalThis, { ImageData, CanvasRenderingContext2D: Context2D, Path2D: undefined });
})(__farm);
