import { byId, h, stateBadge, strip } from "./dom.js";
import { Link } from "./link.js";

const pictures = new Map();
let devices = [];

new Link({}, {
  onText: (message) => {
    devices = message.devices;
    strip(message.trouble ? `${message.trouble}. Trying again.` : "");
    draw();
  },
  onPicture: (head, bytes) => {
    const before = pictures.get(head.device);
    if (before) URL.revokeObjectURL(before.url);
    pictures.set(head.device, { url: URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })), wide: head.width > head.height });
    const image = document.querySelector(`img[data-device="${CSS.escape(head.device)}"]`);
    if (image) image.src = pictures.get(head.device).url;
    else draw();
  },
  onState: (text, final) => strip(text, final ? "bad" : ""),
});

function card(device) {
  const picture = pictures.get(device.id);
  const wide = picture ? picture.wide : device.screen[0] > device.screen[1];
  return h("a", { class: "episode", href: `device?id=${encodeURIComponent(device.id)}` },
    h("div", { class: `thumb ${wide ? "wide" : "tall"}` }, picture ? h("img", { src: picture.url, alt: `screen of ${device.id}`, "data-device": device.id }) : h("span", { class: "none" }, device.reason || "no picture yet"),
      h("span", { class: stateBadge(device.state) }, device.state)),
    h("div", { class: "words" }, h("div", { class: "name" }, device.id),
      h("div", { class: "goal" }, device.owner ? `held by ${device.owner}` : device.reason),
      h("div", { class: "meta" }, [device.backend, `${device.screen[0]}×${device.screen[1]}`, device.host].join(" · "))));
}

function draw() {
  const wanted = byId("find").value.trim().toLowerCase();
  const found = devices.filter((device) => [device.id, device.owner, device.state, device.backend, device.host].join(" ").toLowerCase().includes(wanted));
  const leased = devices.filter((device) => device.state === "leased").length;
  byId("count").textContent = `${devices.length}, ${leased} in use`;
  byId("empty").hidden = devices.length > 0;
  byId("grid").replaceChildren(...found.map(card));
}
byId("find").addEventListener("input", draw);
