const JUDGED = { true: ["ok", "right"], false: ["no", "wrong"], null: ["", "no judgement"] };

function opinionLine(opinion) {
  const [kind, word] = JUDGED[String(opinion.right)];
  const sure = opinion.right === null ? "" : ` (${percent(opinion.confidence)} sure)`;
  return h("div", { class: "small" }, h("b", {}, opinion.judge), ": ", h("span", { class: kind }, word), sure, opinion.why ? `, ${opinion.why}` : "", opinion.faults.map((fault) => h("div", { class: "oops" }, fault)));
}

/** What critics said of an action before it was carried out; nothing where none was asked. */
function reviewParts(review) {
  if (!review) return [];
  const corrected = review.chosen === "corrected";
  return [
    h("h3", {}, corrected ? "Corrected by a critic" : "Critic"),
    corrected ? h("div", {}, "the policy wanted: ", h("span", { class: "action" }, describeAction(review.proposed))) : null,
    opinionLine(review.critique),
    !corrected && review.corrected ? h("div", { class: "small" }, "not carried out: ", describeAction(review.corrected)) : null,
    review.second ? opinionLine(review.second) : null,
  ];
}
