const VERDICTS = DATA.verdicts;
const OPINION_KINDS = { success: "success", failure: "failed", undecided: "undecided", nothing: "nothing" };
const SHOWN_DISPUTES = 5;
const HOW_WORDS = { live: "on the attempt's own device", replayed: "on a device where the attempt was carried out again", offline: "from the record alone" };

/** An opinion in a word: a decision, a reward, or why there is none. */
function opinion(word, title) {
  const reward = Number(word);
  const kind = OPINION_KINDS[word] || (KIND_WORDS[word] ? word : Number.isFinite(reward) ? (reward >= 1 ? "success" : "failed") : "nothing");
  return h("span", { class: `badge b-${kind}`, title }, KIND_WORDS[word] || word);
}
const whole = (share) => `${Math.round(100 * share)}%`;
const sure = (verdict) => (verdict.decision === "undecided" ? "" : `${whole(verdict.confidence)} sure`);
const claim = (episode) => opinion(episode.claimed || "nothing");
const stepLink = (id, step, text) => h("a", { href: `#${encodeURIComponent(id)}/${step + 1}` }, text);

function whereShown(episode, step) {
  if (step === null || step === undefined) return "device";
  return stepLink(episode.id, step, step >= episode.steps.length ? "last screen" : `step ${step + 1}`);
}

/** Evidence with a link to the step whose screen shows it. */
function verdictEvidence(episode, pieces) {
  return h("div", { class: "across" }, h("table", { class: "evidence shown" },
    h("thead", {}, h("tr", {}, ["", "probe", "observed", "expected", "where"].map((name) => h("th", {}, name)))),
    h("tbody", {}, pieces.map((piece) => h("tr", {},
      h("td", { class: piece.holds ? "ok" : "no" }, piece.holds ? "holds" : "fails"),
      h("td", {}, h("div", {}, piece.probe)), h("td", {}, h("div", {}, piece.observed)), h("td", {}, h("div", {}, piece.expected)),
      h("td", {}, whereShown(episode, piece.step)))))));
}

/** What decided first: for a failure the pieces that fail, for a success those that hold; at most three. */
function decisive(pieces, success) {
  const bearing = pieces.filter((piece) => piece.holds === success);
  return (bearing.length ? bearing : pieces).slice(0, 3);
}

function stageTable(stages) {
  return h("div", { class: "across" }, h("table", { class: "stages" },
    h("thead", {}, h("tr", {}, ["stage", "says", "sure", "probes", "time", "why"].map((name) => h("th", { class: ["sure", "probes", "time"].includes(name) ? "num" : null }, name)))),
    h("tbody", {}, stages.map((stage) => h("tr", {}, h("td", {}, stage.name), h("td", {}, opinion(stage.decision)),
      h("td", { class: "num" }, stage.decision === "undecided" ? "-" : whole(stage.confidence)), h("td", { class: "num" }, stage.cost.steps), h("td", { class: "num" }, millis(1000 * stage.cost.seconds)), h("td", {}, stage.reason))))));
}

/** Each once, with how often it was met. */
const faultList = (faults) => h("div", { class: "oops" }, [...new Set(faults)].map((fault) => {
  const count = faults.filter((each) => each === fault).length;
  return h("div", {}, fault, count > 1 ? ` (${count} times)` : "");
}));

function verdictBlock(episode, name, verdict) {
  const { cost } = verdict;
  const spent = [[cost.steps, "probes and turns"], [cost.images, "images"], [cost.prompt_tokens + cost.completion_tokens, "tokens"], [millis(1000 * cost.seconds), "time"]];
  return [
    h("h3", {}, `Verdict of ${name}`),
    h("div", {}, opinion(verdict.decision), " ", [sure(verdict), HOW_WORDS[verdict.how]].filter(Boolean).join(", "), ". ", verdict.reason),
    verdict.disagrees ? h("div", { class: "apart" }, "The evaluator says otherwise.") : null,
    verdict.faults.length ? faultList(verdict.faults) : null,
    verdict.stages.length ? stageTable(verdict.stages) : null,
    verdict.evidence.length ? verdictEvidence(episode, verdict.evidence) : null,
    h("div", { class: "times" }, spent.map(([value, unit]) => h("div", {}, h("b", {}, String(value)), h("span", {}, unit)))),
  ];
}

/** What the player says of an episode's verdicts; nothing where no verifier was asked. */
function verdictParts(episode) {
  const said = VERDICTS.episodes[episode.id];
  if (!said || !Object.keys(said.verdicts).length) return [];
  const verdicts = Object.entries(said.verdicts);
  return [
    h("h3", {}, "Claimed, evaluator, verified"),
    h("div", { class: "opinions" }, h("span", {}, "claimed ", claim(episode)), h("span", {}, "evaluator ", opinion(said.evaluator, said.evaluator_reason)),
      verdicts.map(([name, verdict]) => h("span", {}, `${name} `, opinion(verdict.decision)))),
    ...verdicts.flatMap(([name, verdict]) => verdictBlock(episode, name, verdict)),
    ...(said.evaluator_evidence.length ? [h("h3", {}, "Evidence of the evaluator"), verdictEvidence(episode, said.evaluator_evidence)] : []),
  ];
}

/** One side of a disagreement: the opinion, and the evidence that decided it. */
function side(title, episode, badgeOf, reason, pieces) {
  return h("div", { class: "side" }, h("div", {}, h("b", {}, title), " ", badgeOf), reason ? h("div", { class: "small" }, reason) : null,
    pieces.length ? h("ul", {}, pieces.map((piece) => h("li", {}, h("span", { class: piece.holds ? "ok" : "no" }, piece.holds ? "holds" : "fails"), ` ${piece.probe}: `, h("q", {}, piece.observed), ", expected ", h("q", {}, piece.expected), " (", whereShown(episode, piece.step), ")"))) : h("div", { class: "small" }, "no evidence"));
}

function dispute(entry, episode) {
  const said = VERDICTS.episodes[entry.episode], verdict = said.verdicts[entry.verifier];
  const step = entry.step === null ? episode.steps.length : entry.step;
  const frame = framesOf(episode)[step] || episode.final || episode.steps[episode.steps.length - 1];
  const image = frame && DATA.images[frame.shot];
  return h("article", { class: "dispute" },
    h("a", { class: "shot", href: `#${encodeURIComponent(episode.id)}/${step + 1}` }, image ? h("img", { src: image, alt: `screen ${step + 1} of ${episode.id}`, loading: "lazy" }) : "no screen"),
    h("div", { class: "about" }, h("div", {}, stepLink(episode.id, step, episode.id), " ", h("span", { class: "small" }, "claimed "), claim(episode)), h("div", {}, episode.goal)),
    side("evaluator", episode, opinion(said.evaluator), "", decisive(said.evaluator_evidence, Number(said.evaluator) >= 1)),
    side(entry.verifier, episode, h("span", {}, opinion(verdict.decision), " ", h("span", { class: "small" }, sure(verdict))), verdict.reason, decisive(verdict.evidence, verdict.decision === "success")));
}

function lookAt() {
  const byId = new Map(DATA.episodes.map((episode) => [episode.id, episode]));
  const disputes = VERDICTS.look_at.map((entry) => dispute(entry, byId.get(entry.episode)));
  const more = disputes.splice(SHOWN_DISPUTES);
  return h("section", { class: "card look" }, h("h2", {}, `To look at: evaluator and verifier disagree (${VERDICTS.look_at.length})`), disputes,
    more.length ? h("details", {}, h("summary", {}, `${more.length} more`), more) : null);
}

function verdictTable() {
  const cell = (verdict) => (verdict ? [opinion(verdict.decision, verdict.reason), " ", h("span", { class: "small" }, sure(verdict)), verdict.faults.length ? h("span", { class: "fault", title: verdict.faults.join("\n") }, " fault") : null] : [opinion("nothing")]);
  const rows = DATA.episodes.map((episode) => {
    const said = VERDICTS.episodes[episode.id];
    const apart = Object.values(said.verdicts).some((verdict) => verdict.disagrees);
    return h("tr", { class: apart ? "apart" : "" }, h("td", {}, stepLink(episode.id, episode.steps.length, episode.id)),
      h("td", {}, claim(episode)), h("td", {}, opinion(said.evaluator, said.evaluator_reason)), VERDICTS.verifiers.map((name) => h("td", {}, cell(said.verdicts[name]))));
  });
  const names = VERDICTS.verifiers.map((name) => `verified: ${name}`);
  return h("details", { class: "templates card", open: rows.length <= 40 }, h("summary", {}, `Claimed, evaluator, verified (${rows.length})`),
    h("div", { class: "across" }, h("table", {}, h("thead", {}, h("tr", {}, ["episode", "claimed", "evaluator", ...names].map((name) => h("th", {}, name)))), h("tbody", {}, rows))));
}

/** Who called how many attempts a success: what the agent claims is one thing, what was verified another. */
function saidCards() {
  const titles = { claimed: () => "Claimed by the agent", evaluator: () => "Scripted evaluator", verified: (row) => `Verified: ${row.who}` };
  const kinds = [["success", "success", "success"], ["failure", "failed", "failure"], ["undecided", "undecided", "undecided"], ["nothing", "nothing", "said nothing"]];
  const cards = VERDICTS.said.map((row) => {
    const there = kinds.filter(([key]) => row[key]);
    return h("div", { class: "card" }, h("h2", {}, titles[row.kind](row)),
      h("div", { class: "big" }, `${row.success}`, h("span", { class: "small" }, ` of ${row.success + row.failure + row.undecided + row.nothing} a success`)),
      h("div", { class: "stack" }, there.map(([key, kind, word]) => h("i", { class: `k-${kind}`, style: `flex:${row[key]}`, title: `${word} ${row[key]}` }))),
      h("div", { class: "legend" }, there.map(([key, kind, word]) => h("span", {}, h("i", { class: `k-${kind}` }), `${word} ${row[key]}`))));
  });
  return h("section", { class: "said" }, cards);
}

/** What a person should settle, on top of the overview. */
const queueSections = () => (VERDICTS.look_at.length ? [lookAt()] : []);

/** Below the figures; the table only where a verifier was asked. */
function verdictSections() {
  return [...(VERDICTS.said.length ? [saidCards()] : []), ...(VERDICTS.verifiers.length ? [verdictTable()] : [])];
}
