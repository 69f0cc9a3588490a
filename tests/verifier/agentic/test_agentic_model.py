from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from rehearsal import Asked, Rehearsed, call, case_with, look, node, said, screen, three_screens

from device_farm.backends.fake import FakeDevice
from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.action import TypeText
from verifier.agentic.budget import Budget
from verifier.agentic.memory import consolidate, raw
from verifier.agentic.model_thinker import ModelThinker
from verifier.agentic.prompts import case_parts
from verifier.agentic.reply import Said, parse_turn, turn_schema
from verifier.agentic.thinker import Opinion
from verifier.agentic.verifier import NOTHING_YET, AgenticVerifier
from verifier.case import Case
from verifier.port import Reply, Text
from verifier.probes.toolbox import toolbox_for
from verifier.verdict import Cost

CASE = three_screens()
SO_FAR = Opinion(decision="success", confidence="medium", reason="looks right")


def _glance(thinker: ModelThinker, case: Case = CASE) -> Opinion:
    return asyncio.run(thinker.glance(case, consolidate(case)))


def _look_back(thinker: ModelThinker, case: Case = CASE) -> Opinion:
    return asyncio.run(thinker.look_back(case, consolidate(case), SO_FAR))


def _probe(thinker: ModelThinker, so_far: Opinion = SO_FAR, case: Case = CASE) -> Opinion:
    return asyncio.run(thinker.probe(case, consolidate(case), so_far, toolbox_for(case, None)))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "not one JSON object"),
        ("success", "not one JSON object"),
        ('{"kind": "verdict"} {"kind": "verdict"}', "not one JSON object"),
        ("[" * 100_000, "characters"),
        ("[" * 19_000, "not one JSON object"),
        ("[]", "valid dictionary"),
        ('{"kind": "grant"}', "kind"),
        ('{"kind": "verdict", "decision": "success", "confidence": "high"}', "verdict.reason: Field required"),
        ('{"kind": "verdict", "decision": "yes", "confidence": "high", "reason": ""}', "verdict.decision"),
        ('{"kind": "verdict", "decision": "success", "confidence": 0.9, "reason": ""}', "verdict.confidence"),
        ('{"kind": "verdict", "decision": "success", "decision": "failure"}', "given twice"),
        ('{"kind": "call", "tool": "shell", "arguments": {"x": NaN}}', "NaN is no JSON"),
        ('{"kind": "call", "tool": "shell", "arguments": []}', "call.arguments"),
        ('{"kind": "call", "tool": "shell", "sudo": true}', "call.sudo"),
        ('{"kind": "look", "steps": []}', "look.steps"),
        ('{"kind": "look", "steps": ["1"]}', "look.steps.0"),
        (said(findings=[{"observed": "a", "expected": "b", "holds": "yes"}]), "verdict.findings.0.holds"),
        (said(reason="x" * 601), "verdict.reason"),
    ],
)
def test_parse_turn_refuses_what_is_not_one_strict_object(text: str, wrong: str) -> None:
    with pytest.raises(VerifierError, match=wrong.replace(".", r"\.")):
        parse_turn(text, ("verdict", "look", "call"))


def test_parse_turn_takes_an_object_alone_or_fenced_and_only_of_an_allowed_kind() -> None:
    assert parse_turn(f"```json\n{said()}\n```", ("verdict",)) == parse_turn(f" {said()}\n", ("verdict", "look"))
    with pytest.raises(VerifierError, match=r"'call' is not possible now \(use verdict or look\)"):
        parse_turn(call("shell"), ("verdict", "look"))


def test_turn_schema_names_the_tools_and_nothing_else() -> None:
    schema = turn_schema(("call", "verdict"), ("look_back", "shell"))
    first = schema["anyOf"][0]  # type: ignore[index]
    assert first["properties"]["tool"] == {"enum": ["look_back", "shell"]}  # type: ignore[index,call-overload]
    assert first["additionalProperties"] is False  # type: ignore[index,call-overload]


def test_glance_shows_the_goal_the_actions_and_the_last_screen_only() -> None:
    model = Rehearsed(lines=[said(findings=[{"observed": "a", "expected": "b", "holds": True, "step": 2}])])
    opinion = _glance(ModelThinker(model=model))
    assert (opinion.decision, opinion.confidence, opinion.faults) == ("success", "high", ())
    assert opinion.cost == Cost(steps=1, prompt_tokens=10, completion_tokens=3)
    (piece,) = opinion.evidence
    assert (piece.probe, piece.observed, piece.step, piece.holds) == ("rehearsed, glance", "a", 2, True)
    (asked,) = model.asked
    assert "0. click at 5,25 on 'screen number 0' (in notes)" in asked.text
    assert "1. type 'milk'" in asked.text and "42" in asked.text
    assert "screen number 2" in asked.text and "screen number 1" not in asked.text
    assert "SURELY" not in asked.text + asked.system


def test_glance_sends_pixels_where_the_model_takes_them() -> None:
    case = three_screens(picture=True)
    seeing, reading = Rehearsed(lines=[said()]), Rehearsed(lines=[said()])
    assert _glance(ModelThinker(model=seeing), case).cost.images == 1
    assert _glance(ModelThinker(model=reading, pictures=False), case).cost.images == 0
    assert seeing.asked[0].pictures == [b"pixels 2"] and "screen number 2" not in seeing.asked[0].text
    assert reading.asked[0].pictures == [] and "screen number 2" in reading.asked[0].text


def test_glance_without_any_screen_is_a_fault_and_asks_nobody() -> None:
    model = Rehearsed(lines=[said()])
    for case in (case_with([]), case_with([screen(), screen()])):
        opinion = _glance(ModelThinker(model=model), case)
        assert (opinion.decision, opinion.confidence) == ("undecided", "low")
        assert opinion.faults[0].startswith("VerifierError: screens: there is no screen to look at")
    assert model.asked == []


def test_glance_cuts_a_huge_screen() -> None:
    model = Rehearsed(lines=[said()])
    _glance(ModelThinker(model=model, screen_chars=50), case_with([screen(*[node("long " * 100)] * 100)]))
    assert len(model.asked[0].text) < 1500 and "more characters" in model.asked[0].text


def test_reply_that_does_not_parse_is_asked_for_again_with_the_error_and_another_seed() -> None:
    model = Rehearsed(lines=["I think so!", said("failure", "medium")])
    opinion = _glance(ModelThinker(model=model, retries=1, seed=5))
    assert (opinion.decision, opinion.confidence, opinion.cost.steps) == ("failure", "medium", 2)
    assert "could not be used" not in model.asked[0].text and "not one JSON object" in model.asked[1].text
    assert [asked.seed for asked in model.asked] == [5, 6]


def test_replies_that_never_parse_are_a_fault_and_leave_the_opinion() -> None:
    model = Rehearsed(lines=["no", "no", "no", "no"])
    opinion = _look_back(ModelThinker(model=model, retries=2))
    assert len(model.asked) == 3
    assert (opinion.decision, opinion.confidence) == ("success", "medium")
    assert opinion.faults[0].startswith("VerifierError: rehearsed gave no reply that parses, 3 times: ")
    assert opinion.cost.prompt_tokens == 30 and opinion.broken


def test_model_that_goes_away_after_a_first_look_leaves_the_verdict_undecided() -> None:
    thinker = ModelThinker(model=Rehearsed(lines=[said("failure", "medium")]))
    verdict = asyncio.run(AgenticVerifier(thinker=thinker).verify(CASE, None))
    assert (verdict.decision, verdict.faults) == ("undecided", ("PolicyError: the server is gone",))


def test_model_that_is_gone_is_a_fault_of_its_own_kind() -> None:
    verdict = asyncio.run(AgenticVerifier(thinker=ModelThinker(model=Rehearsed())).verify(CASE, None))
    assert verdict.decision == "undecided"
    assert verdict.faults == ("PolicyError: the server is gone",) * 2


def test_look_back_shows_the_screens_that_the_model_asks_for_a_bounded_number_of_times() -> None:
    model = Rehearsed(lines=[look(0, 99, -1), look(1), said("failure", "high")])
    opinion = _look_back(ModelThinker(model=model, rounds=2))
    assert opinion.decision == "failure"
    assert "looks right" in model.asked[0].text and "Screen 0" not in model.asked[0].text
    assert "Screen 0, before step 0" in model.asked[1].text and "Screen 1" not in model.asked[1].text
    assert "Screen 1, before step 1" in model.asked[2].text
    # After two looks the schema and the rules leave a verdict only.
    assert '"look"' not in model.asked[2].system and '"look"' in model.asked[1].system


def test_look_back_without_steps_asks_nobody() -> None:
    model = Rehearsed(lines=[said()])
    opinion = _look_back(ModelThinker(model=model), case_with([screen(app="home")]))
    assert (opinion.decision, opinion.cost, model.asked) == ("success", Cost(), [])


def test_probe_calls_tools_and_lists_what_they_brought_beside_the_findings() -> None:
    model = Rehearsed(lines=[call("look_back", step=1), call("look_back", step=7), said("failure", "high")])
    opinion = _probe(ModelThinker(model=model))
    assert (opinion.decision, opinion.cost.steps) == ("failure", 5)
    assert [piece.probe for piece in opinion.evidence] == ["screen 1", "screen 7", "rehearsed, probe"]
    assert "screen number 1" in model.asked[1].text
    assert "this attempt has screens 0 to 2" in model.asked[2].text


def test_probe_tells_the_model_of_a_call_that_failed_and_goes_on() -> None:
    model = Rehearsed(lines=[call("shell", command="id"), said("undecided", "low")])
    opinion = _probe(ModelThinker(model=model))
    assert "Call 1 failed" in model.asked[1].text and "no tool 'shell'" in model.asked[1].text
    assert (opinion.decision, opinion.faults) == ("undecided", ())
    assert [piece.holds for piece in opinion.evidence] == [False]


def test_probe_ends_with_a_verdict_once_its_turns_are_gone() -> None:
    lines = [call("look_back", step=0)] * 3 + [call("look_back", step=0)] * 3
    model = Rehearsed(lines=lines)
    opinion = _probe(ModelThinker(model=model, turns=3, retries=2))
    assert (opinion.decision, opinion.confidence) == ("success", "medium")
    assert "'call' is not possible now" in opinion.faults[0]
    assert len([piece for piece in opinion.evidence if piece.probe == "screen 0"]) == 3
    assert "Tools:" in model.asked[2].system and "Tools:" not in model.asked[3].system


@pytest.mark.parametrize(("budget", "steps"), [(Budget(steps=4), 4), (Budget(steps=3), 3), (Budget(tokens=26), 3)])
def test_probe_stops_within_its_budget_with_the_opinion_so_far(budget: Budget, steps: int) -> None:
    model = Rehearsed(answer=lambda asked: call("look_back", step=0))
    opinion = _probe(ModelThinker(model=model).within(budget))
    assert (opinion.decision, opinion.confidence, opinion.faults) == ("success", "medium", ())
    assert opinion.cost == Cost(steps=steps, prompt_tokens=20, completion_tokens=6)


def test_probe_straight_away_shows_all_screens_at_once() -> None:
    model = Rehearsed(lines=[said()])
    _probe(ModelThinker(model=model), so_far=NOTHING_YET)
    assert all(f"screen number {at}" in model.asked[0].text for at in range(3))
    few = Rehearsed(lines=[said()])
    _probe(ModelThinker(model=few, max_screens=2), so_far=NOTHING_YET)
    assert "Screen 0" in few.asked[0].text and "Screen 1" not in few.asked[0].text
    assert "Screen 2" in few.asked[0].text


def test_probe_keeps_old_results_short() -> None:
    case = case_with([screen(node("word " * 400)), screen(node("last"))])
    model = Rehearsed(lines=[call("look_back", step=0)] * 5 + [said()])
    _probe(ModelThinker(model=model), case=case)
    last = model.asked[-1].text
    assert [len(part) > 1900 for part in re.split(r"Call \d", last)[1:]] == [False, False, True, True, True]


def test_model_is_shown_the_actors_words_only_where_memory_is_off() -> None:
    model = Rehearsed(lines=[said()])
    asyncio.run(ModelThinker(model=model).glance(CASE, raw(CASE)))
    assert "SURELY RIGHT" in model.asked[0].text and "on 'screen number 0'" not in model.asked[0].text
    assert "says that it ended with success" in model.asked[0].text


def test_verdict_of_a_model_that_is_sure_at_once_costs_one_turn() -> None:
    model = Rehearsed(lines=[said("failure", "high")])
    verdict = asyncio.run(AgenticVerifier(thinker=ModelThinker(model=model)).verify(CASE, None))
    assert (verdict.decision, verdict.confidence, verdict.cost.steps) == ("failure", 0.95, 1)
    assert verdict.evidence[0].observed == "seen" and not verdict.evidence[0].holds


def test_evidence_of_a_verdict_names_only_screens_that_are_there() -> None:
    finding = {"observed": "a", "expected": "b", "holds": False, "step": 9}
    turn = parse_turn(said("failure", findings=[finding]), ("verdict",))
    assert isinstance(turn, Said)
    opinion = _glance(ModelThinker(model=Rehearsed(lines=[said("failure", findings=[finding])])))
    assert opinion.evidence[0].step is None


@pytest.mark.parametrize("field", ["turns", "rounds", "max_screens", "max_tokens"])
def test_model_thinker_refuses_less_than_one(field: str) -> None:
    with pytest.raises(VerifierError, match=field):
        ModelThinker(model=Rehearsed(), **{field: 0})  # type: ignore[arg-type]


class _Nowhere:
    """A scene whose device nobody asks."""

    @property
    def device(self) -> Device:
        return FakeDevice("nowhere")

    def fork(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")

    def start(self) -> AbstractAsyncContextManager[Device]:
        raise VerifierError("no copy")


class _Slow(Rehearsed):
    """Answers twice, and never again."""

    async def generate(self, *args: Any, **more: Any) -> Reply:
        if len(self.asked) == 2:
            await asyncio.Event().wait()
        return await super().generate(*args, **more)


def test_what_a_model_spent_before_time_was_up_is_counted_and_what_it_found_stays() -> None:
    model = _Slow(
        answer=lambda asked: call("look_back", step=0) if "Tools:" in asked.system else said("success", "low")
    )
    verifier = AgenticVerifier(thinker=ModelThinker(model=model), budget=Budget(seconds=2.0), stages=False)
    verdict = asyncio.run(verifier.verify(CASE, _Nowhere()))
    assert (verdict.decision, verdict.faults) == ("undecided", ("TimeoutError: no answer in time",))
    assert "the budget of seconds is used up" in verdict.reason
    # Two replies of 10 and 3 tokens, and two looks at a recorded screen.
    assert (verdict.cost.steps, verdict.cost.prompt_tokens, verdict.cost.completion_tokens) == (4, 20, 6)
    assert [piece.probe for piece in verdict.evidence] == ["screen 0", "screen 0"]


def test_a_models_client_that_breaks_is_a_fault_and_what_was_spent_is_counted() -> None:
    def answer(asked: Asked) -> str:
        if len(model.asked) == 2:
            raise KeyError("choices")
        return call("look_back", step=0)

    model = Rehearsed(answer=answer)
    opinion = _probe(ModelThinker(model=model))
    assert (opinion.decision, opinion.faults) == ("success", ("KeyError: 'choices'",))
    assert opinion.cost == Cost(steps=2, prompt_tokens=10, completion_tokens=3)


@pytest.mark.parametrize(("steps", "shown"), [(3, [0, 1, 2]), (40, [0, 1, 38, 39])])
def test_actions_of_a_long_attempt_keep_their_beginning_and_their_end(steps: int, shown: list[int]) -> None:
    case = case_with(
        [screen(node(f"{at}")) for at in range(steps + 1)], [TypeText(text=f"<{at}>") for at in range(steps)]
    )
    (_, done, *_) = case_parts(case, consolidate(case), 700)
    assert isinstance(done, Text)
    for at in shown:
        assert f"{at}. type '<{at}>'" in done.text
    left_out = re.search(r"\((\d+) steps are left out here\)", done.text)
    assert (left_out is None) == (steps == 3)
    if left_out is not None:
        assert done.text.count(". type") + int(left_out[1]) == 40
        assert len(done.text) < 700 + 200


def test_memory_leaves_out_the_words_of_a_reply_that_could_not_be_read() -> None:
    step = replace(CASE.steps[0], action=None, error="no action in 'SURELY RIGHT, I saved it'")
    case = replace(CASE, steps=(step,))
    assert "SURELY RIGHT" not in repr(consolidate(case)) and "SURELY RIGHT" in repr(raw(case))
    refused = replace(CASE, steps=(replace(CASE.steps[0], error="outside of the screen"),))
    assert consolidate(refused).entries[0].refused == "outside of the screen"
