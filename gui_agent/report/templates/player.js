const player = { episode: null, index: 0, timer: null, showChanged: true, showAction: true, folded: new Set() };
const root = document.getElementById("player");

/** The frames of an episode: each step, then the screen after the last one. */
function framesOf(episode) {
  return episode.final ? [...episode.steps, { ...episode.final, last: true }] : episode.steps;
}

function openEpisode(episode, index) {
  if (player.episode !== episode) player.folded.clear();
  player.episode = episode;
  player.index = Math.max(0, Math.min(index, framesOf(episode).length - 1));
  drawPlayer();
}
function goTo(index) {
  const frames = framesOf(player.episode);
  const next = Math.max(0, Math.min(index, frames.length - 1));
  history.replaceState(null, "", `#${encodeURIComponent(player.episode.id)}/${next + 1}`);
  openEpisode(player.episode, next);
}
function closePlayer() {
  stop();
  player.episode = null;
  root.hidden = true;
  document.getElementById("overview").hidden = false;
}
function stop() {
  clearInterval(player.timer);
  player.timer = null;
}
function togglePlay() {
  if (player.timer) {
    stop();
  } else {
    if (player.index >= framesOf(player.episode).length - 1) goTo(0);
    player.timer = setInterval(() => {
      if (player.index >= framesOf(player.episode).length - 1) { stop(); drawPlayer(); } else goTo(player.index + 1);
    }, 900);
  }
  drawPlayer();
}
function neighbour(offset) {
  const list = shownEpisodes();
  const at = list.indexOf(player.episode);
  const next = list[at + offset];
  if (next) location.hash = `${encodeURIComponent(next.id)}/1`;
}

function marker(action, width) {
  const r = Math.max(9, width / 26), tap = "#ff3d6e";
  const halo = { fill: "none", stroke: "#fff", "stroke-width": r / 2.2, "stroke-opacity": 0.9 };
  const line = { fill: "none", stroke: tap, "stroke-width": r / 4 };
  const ring = ([x, y], radius) => [svg("circle", { cx: x, cy: y, r: radius, ...halo }), svg("circle", { cx: x, cy: y, r: radius, ...line }), svg("circle", { cx: x, cy: y, r: r / 4, fill: tap })];
  const arrow = (from, to) => {
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]), head = r * 1.1;
    const wing = (turn) => `${to[0] - head * Math.cos(angle + turn)},${to[1] - head * Math.sin(angle + turn)}`;
    const path = `M${from[0]},${from[1]} L${to[0]},${to[1]} M${wing(0.5)} L${to[0]},${to[1]} L${wing(-0.5)}`;
    return [svg("path", { d: path, ...halo, "stroke-linecap": "round" }), svg("path", { d: path, ...line, "stroke-linecap": "round" }), ...ring(from, r / 2)];
  };
  switch (action.type) {
    case "click": return [...ring(action.at, r), ...(action.count > 1 ? ring(action.at, r * 1.5) : [])];
    case "long_press": return [...ring(action.at, r), ...ring(action.at, r * 1.35)];
    case "move_to": return ring(action.at, r / 2);
    case "swipe": case "drag": return arrow(action.start, action.end);
    case "scroll": return arrow(action.at, [action.at[0] + Math.sign(action.dx) * r * 4, action.at[1] + Math.sign(action.dy) * r * 4]);
    default: return [];
  }
}
function caption(action, [width, height]) {
  const words = { type_text: (a) => `⌨ ${a.text}`, press_key: (a) => `⌨ ${[...a.modifiers, a.key].join("+")}`, system_button: (a) => `◁ ${a.button}`, open_app: (a) => `▣ open ${a.name}`, wait: (a) => `◷ wait ${a.duration_s} s`, answer: (a) => `✎ ${a.text}`, terminate: (a) => `■ ${a.status}` }[action.type];
  if (!words) return [];
  const unit = Math.min(width, height) / 24, text = words(action).replace(/\n/g, "⏎");
  const room = Math.floor(width / unit / 0.62) - 4, shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  const wide = Math.min(width - unit, (shown.length + 2) * unit * 0.62), y = height * 0.86;
  return [svg("rect", { x: (width - wide) / 2, y: y - unit * 1.5, width: wide, height: unit * 2.3, rx: unit * 0.5, fill: "#111827", "fill-opacity": 0.88 }),
    svg("text", { x: width / 2, y, "text-anchor": "middle", "font-size": unit * 1.05, fill: "#fff", "xml:space": "preserve" }, shown)];
}

function drawScreen(frame) {
  const [width, height] = frame.size, image = DATA.images[frame.shot];
  const overlay = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" });
  const box = frame.changed;
  if (player.showChanged && box && box[2] > box[0]) overlay.append(svg("rect", { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1], fill: "#f0a500", "fill-opacity": 0.09, stroke: "#f0a500", "stroke-width": Math.min(width, height) / 260, "stroke-dasharray": `${Math.min(width, height) / 50} ${Math.min(width, height) / 80}` }));
  if (player.showAction && frame.action) overlay.append(...marker(frame.action, Math.min(width, height)), ...caption(frame.action, [width, height]));
  const hot = svg("rect", { fill: "#00c8a0", "fill-opacity": 0.28, stroke: "#00a884", "stroke-width": Math.min(width, height) / 220, visibility: "hidden" });
  overlay.append(hot);
  const device = h("div", { class: "device", style: `aspect-ratio:${width}/${height};${height > width ? "height:100%" : "width:100%"}` },
    image ? h("img", { src: image, alt: `screen at step ${player.index + 1}`, draggable: "false" }) : h("div", { class: "lost" }, "screen is not in this file"), overlay);
  device.highlight = (row) => {
    hot.setAttribute("visibility", row ? "visible" : "hidden");
    if (row) for (const [name, value] of [["x", row[4]], ["y", row[5]], ["width", row[6] - row[4]], ["height", row[7] - row[5]]]) hot.setAttribute(name, Math.max(0, value));
  };
  return device;
}

function drawTree(frame, device) {
  const rows = DATA.trees[frame.tree];
  if (!rows) return h("div", { class: "small" }, "no UI tree at this step");
  const list = h("div", { class: "tree" });
  const lines = rows.map((row, index) => {
    const [depth, role, label, rid, , , , , states] = row;
    const parent = index + 1 < rows.length && rows[index + 1][0] > depth;
    const fold = h("button", { class: "fold", "aria-label": "fold", onclick: () => { const key = `${role}/${rid}/${depth}/${index}`; player.folded.has(key) ? player.folded.delete(key) : player.folded.add(key); hideFolded(); } }, parent ? "▾" : "");
    const line = h("div", { class: "row", style: `padding-left:${4 + depth * 12}px`, onmouseenter: () => device.highlight(row), onmouseleave: () => device.highlight(null), title: [row.slice(4, 8).join(", "), rid && `#${rid}`, states].filter(Boolean).join("  ") },
      fold, h("span", { class: "role" }, role), label ? h("span", { class: "label" }, `“${label}”`) : null, rid ? h("span", { class: "rid" }, `#${rid}`) : null, h("span", { class: "st" }, states));
    line.key = `${role}/${rid}/${depth}/${index}`;
    return line;
  });
  const hideFolded = () => {
    let under = Infinity;
    rows.forEach((row, index) => {
      const inside = row[0] > under;
      lines[index].hidden = inside;
      if (!inside) under = player.folded.has(lines[index].key) ? row[0] : Infinity;
      lines[index].firstChild.textContent = index + 1 < rows.length && rows[index + 1][0] > row[0] ? (player.folded.has(lines[index].key) ? "▸" : "▾") : "";
    });
  };
  const filter = h("input", { class: "filter", type: "search", placeholder: `Filter ${rows.length} elements`, "aria-label": "Filter elements", oninput: () => {
    const words = filter.value.toLowerCase();
    if (!words) return hideFolded();
    rows.forEach((row, index) => { lines[index].hidden = !`${row[1]} ${row[2]} ${row[3]} ${row[8]}`.toLowerCase().includes(words); });
  } });
  list.append(...lines);
  hideFolded();
  device.onmousemove = (event) => {
    const area = device.getBoundingClientRect(), x = ((event.clientX - area.left) / area.width) * frame.size[0], y = ((event.clientY - area.top) / area.height) * frame.size[1];
    let found = -1;
    rows.forEach((row, index) => { if (row[4] <= x && x < row[6] && row[5] <= y && y < row[7]) found = index; });
    lines.forEach((line, index) => line.classList.toggle("hot", index === found));
    device.highlight(rows[found] || null);
    if (found >= 0 && !lines[found].hidden) lines[found].scrollIntoView({ block: "nearest" });
  };
  device.onmouseleave = () => { device.highlight(null); lines.forEach((line) => line.classList.remove("hot")); };
  return h("div", {}, filter, list);
}

function evidenceTable(episode) {
  if (!episode.evidence.length) return h("div", { class: "small" }, "no evidence was gathered");
  return h("table", { class: "evidence" }, h("thead", {}, h("tr", {}, ["", "probe", "observed", "expected"].map((name) => h("th", {}, name)))),
    h("tbody", {}, episode.evidence.map((piece) => h("tr", {}, h("td", {}, h("span", { class: piece.holds ? "ok" : "no" }, piece.holds ? "holds" : "fails")), [piece.probe, piece.observed, piece.expected].map((text) => h("td", {}, h("div", {}, text)))))));
}

/** Both opinions where a verifier was asked, with their evidence; else the evaluator's evidence alone. */
function addVerdict(parts, episode, evidenceAlone) {
  const said = verdictParts(episode);
  if (said.length) parts.push(...said); else evidenceAlone();
}

function stepPane(frame, episode) {
  const parts = [];
  const add = (title, ...content) => parts.push(h("h3", {}, title), ...content);
  if (frame.last) {
    add("After the last step", h("div", {}, badge(episode), " ", episode.reason));
    addVerdict(parts, episode, () => add("Evidence", evidenceTable(episode)));
    if (episode.answer !== null) add("Answer", h("div", { class: "thought" }, episode.answer));
  } else {
    add("Action", h("div", { class: "action" }, describeAction(frame.action)));
    parts.push(...reviewParts(frame.review), ...lookaheadParts(frame.lookahead));
    if (frame.error) parts.push(h("h3", {}, "Not carried out"), h("div", { class: "oops" }, frame.error));
    if (frame.turn && frame.turn.thought) add("Thought", h("div", { class: "thought" }, frame.turn.thought));
    const times = [["decision", millis(frame.decide_ms)], ["device", millis(frame.act_ms)]];
    if (frame.turn) times.push(["model", millis(frame.turn.latency_ms)]);
    if (frame.turn && frame.turn.prompt_tokens !== null) times.push(["tokens in", frame.turn.prompt_tokens], ["tokens out", frame.turn.completion_tokens ?? "?"]);
    add("Times", h("div", { class: "times" }, times.map(([name, value]) => h("div", {}, h("b", {}, String(value)), h("span", {}, name)))));
    if (frame.changed) add("Changed region", h("div", {}, frame.changed[2] > frame.changed[0] ? `${frame.changed[2] - frame.changed[0]} × ${frame.changed[3] - frame.changed[1]} px at (${frame.changed[0]}, ${frame.changed[1]})` : "nothing changed"));
    if (frame.turn && frame.turn.text) add("Model text", h("pre", {}, frame.turn.text));
  }
  add("In front", h("div", {}, frame.app || "nothing"));
  if (!frame.last) {
    add("Verdict of the episode", h("div", {}, badge(episode), " ", episode.reason));
    addVerdict(parts, episode, () => { if (episode.evidence.length) parts.push(evidenceTable(episode)); });
  }
  add("Origin", h("pre", {}, JSON.stringify({ ...episode.provenance, task: episode.task, params: episode.params, stop: episode.stop, claimed: episode.claimed, attempt: episode.attempt, started: new Date(episode.started_at_s * 1000).toISOString(), wall_s: Number(episode.wall_s.toFixed(3)) }, null, 1)));
  return h("div", { class: "pane" }, parts);
}

function drawPlayer() {
  const episode = player.episode, frames = framesOf(episode), frame = frames[player.index];
  document.getElementById("overview").hidden = true;
  root.hidden = false;
  const bar = h("div", { class: "bar" },
    h("button", { class: "icon", onclick: () => { location.hash = ""; }, title: "Back to all episodes (Esc)" }, "← all"),
    h("div", { class: "what" }, h("div", { class: "name" }, episode.template, badge(episode)), h("div", { class: "goal", title: episode.goal }, episode.goal)),
    h("button", { class: "icon", "aria-pressed": String(player.showAction), title: "Draw the action (A)", onclick: () => { player.showAction = !player.showAction; drawPlayer(); } }, "action"),
    h("button", { class: "icon", "aria-pressed": String(player.showChanged), title: "Draw the changed region (C)", onclick: () => { player.showChanged = !player.showChanged; drawPlayer(); } }, "changed"),
    h("button", { class: "icon", title: "Episode before (K)", onclick: () => neighbour(-1) }, "↑"),
    h("button", { class: "icon", title: "Next episode (J)", onclick: () => neighbour(1) }, "↓"),
    themeButton());
  if (!frame) {
    root.replaceChildren(bar, h("div", { class: "pane" }, h("h3", {}, "No step was taken"), h("div", {}, episode.reason), verdictParts(episode), h("h3", {}, "Origin"), h("pre", {}, JSON.stringify(episode.provenance, null, 1))), h("div", { class: "deck" }));
    return;
  }
  const scroll = [...root.querySelectorAll(".pane")].map((pane) => pane.scrollTop);
  const device = drawScreen(frame);
  const treePane = h("div", { class: "pane" }, h("h3", {}, "UI tree"), drawTree(frame, device));
  const ticks = frames.map((each, index) => h("button", { class: `tick${index < player.index ? " past" : ""}${index === player.index ? " now" : ""}${each.error ? " err" : ""}`, title: each.last ? "after the last step" : `${index + 1}: ${describeAction(each.action)}`, "aria-label": `step ${index + 1}`, onclick: () => { stop(); goTo(index); } }));
  const deck = h("div", { class: "deck" },
    h("button", { class: "icon", title: "Step before (←)", onclick: () => { stop(); goTo(player.index - 1); } }, "◀"),
    h("button", { class: "icon", title: "Play (space)", onclick: togglePlay }, player.timer ? "❚❚" : "▶"),
    h("button", { class: "icon", title: "Next step (→)", onclick: () => { stop(); goTo(player.index + 1); } }, "▶|"),
    h("div", { class: "scrub", role: "group", "aria-label": "Steps" }, ticks),
    h("div", { class: "count" }, frame.last ? "last screen" : `step ${player.index + 1} of ${episode.steps.length}`));
  root.replaceChildren(bar, h("div", { class: `stage${frame.size[0] > frame.size[1] ? " wide" : ""}` }, h("div", { class: "screen" }, device), stepPane(frame, episode), treePane), deck);
  root.querySelectorAll(".pane").forEach((pane, index) => { if (index === 1) pane.scrollTop = scroll[1] || 0; });
}
