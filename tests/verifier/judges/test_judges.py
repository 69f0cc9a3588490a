from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from judged_screens import HOME, at, case_of, screen, switch, text

from device_farm.device import Device
from device_farm.errors import GuestError, PolicyError, VerifierError
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence, ModelTurn, Scored, Undecided
from verifier.base import Verifier
from verifier.case import Case
from verifier.judges.last_screen import LastScreenJudge
from verifier.judges.scripted import ScriptedVerifier
from verifier.judges.trajectory import TrajectoryJudge
from verifier.judges.unanimous import UnanimousJudge, agreed, judges_of
from verifier.port import Part, Reply, Text
from verifier.scene import Scene
from verifier.verdict import Cost, Verdict, outcome_of, undecided

WIFI_OFF, WIFI_ON = screen(text("Wi‑Fi", 5), switch(False, 5)), screen(text("Wi‑Fi", 5), switch(True, 5))
DONE = case_of("Turn Wi-Fi on.", [WIFI_OFF, WIFI_ON], [at(5, 900)])


@dataclass
class Seeing:
    """A model that calls an attempt a success where what it is shown has `text`; it notes what that was."""

    text: str = "checked"
    reply: Callable[[bool], str] = field(default=lambda yes: _reply("success" if yes else "failure"))
    shown: list[str] = field(default_factory=list)
    seeds: list[int | None] = field(default_factory=list)
    name: str = "seeing"

    async def generate(
        self,
        system: str,
        parts: Sequence[Part],
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        seed: int | None = None,
        schema: Mapping[str, JsonValue] | None = None,
    ) -> Reply:
        self.shown.append("\n".join(part.text for part in parts if isinstance(part, Text)))
        self.seeds.append(seed)
        text = self.reply(self.text in self.shown[-1])
        return Reply(text=text, prompt_tokens=20, completion_tokens=5)


def _reply(decision: str) -> str:
    return json.dumps({"kind": "verdict", "decision": decision, "confidence": "medium", "reason": "so it looks"})


def _verify(verifier: Verifier, case: Case = DONE, scene: Scene | None = None) -> Verdict:
    return asyncio.run(verifier.verify(case, scene))


def test_judges_without_a_model_read_by_rules_and_say_so() -> None:
    last, whole = _verify(LastScreenJudge()), _verify(TrajectoryJudge())
    assert (last.verifier, last.decision, whole.verifier, whole.decision) == (
        "last-screen",
        "success",
        "trajectory",
        "success",
    )
    assert all(piece.probe.startswith("rule-based reader") for piece in (*last.evidence, *whole.evidence))
    assert last.cost.steps == 1 and last.cost.prompt_tokens == 0


def test_last_screen_judge_shows_a_model_the_last_screen_only() -> None:
    model = Seeing(text="checked")
    verdict = _verify(LastScreenJudge(model=model))
    assert (verdict.decision, verdict.confidence, verdict.reason) == ("success", 0.75, "so it looks")
    assert verdict.cost.prompt_tokens == 20 and verdict.cost.completion_tokens == 5 and verdict.cost.steps == 1
    assert "Screen 1, the last one" in model.shown[0] and "Screen 0" not in model.shown[0]
    assert "click" not in model.shown[0].replace("clickable", "")
    assert verdict.evidence[0].probe == "seeing, last-screen" and verdict.evidence[0].holds


def test_trajectory_judge_shows_a_model_everything_up_to_its_limit() -> None:
    thought = replace(DONE, steps=(replace(DONE.steps[0], turn=ModelTurn(text="", thought="I AM DONE")),))
    model = Seeing()
    _verify(TrajectoryJudge(model=model), thought)
    assert "Screen 0, before step 0" in model.shown[0] and "Screen 1, the last one" in model.shown[0]
    assert "0. click at 900,530" in model.shown[0] and "I AM DONE" in model.shown[0]
    short = Seeing()
    _verify(TrajectoryJudge(model=short, max_screens=1), thought)
    assert "Screen 0" not in short.shown[0]
    with pytest.raises(VerifierError, match="max_screens"):
        TrajectoryJudge(max_screens=0)


@pytest.mark.parametrize("judge", [LastScreenJudge, TrajectoryJudge])
@pytest.mark.parametrize("model", [None, Seeing()])
def test_judge_without_screens_is_undecided_with_the_fault(
    judge: type[LastScreenJudge | TrajectoryJudge], model: Seeing | None
) -> None:
    for case in (replace(DONE, steps=(), final=None), case_of("x", [replace(HOME, ui_tree=None)])):
        verdict = _verify(judge(model=model), case)
        assert (verdict.decision, verdict.confidence) == ("undecided", 0.0)
        assert verdict.faults and verdict.faults[0].startswith("VerifierError: ")
        assert outcome_of(verdict).kind == "undecided"


def test_judge_whose_model_fails_or_talks_nonsense_is_undecided_with_the_fault() -> None:
    def refuse(yes: bool) -> str:
        raise PolicyError("the server is gone")

    gone = _verify(TrajectoryJudge(model=Seeing(reply=refuse)))
    assert (gone.decision, gone.faults) == ("undecided", ("PolicyError: the server is gone",))
    nonsense = Seeing(reply=lambda yes: "Yes!")
    verdict = _verify(LastScreenJudge(model=nonsense, seed=3))
    assert (verdict.decision, nonsense.seeds) == ("undecided", [3, 4, 5])
    assert "no reply that parses, 3 times" in verdict.faults[0]
    assert verdict.cost.prompt_tokens == 60
    unsure = _verify(LastScreenJudge(model=Seeing(reply=lambda yes: _reply("undecided"))))
    assert (unsure.decision, unsure.reason, unsure.faults) == ("undecided", "so it looks", ())


def test_judge_hears_the_case_with_broken_rules_as_a_fault() -> None:
    odd = replace(DONE, goal=cast(str, None))
    verdict = _verify(LastScreenJudge(), odd)
    assert verdict.decision == "undecided" and verdict.faults


def _said(decision: str, confidence: float = 0.8, name: str = "one") -> Verdict:
    if decision == "undecided":
        return undecided(name, "cannot tell", faults=("F: f",), cost=Cost(steps=1))
    piece = Evidence(probe=name, observed=decision, expected="x", holds=decision == "success")
    return Verdict(
        verifier=name,
        decision="success" if decision == "success" else "failure",
        confidence=confidence,
        reason="so",
        evidence=(piece,),
        cost=Cost(steps=1),
    )


@pytest.mark.parametrize(
    ("said", "decision", "confidence"),
    [
        (("success",), "success", 0.8),
        (("success", "success"), "success", 0.8),
        (("success", "failure"), "failure", 0.8),
        (("success", "undecided"), "undecided", 0.0),
        (("undecided", "failure"), "failure", 0.8),
        ((), "undecided", 0.0),
    ],
)
def test_unanimous_success_needs_every_judge(said: tuple[str, ...], decision: str, confidence: float) -> None:
    verdict = agreed("unanimous", [_said(each) for each in said])
    assert (verdict.decision, verdict.confidence, verdict.cost.steps) == (decision, confidence, len(said))


def test_unanimous_success_has_the_least_confidence_and_all_evidence() -> None:
    verdict = agreed("u", [_said("success", 0.9, "a"), _said("success", 0.6, "b")])
    assert verdict.confidence == 0.6
    assert [piece.probe for piece in verdict.evidence] == ["a", "b"]
    assert verdict.reason == "all 2 judges say so: so"


@dataclass
class _Fixed:
    verdict: Verdict
    asked: int = 0
    name: str = "fixed"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        self.asked += 1
        return self.verdict


def test_unanimous_judge_stops_at_the_first_failure() -> None:
    judges = [_Fixed(_said("undecided")), _Fixed(_said("failure")), _Fixed(_said("success"))]
    verdict = _verify(UnanimousJudge(judges=judges))
    assert [judge.asked for judge in judges] == [1, 1, 0]
    assert (verdict.decision, verdict.faults) == ("failure", ("F: f",))
    with pytest.raises(VerifierError, match="judges"):
        UnanimousJudge(judges=())


def test_unanimous_judge_by_default_reads_by_rules_and_with_a_model_asks_it_several_times() -> None:
    assert _verify(UnanimousJudge()).decision == "success"
    model = Seeing()
    verdict = _verify(UnanimousJudge(judges=judges_of(model, count=3, seed=7)))
    assert (model.seeds, verdict.decision, verdict.cost.steps) == ([7, 8, 9], "success", 3)


class _Place:
    """A scene with a device that is a mere object; the evaluators below hold it, and ask it nothing."""

    device = cast(Device, object())

    def fork(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")

    def start(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")


GOOD = Evidence(probe="p", observed="1", expected="1", holds=True)
BAD = Evidence(probe="setting x", observed="0", expected="1", holds=False)


@pytest.mark.parametrize(
    ("outcome", "decision", "confidence", "reason"),
    [
        (Scored(reward=1.0, evidence=(GOOD,)), "success", 1.0, "all that the evaluator asks for holds"),
        (Scored(reward=0.0, evidence=(GOOD, BAD)), "failure", 1.0, "setting x: 0"),
        (Scored(reward=0.5, evidence=(GOOD,)), "failure", 1.0, "a reward of 0.5"),
        (Undecided(reason="cannot tell", evidence=(GOOD,)), "undecided", 0.0, "cannot tell"),
    ],
)
def test_scripted_verifier_puts_an_evaluators_outcome_as_a_verdict(
    outcome: Scored | Undecided, decision: str, confidence: float, reason: str
) -> None:
    given: list[tuple[Device, Case]] = []

    async def evaluate(device: Device, case: Case) -> Scored | Undecided:
        given.append((device, case))
        return outcome

    place = _Place()
    verdict = _verify(ScriptedVerifier(evaluate=evaluate), DONE, place)
    assert (verdict.decision, verdict.confidence, verdict.reason) == (decision, confidence, reason)
    assert verdict.evidence == outcome.evidence
    assert given == [(place.device, DONE)]


def test_scripted_verifier_that_breaks_or_has_no_device_is_undecided() -> None:
    async def breaks(device: Device, case: Case) -> Scored | Undecided:
        raise GuestError("gone")

    verdict = _verify(ScriptedVerifier(evaluate=breaks), DONE, _Place())
    assert (verdict.decision, verdict.faults) == ("undecided", ("GuestError: gone",))
    assert _verify(ScriptedVerifier(evaluate=breaks), DONE, None).reason == "there is no device to evaluate"
