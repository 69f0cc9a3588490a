const WHY_NOT = {
  sure: "the policy was sure of it, and nothing was imagined",
  one_candidate: "there was nothing else to try",
  outcomes_agree: "all that was tried leads to the same screen",
  proposer_failed: "no other action could be proposed",
  prediction_failed: "outcomes could not be foretold",
  chooser_failed: "no choice could be made",
  budget: "the budget was spent",
  unreadable: "the screen could not be read",
  broken: "something broke",
};

function branchLine(lookahead, branch, at) {
  const value = lookahead.values[lookahead.shown.indexOf(at)];
  const steps = branch.map((step) => [
    h("div", {}, h("span", { class: "action" }, describeAction(step.action)), step.refused ? ` would be refused: ${step.refused}` : ""),
    step.fault ? h("div", { class: "oops" }, step.fault) : null,
    step.screen === null ? null : h("details", {}, h("summary", { class: "small" }, "the screen that was imagined"), h("pre", {}, step.screen)),
  ]);
  const chosen = at === lookahead.choice;
  const head = h("div", {}, chosen ? h("b", {}, "chosen ") : null, value === undefined ? null : `value ${value.toFixed(2)}`);
  return h("div", { class: chosen ? "small branch chosen" : "small branch" }, head, steps.flat());
}

/** What was imagined before an action, and what the screen really became; nothing where nobody looked ahead. */
function lookaheadParts(lookahead) {
  if (!lookahead) return [];
  const kept = WHY_NOT[lookahead.reason];
  return [
    h("h3", {}, `Looked ahead by ${lookahead.predictor}`),
    kept ? h("div", { class: lookahead.fell_back ? "oops" : "small" }, `the policy's own action: ${kept}`) : h("div", { class: "small" }, "the policy wanted: ", h("span", { class: "action" }, describeAction(lookahead.reactive)), lookahead.why ? `; ${lookahead.why}` : ""),
    ...lookahead.branches.map((branch, at) => branchLine(lookahead, branch, at)),
    lookahead.real ? h("details", {}, h("summary", { class: "small" }, `the screen as it became: F1 of what was imagined ${lookahead.agreement.toFixed(2)}`), h("pre", {}, lookahead.real)) : null,
    lookahead.left_out ? h("div", { class: "small" }, "the screens are in steps.jsonl: there are too many for one file") : null,
    ...lookahead.faults.map((fault) => h("div", { class: "oops" }, fault)),
  ];
}
