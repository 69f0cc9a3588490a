import { byId, h, stateBadge, strip } from "./dom.js";
import { Hand } from "./hand.js";
import { Link } from "./link.js";
import { Screen } from "./screen.js";

const id = new URLSearchParams(location.search).get("id") || "";
const screen = new Screen();
const MAX_LOG = 300;
let state = {}, hello = {}, showBoxes = false, away = "", closedForGood = false;

const link = new Link({ device: id }, {
  onText: (message) => HEAR[message.type]?.(message),
  onPicture: (head, bytes) => screen.show(head, bytes, () => {
    link.send({ type: "shown", frame: head.frame });
    if (head.latency_ms !== null) byId("latency").textContent = `${Math.round(head.latency_ms)} ms`;
    byId("curtain").hidden = true;
  }),
  onState: (text, final) => {
    away = text;
    closedForGood = final;
    if (!text && showBoxes) link.send({ type: "overlay", on: true });
    draw();
  },
});

const driving = () => !away && state.driver === "you" && ["driving", "recording"].includes(state.phase);
new Hand(screen, {
  act: (action) => { screen.touched(action); link.send({ type: "act", action }); },
  phone: () => state.platform === "android",
  driving,
  recording: () => Boolean(state.recording),
});

// --- what farm watch says ---
const HEAR = {
  hello(message) {
    hello = message;
    byId("name").textContent = message.device;
    document.title = `${message.device} · farm watch`;
    byId("all").hidden = !id;
    const studio = message.studio;
    byId("recorder").hidden = !studio;
    if (studio) offer(studio);
  },
  state(message) { state = message; draw(); },
  tree(message) { if (showBoxes) screen.overlay(message.nodes); },
  did(message) {
    if (state.driver !== "you") screen.touched(message.action);
    logAction(message);
  },
  said(message) { log(message.at_s, message.text, { kind: message.kind }); },
  refused(message) { log(Date.now() / 1000, message.text, { kind: "trouble" }); },
  recorded(message) {
    const verdict = message.outcome === "scored" ? `reward ${message.reward}` : `${message.outcome.replace("_", " ")}${message.reason ? `: ${message.reason}` : ""}`;
    const kind = message.outcome === "scored" ? (message.reward >= 1 ? "good" : "trouble") : "note";
    log(message.at_s, `${message.episode} is stored, ${message.steps} steps, ${verdict}`, { kind });
  },
};

let typing = null;

/** Text typed in a row is one line, as it is one action of a demonstration. */
function logAction(message) {
  const text = message.action.type === "type_text" && !message.error ? message.action.text : null;
  if (text !== null && typing) {
    typing.text += text;
    typing.line.querySelector(".what").textContent = `type ${JSON.stringify(typing.text)}`;
    byId("log").dataset.told = String(Number(byId("log").dataset.told) + 1);
    return;
  }
  const line = log(message.at_s, text === null ? message.text : `type ${JSON.stringify(text)}`, { ms: message.ms, error: message.error });
  typing = text === null ? null : { text, line };
}

function log(at, text, { ms = null, error = "", kind = "" } = {}) {
  const list = byId("log");
  typing = null;
  list.dataset.told = String(Number(list.dataset.told || 0) + 1);
  const time = new Date(at * 1000).toLocaleTimeString([], { hour12: false });
  const line = h("li", { class: error ? "trouble" : kind },
    h("time", {}, time), h("span", { class: "what" }, text, error ? h("em", {}, error) : null), ms === null ? null : h("span", { class: "ms" }, `${Math.round(ms)} ms`));
  list.prepend(line);
  while (list.childElementCount > MAX_LOG) list.lastChild.remove();
  return line;
}

// --- the panel ---
const PHASES = { waiting: "Waiting for the device.", driving: "You drive.", setting_up: "The task is being set up.", recording: "You drive; everything is recorded.", judging: "The evaluator is looking at the result." };

function whoDrives() {
  if (state.driver === "you") {
    if (state.phase !== "waiting") return PHASES[state.phase];
    return state.place ? `${state.owner || "Somebody"} has the device. You are number ${state.place[0]} of ${state.place[1]} in line.` : PHASES.waiting;
  }
  if (state.driver === "other") return "Somebody drives from another page. You are watching.";
  if (state.owner) return `${state.owner} has the device. You are watching; they do not notice.`;
  return "Nobody drives. You are watching.";
}

function hint() {
  if (state.driver === "you" && state.phase !== "waiting") {
    const keys = state.platform === "android" ? "Drag to swipe, hold for a long press, right click is Back." : "Double, right and middle click, drag and wheel work as usual.";
    return `${keys} Keys go to the device once you have clicked it; Ctrl+Shift+V types your clipboard.${hello.resets ? " Giving back resets the device." : ""}`;
  }
  return hello.resets === false ? "The lease is somebody else's: the device is neither reset nor given back." : "";
}

function trouble() {
  if (away) return [away, closedForGood ? "bad" : ""];
  if (state.preempted_at_s) return [`A higher priority takes the device in ${Math.max(0, Math.round(state.preempted_at_s - now()))} s: finish what you do.`, "bad"];
  if (state.trouble) return [`${state.trouble}. The picture below is the last one; looking again.`, ""];
  return ["", ""];
}
const now = () => Date.now() / 1000;

function draw() {
  byId("state").className = stateBadge(state.device_state);
  byId("state").textContent = state.device_state || "unknown";
  byId("state").title = state.reason || "";
  byId("app").textContent = [state.app, state.window].filter(Boolean).filter((each, index, all) => all.indexOf(each) === index).join(" · ");
  byId("watchers").textContent = String(state.watchers ?? 1);
  strip(...trouble());
  byId("who").textContent = whoDrives();
  byId("hint").textContent = hint();
  byId("take").hidden = state.driver === "you";
  byId("take").disabled = Boolean(away) || state.driver === "other";
  byId("give").hidden = state.driver !== "you";
  byId("give").textContent = state.phase === "waiting" ? "Stop waiting" : hello.resets === false ? "Stop driving" : "Give back";
  const phone = state.platform === "android";
  if (byId("buttons").hidden === phone) { byId("buttons").hidden = !phone; screen.fit(); }
  for (const button of byId("buttons").children) button.disabled = !driving();
  screen.glass.classList.toggle("driven", driving());
  screen.glass.classList.toggle("stale", Boolean(away || state.trouble));
  document.body.classList.toggle("recording", Boolean(state.recording));
  drawRecorder();
}

function drawRecorder() {
  const recording = state.recording;
  byId("wish").hidden = Boolean(recording);
  byId("running").hidden = !recording;
  byId("record").disabled = state.driver !== "you" || state.phase !== "driving";
  const reset = hello.resets ? "It begins on a reset device." : "It begins as the device is now.";
  byId("record-hint").textContent = byId("record").disabled ? `Take over first. ${reset}` : reset;
  const yours = Boolean(recording) && state.driver === "you";
  for (const name of ["done", "failed", "answer"]) byId(name).disabled = !yours || state.phase !== "recording";
  byId("throw").disabled = !yours || state.phase === "judging";
  byId("running-goal").textContent = recording ? recording.goal : "";
  drawClock();
}

function drawClock() {
  if (!state.recording) return;
  const seconds = Math.max(0, Math.round(now() - state.recording.since_s));
  const words = { setting_up: "Setting up", recording: "Recording", judging: "Judging" }[state.phase] || "Recording";
  const steps = state.recording.steps;
  byId("running-what").textContent = `${words} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}, ${steps} ${steps === 1 ? "step" : "steps"}`;
}

// --- recording ---
function offer(studio) {
  const { task, goal, seed } = studio.proposal;
  const free = h("option", { value: "" }, "A goal in my own words");
  byId("task").replaceChildren(free, ...studio.tasks.map((each) => h("option", { value: each.name, title: each.goal }, each.name)));
  byId("task").value = studio.tasks.some((each) => each.name === task) ? task : "";
  byId("goal").value = goal;
  byId("seed").value = String(seed);
  byId("folder").textContent = `Stored in ${studio.folder}`;
  chosen();
}

function chosen() {
  const task = byId("task").value;
  byId("seed-label").hidden = !task;
  byId("goal-label").hidden = Boolean(task);
}

byId("task").addEventListener("change", chosen);
byId("wish").addEventListener("submit", (event) => {
  event.preventDefault();
  link.send({ type: "record", task: byId("task").value, seed: Math.max(0, parseInt(byId("seed").value, 10) || 0), goal: byId("task").value ? "" : byId("goal").value });
});
const finish = (status) => { link.send({ type: "finish", status, answer: byId("answer").value.trim() }); byId("answer").value = ""; };
byId("done").addEventListener("click", () => finish("success"));
byId("failed").addEventListener("click", () => finish("failure"));
byId("throw").addEventListener("click", () => link.send({ type: "cancel" }));

// --- the rest of the page ---
byId("take").addEventListener("click", () => link.send({ type: "take" }));
byId("give").addEventListener("click", () => link.send({ type: "give_back" }));
byId("buttons").addEventListener("click", (event) => {
  const button = event.target.dataset.button;
  if (button && driving()) link.send({ type: "act", action: { type: "system_button", button } });
});
byId("overlay").addEventListener("click", () => {
  showBoxes = !showBoxes;
  byId("overlay").setAttribute("aria-pressed", String(showBoxes));
  link.send({ type: "overlay", on: showBoxes });
  if (!showBoxes) screen.overlay([]);
});
window.addEventListener("beforeunload", (event) => { if (state.recording && state.driver === "you") event.preventDefault(); });
setInterval(() => { byId("fps").textContent = `${screen.rate()}/s`; drawClock(); }, 500);
