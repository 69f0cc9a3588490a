"""The critic that needs no model: rules over the UI tree, the words of the goal and what was done before.

A proposal is wrong where at least one rule finds something; the finding with the greatest confidence speaks, one with a
correction before one without. Where no rule finds anything the action is called right with the confidence of a guess:
rules know some mistakes, never that an action is the best one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from device_farm.errors import VerifierError
from verifier.reward_model import order_rules, text_rules, touch_rules
from verifier.reward_model.critic import Critique, Proposal
from verifier.reward_model.finding import Finding, Rule
from verifier.reward_model.view import view_of
from verifier.verdict import Cost

NOTHING_FOUND: Final = 0.5
"""The confidence in an action that no rule has anything against."""

RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        touch_rules.tap_on_nothing,
        touch_rules.tap_on_disabled,
        touch_rules.other_of_the_list,
        touch_rules.switch_stands_right,
        touch_rules.swipe_without_scrolling,
        text_rules.no_focus,
        text_rules.cut_text,
        text_rules.slip_of_text,
        text_rules.text_from_elsewhere,
        order_rules.repeated_in_vain,
        order_rules.repeated_elsewhere,
        order_rules.typed_again,
        order_rules.swiped_back,
        order_rules.other_app,
        order_rules.ended_before_doing,
        order_rules.ended_without_answer,
        order_rules.answered_nothing,
        order_rules.ended_unsaved,
        order_rules.ended_with_switch_wrong,
    )
}


class RuleCritic:
    """`without` leaves rules out, by name. Raises VerifierError for an unknown one."""

    def __init__(
        self, *, without: Collection[str] = (), clock_s: Callable[[], float] = time.perf_counter, name: str = "rules"
    ) -> None:
        unknown = sorted(set(without) - set(RULES))
        if unknown:
            raise VerifierError(f"no rule {unknown[0]!r}", field="critic.without", fix=f"one of: {', '.join(RULES)}")
        self.name = name
        self._rules = {key: rule for key, rule in RULES.items() if key not in without}
        self._clock_s = clock_s

    async def criticise(self, proposal: Proposal) -> Critique:
        """No judgement on a screen without a UI tree. See `Critic`."""
        begun_s = self._clock_s()
        view = view_of(proposal)
        if view is None:
            return Critique(judge=self.name, right=None, faults=("VerifierError: the screen has no UI tree",))
        found = [(name, finding) for name, rule in self._rules.items() if (finding := rule(view, proposal.action))]
        cost = Cost(seconds=self._clock_s() - begun_s)
        if not found:
            return Critique(
                judge=self.name, right=True, why="no rule is against it", confidence=NOTHING_FOUND, cost=cost
            )
        name, worst = max(found, key=lambda pair: _weight(pair[1]))
        return Critique(
            judge=self.name,
            right=False,
            why=f"{name}: {worst.why}",
            corrected=worst.corrected if worst.corrected != proposal.action else None,
            confidence=worst.confidence,
            cost=cost,
        )


def _weight(finding: Finding) -> tuple[bool, float]:
    return finding.corrected is not None, finding.confidence
