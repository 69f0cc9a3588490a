const filters = { words: "", kind: "all", order: "task" };

function statCards() {
  const f = DATA.figures;
  const [low, high] = f.interval;
  const rate = f.success_rate;
  const groups = countKinds();
  const total = DATA.episodes.length;
  return h("section", { class: "stats" },
    h("div", { class: "card" }, h("h2", {}, "Success rate"),
      h("div", { class: "big" }, rate === null ? "none rated" : percent(rate)),
      h("div", { class: "interval" }, h("i", { style: `left:${100 * low}%;right:${100 * (1 - high)}%` }), rate === null ? null : h("b", { style: `left:calc(${100 * rate}% - 1.5px)` })),
      h("div", { class: "small" }, `${f.success} of ${f.rated} rated${lastWord()}; 95% interval ${percent(low)} to ${percent(high)}`)),
    h("div", { class: "card" }, h("h2", {}, "Outcomes"),
      h("div", { class: "big" }, `${f.episodes}`, h("span", { class: "small" }, f.planned > f.episodes ? ` of ${f.planned} episodes` : " episodes")),
      h("div", { class: "stack" }, groups.map(([kind, count]) => h("i", { class: `k-${kind}`, style: `flex:${count}`, title: `${KIND_WORDS[kind]} ${count}` }))),
      h("div", { class: "legend" }, groups.map(([kind, count]) => h("span", {}, h("i", { class: `k-${kind}` }), `${KIND_WORDS[kind]} ${count}`))),
      total > f.episodes ? h("div", { class: "small" }, `${total} attempts: ${f.infra_attempts} broke with the infrastructure`) : null),
    number("Steps per second", f.steps_per_s.toFixed(1), `${f.steps} steps`),
    number("Device utilisation", percent(f.device_utilisation), "time in an episode"),
    number("Wall time", seconds(f.wall_s), `${DATA.templates.length} templates`));
}
/** Who gave the rewards, where that was not the tasks' own evaluators. */
function lastWord() {
  const verifier = DATA.config.verifier;
  return verifier ? ` by ${verifier.name || verifier.import_path || verifier.type}` : "";
}
const number = (title, value, note) => h("div", { class: "card" }, h("h2", {}, title), h("div", { class: "big" }, value), h("div", { class: "small" }, note));

function countKinds() {
  const counts = {};
  for (const episode of DATA.episodes) counts[kindOf(episode)] = (counts[kindOf(episode)] || 0) + 1;
  return Object.keys(KIND_WORDS).filter((kind) => counts[kind]).map((kind) => [kind, counts[kind]]);
}

function templateTable() {
  const rows = DATA.templates.map((row) => {
    const share = row.rated ? row.success / row.rated : 0;
    return h("tr", {},
      h("td", {}, h("a", { href: "#", onclick: (event) => { event.preventDefault(); setWords(row.template); } }, row.template)),
      h("td", {}, h("div", { class: "meter" }, h("i", { style: `width:${100 * share}%` }))),
      h("td", { class: "num" }, row.rated ? percent(share) : "-"),
      h("td", { class: "num" }, `${row.success}/${row.rated}`),
      h("td", { class: "num" }, `${percent(row.low)} to ${percent(row.high)}`),
      h("td", { class: "num" }, row.steps.toFixed(1)));
  });
  return h("details", { class: "templates card" }, h("summary", {}, `Success by template (${rows.length})`),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "template"), h("th", {}), h("th", { class: "num" }, "success"), h("th", { class: "num" }, "n"), h("th", { class: "num" }, "95% interval"), h("th", { class: "num" }, "mean steps"))),
      h("tbody", {}, rows)));
}

function card(episode) {
  const last = episode.final || episode.steps[episode.steps.length - 1];
  const image = last && DATA.images[last.shot];
  return h("button", { class: "episode", onclick: () => { location.hash = `${encodeURIComponent(episode.id)}/1`; } },
    h("div", { class: `thumb${last && last.size[0] > last.size[1] ? " wide" : ""}` }, image ? h("img", { src: image, alt: "last screen", loading: "lazy" }) : h("span", { class: "none" }, "no screen"), badge(episode)),
    h("div", { class: "words" },
      h("div", { class: "name" }, episode.template),
      h("div", { class: "goal" }, episode.goal),
      h("div", { class: "meta" }, `${episode.steps.length} steps, ${seconds(episode.wall_s)}, seed ${episode.seed}${episode.attempt > 1 ? `, attempt ${episode.attempt}` : ""}`)));
}

const ORDERS = {
  task: ["by task", (a, b) => a.task.localeCompare(b.task, "en", { numeric: true }) || a.attempt - b.attempt],
  reward: ["failures first", (a, b) => (a.reward ?? -1) - (b.reward ?? -1) || a.task.localeCompare(b.task)],
  steps: ["most steps first", (a, b) => b.steps.length - a.steps.length],
  time: ["slowest first", (a, b) => b.wall_s - a.wall_s],
};

function shownEpisodes() {
  const words = filters.words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (e) => `${e.id} ${e.template} ${e.goal} ${e.reason} ${e.tags.join(" ")} ${e.platform} ${KIND_WORDS[kindOf(e)]}`.toLowerCase();
  return DATA.episodes.filter((e) => (filters.kind === "all" || kindOf(e) === filters.kind) && words.every((word) => text(e).includes(word))).sort(ORDERS[filters.order][1]);
}

let grid, chips, search;
function redraw() {
  const shown = shownEpisodes();
  grid.replaceChildren(...(shown.length ? shown.map(card) : [h("div", { class: "empty" }, "No episode matches.")]));
  for (const chip of chips.children) chip.setAttribute("aria-pressed", String(chip.dataset.kind === filters.kind));
}
function setWords(words) {
  search.value = filters.words = words;
  redraw();
  search.scrollIntoView({ block: "start" });
}

function themeButton() {
  const flip = () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("farm-report-theme", document.documentElement.dataset.theme); } catch { /* a file may have no storage */ }
  };
  return h("button", { class: "icon", title: "Light or dark", "aria-label": "Light or dark", onclick: flip }, "◐");
}

function buildOverview() {
  const config = DATA.config;
  const kinds = [["all", DATA.episodes.length], ...countKinds()];
  chips = h("div", { class: "chips", role: "group", "aria-label": "Outcome" }, kinds.map(([kind, count]) =>
    h("button", { class: "chip", "data-kind": kind, onclick: () => { filters.kind = kind; redraw(); } }, `${KIND_WORDS[kind] || "all"} ${count}`)));
  search = h("input", { type: "search", placeholder: "Search goals, templates, reasons", "aria-label": "Search", oninput: () => { filters.words = search.value; redraw(); } });
  const order = h("select", { "aria-label": "Order", onchange: () => { filters.order = order.value; redraw(); } }, Object.entries(ORDERS).map(([key, [name]]) => h("option", { value: key }, name)));
  grid = h("div", { class: "grid" });
  const backends = [...new Set(DATA.episodes.map((e) => e.provenance.backend).filter(Boolean))].join(", ");
  document.getElementById("overview").append(h("main", { class: "page" },
    h("header", { class: "top" },
      h("div", {}, h("h1", {}, DATA.run), h("div", { class: "by" }, `suite ${config.suite}, policy ${(config.policy || {}).type || "?"}, on ${backends || "no device"}, seed ${config.seed}`)),
      h("div", { class: "spacer" }), themeButton()),
    DATA.notes.length ? h("ul", { class: "notes" }, DATA.notes.map((note) => h("li", {}, note))) : null,
    ...queueSections(), statCards(), ...verdictSections(), templateTable(),
    h("div", { class: "tools" }, search, chips, h("div", { class: "spacer" }), order),
    grid,
    h("footer", {}, `farm ${DATA.version}, written ${DATA.written_at}`)));
  redraw();
}
