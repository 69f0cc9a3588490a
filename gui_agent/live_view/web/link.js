/** The page's connection to `farm watch`: opens it, opens it again, and hands on what comes. */

const FIRST_MS = 300, LAST_MS = 5000, POLICY = 1008, PROTOCOL = 1002;

/** The page's own name, kept while its tab lives: whoever drives keeps the device over a lost connection. */
function pageKey() {
  try {
    const kept = sessionStorage.getItem("farm-page");
    if (kept) return kept;
  } catch { /* without storage the name lives as long as the page */ }
  const made = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try { sessionStorage.setItem("farm-page", made); } catch { /* see above */ }
  return made;
}

export class Link {
  /** `onText(message)`, `onPicture(head, bytes)`, `onState(text, final)`: "" when connected, else what is wrong. */
  constructor(query, { onText, onPicture, onState }) {
    this.handlers = { onText, onPicture, onState };
    const parameters = new URLSearchParams({ ...query, page: pageKey() });
    const here = new URL("socket", location.href);
    this.address = `ws://${here.host}${here.pathname}?${parameters}`;
    this.pause = FIRST_MS;
    this.open();
  }

  open() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { this.pause = FIRST_MS; this.handlers.onState("", false); };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.handlers.onText(JSON.parse(data)) : this.picture(data));
    socket.onclose = ({ code, reason }) => this.closed(code, reason);
    this.socket = socket;
  }

  picture(data) {
    const length = new DataView(data).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    this.handlers.onPicture(head, new Uint8Array(data, 4 + length));
  }

  closed(code, reason) {
    if (code === POLICY || code === PROTOCOL) {
      this.handlers.onState(`The connection was closed: ${reason}. Reload the page to go on.`, true);
      return;
    }
    this.handlers.onState(`${reason || "The connection to farm watch is lost"}. Trying again; if farm watch has ended, start it once more.`, false);
    setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 1.7, LAST_MS);
  }

  /** False when there is no connection: nothing is kept for later, a person would not expect it then. */
  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
